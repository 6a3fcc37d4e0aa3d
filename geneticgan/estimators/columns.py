"""Encodes columns of numbers and of categories, and decodes generated rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from geneticgan.estimators.codec import Array, Codec, Int64Array
from geneticgan.networks import Discriminator, Generator
from geneticgan.networks.tabular import TabularDiscriminator, TabularGenerator, fit_gaussians
from geneticgan.seeding import torch_seeded, torch_stream

MOST_CATEGORIES = 100
"""Maximum number of categories in a column, since each is a column of the networks."""


def detect_categorical(X: Any) -> list[int]:
    """Return the positions of columns that do not contain numbers.

    These are the columns of a DataFrame with dtype category, object, string or bool, the columns
    of an array of objects or strings with a non-numeric value, and all columns of a bool array.
    """
    if hasattr(X, "iloc"):
        dtypes = [str(dtype) for dtype in X.dtypes]
        return [i for i, dtype in enumerate(dtypes) if not _is_number(X.iloc[:, i], dtype)]
    array = X if hasattr(X, "dtype") else np.asarray(X)
    if array.dtype.kind == "b":
        return list(range(array.shape[1]))
    if array.dtype.kind not in "OUS":
        return []
    return [i for i in range(array.shape[1]) if not _all_numbers(array[:, i])]


def _is_number(column: Any, dtype: str) -> bool:
    if dtype.startswith("Sparse"):
        return "bool" not in dtype
    return column.dtype.kind in "iuf" if hasattr(column.dtype, "kind") else False


def _all_numbers(column: Array) -> bool:
    try:
        column.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return not any(isinstance(value, bool | np.bool_) for value in column)


class Columns(Codec):
    """A codec for rows of a table.

    Numbers are used as they are and categories one-hot; then all are standardised. Generated
    numbers are clipped to the range of their column, and rounded in columns of integers; the
    largest of the generated values for a categorical column determines the category.

    Parameters
    ----------
    X : array
        The rows, of shape (N, D): numbers or objects.
    codes : array of int64
        Labels 0..K-1, of shape (N,).
    categorical : sequence of int
        Positions of categorical columns.
    whole : sequence of int
        Positions of columns that contain integers, and must continue to.
    seed : int
        Seeds the noise that `batch` adds to rows.

    Attributes
    ----------
    table : Tensor
        The encoded rows, of shape (N, F) and type float32.

    Raises
    ------
    ValueError
        If a categorical column has too many categories, or a numeric one non-numeric values.
    """

    table: torch.Tensor

    def __init__(
        self,
        X: Array,
        codes: Int64Array,
        categorical: Sequence[int],
        whole: Sequence[int],
        seed: int,
    ) -> None:
        self._dtype = X.dtype
        self._categorical = sorted(categorical)
        self._numeric = [i for i in range(X.shape[1]) if i not in set(self._categorical)]
        self._whole = np.isin(self._numeric, list(whole))
        self._truths = [i for i in self._numeric if isinstance(X[0, i], bool | np.bool_)]
        if self._categorical:
            self._encoder = self._fit_encoder(X[:, self._categorical])
        rows = self._numbers(X)
        numbers = rows[:, : len(self._numeric)]
        self._low, self._high = (
            numbers.min(axis=0, initial=np.inf),
            numbers.max(axis=0, initial=-np.inf),
        )
        self._scaler = StandardScaler().fit(rows)
        self._seed = seed
        self._hold(rows, codes)

    def take(self, X: Array, codes: Int64Array) -> None:
        """Draw batches from other rows."""
        self._hold(self._numbers(X), codes)

    def _hold(self, rows: Array, codes: Int64Array) -> None:
        """Draw batches from encoded rows, which are standardised in place."""
        self._rows = self._scaler.transform(rows, copy=False)
        self._codes = codes
        self.table = torch.from_numpy(self._rows).float()
        self._labels = torch.from_numpy(codes)
        self._spread = torch.from_numpy(_bandwidths(self._rows, codes)).float()

    def encode(self, X: Array) -> torch.Tensor:
        """Return rows (N, D'); a category not seen in fitting is encoded as none of the known."""
        return torch.from_numpy(self._scaler.transform(self._numbers(X))).float()

    def networks(self, width: int, latent_dim: int, seed: int) -> tuple[Generator, Discriminator]:
        """Return a generator that starts as a Gaussian for each class, and a discriminator."""
        features = self._rows.shape[1]
        gaussians = fit_gaussians(self._rows, self._codes, min(latent_dim, features))
        with torch_seeded(seed):
            generator = TabularGenerator(gaussians, width)
            return generator, TabularDiscriminator(features, len(gaussians.means), width)

    def to(self, device: torch.device) -> None:
        """Move the table to a device."""
        self.table = self.table.to(device)
        self._labels = self._labels.to(device)
        self._spread = self._spread.to(device)

    def batch(self, rows: torch.Tensor, number: int) -> torch.Tensor:
        """Return rows (B, D') with a little normal noise.

        Its scale is the bandwidth of the row's class; without it the discriminator would memorise
        the few rows of a class.
        """
        real = self.table[rows]
        noise = torch.randn(real.shape, generator=torch_stream(self._seed, "spread", number))
        return real + self._spread[self._labels[rows]] * noise.to(real.device)

    def decode(self, generated: torch.Tensor) -> Array:
        """Return rows (N, D) with the dtype of X."""
        values = self._scaler.inverse_transform(generated.double().cpu().numpy())
        numbers = values[:, : len(self._numeric)].clip(self._low, self._high)
        numbers[:, self._whole] = numbers[:, self._whole].round()
        made = np.empty((len(values), len(self._numeric) + len(self._categorical)), self._dtype)
        made[:, self._numeric] = numbers.astype(self._dtype)
        for place in self._truths:  # pandas takes no 0 and 1 beside truths
            made[:, place] = made[:, place].astype(bool)
        if self._categorical:
            hot = self._one_hot(values[:, len(self._numeric) :])
            made[:, self._categorical] = self._encoder.inverse_transform(hot)
        return made

    def _numbers(self, X: Array) -> Array:
        """Return numbers as they are and categories one-hot, in a new array (N, D')."""
        if not self._categorical:
            return X.astype(np.float64, order="C")  # so that a frame gives the bits of an array
        numbers = X[:, self._numeric].astype(np.float64)
        return np.hstack([numbers, self._encoder.transform(X[:, self._categorical])])

    def _fit_encoder(self, categories: Array) -> Any:
        encoder = OneHotEncoder(sparse_output=False, dtype=np.float64, handle_unknown="ignore")
        for position, column in zip(self._categorical, categories.T, strict=True):
            kinds = {isinstance(value, str) for value in column}
            if len(kinds) > 1:
                raise ValueError(
                    f"column {position} mixes strings with other values; convert all to strings"
                )
        encoder.fit(categories)
        for position, found in zip(self._categorical, encoder.categories_, strict=True):
            if len(found) > MOST_CATEGORIES:
                raise ValueError(
                    f"column {position} has {len(found)} categories; at most {MOST_CATEGORIES} "
                    "are supported: merge rare ones, or drop the column"
                )
        return encoder

    def _one_hot(self, values: Array) -> Array:
        hot, start = np.zeros_like(values), 0
        for found in self._encoder.categories_:
            block = slice(start, start + len(found))
            hot[np.arange(len(values)), start + values[:, block].argmax(axis=1)] = 1
            start += len(found)
        return hot


def _bandwidths(rows: Array, codes: Int64Array) -> Array:
    """Return Silverman's bandwidth of each class and column, of shape (K, D)."""
    width = rows.shape[1]
    found = []
    for label in range(codes.max() + 1):
        own = rows[codes == label]
        found.append((4 / ((width + 2) * len(own))) ** (1 / (width + 4)) * own.std(axis=0))
    return np.stack(found)
