"""Reads what X is, before validation turns it into an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import column_or_1d

from geneticgan.errors import some
from geneticgan.estimators.codec import Int64Array
from geneticgan.estimators.columns import detect_categorical


def find_categorical(X: Any, asked: str | Sequence[Any]) -> list[int]:
    """Return the positions of the categorical columns of a table.

    Parameters
    ----------
    X : array or DataFrame
        The table, of shape (N, D).
    asked : "auto" or array-like of int, bool or str
        The estimators' parameter ``categorical_features``.

    Raises
    ------
    ValueError
        If it names columns that X does not have.
    """
    if isinstance(asked, str):
        return detect_categorical(X)
    named = np.asarray(asked)
    if named.dtype.kind in "OUS" and len(named):
        if not hasattr(X, "iloc"):
            raise ValueError("categorical_features has names, but X is no DataFrame")
        found = X.columns.get_indexer(named)
    else:
        found = np.flatnonzero(named) if named.dtype == bool else named.astype(np.int64)
    width = np.shape(X)[1]
    if named.dtype == bool and len(named) != width:
        raise ValueError(f"categorical_features is a mask of {len(named)} columns, X has {width}")
    if len(found) and not (found.min() >= 0 and found.max() < width):
        raise ValueError(
            f"categorical_features must name columns of X, 0 to {width - 1}, got {list(asked)}"
        )
    return sorted({int(i) for i in found})


def plain_frame(X: Any, categorical: Sequence[int]) -> Any:
    """Return a DataFrame in a form that scikit-learn can validate; anything else unchanged.

    If there are categories, all columns become objects: next to columns of pandas' own dtypes
    (boolean, Int64), validation would otherwise turn everything into numbers.

    Raises
    ------
    ValueError
        If columns have missing values or contain dates; the message names them.
    """
    if not hasattr(X, "iloc"):
        return X
    names = [str(name) for name in X.columns]
    dates = [name for name, dtype in zip(names, X.dtypes, strict=True) if dtype.kind in "mM"]
    if dates:
        raise ValueError(
            f"X holds dates or times in {some(dates)}; turn them into numbers, such as days since "
            "the first, or drop them"
        )
    missing = X.isna().to_numpy().sum(axis=0)
    told = [f"{names[i]!r} ({missing[i]})" for i in np.flatnonzero(missing)]
    if told:
        raise ValueError(
            f"X contains NaN, or other missing values, in the columns {some(told)}; fill them, for "
            "instance with sklearn.impute.SimpleImputer, or drop those rows"
        )
    return X.astype(object) if categorical else X


def integer_columns(X: Any) -> list[int]:
    """Return the positions of columns with an integer or a boolean dtype."""
    if hasattr(X, "iloc"):
        dtypes = [getattr(d, "subtype", d) for d in X.dtypes]
        return [i for i, dtype in enumerate(dtypes) if getattr(dtype, "kind", "") in "iub"]
    X = np.asarray(X)
    return list(range(X.shape[1])) if X.dtype.kind in "iub" else []


def group_codes(groups: Any, rows: int) -> Int64Array | None:
    """Return a number for each row that identifies its group; None without groups.

    Raises
    ------
    ValueError
        If there is not exactly one group for each row.
    """
    if groups is None:
        return None
    found = column_or_1d(groups)
    if len(found) != rows:
        raise ValueError(f"groups has {len(found)} values, and X has {rows} rows")
    codes: Int64Array = np.unique(found, return_inverse=True)[1].astype(np.int64)
    return codes


def to_frame(rows: Any, columns: Any, dtypes: Any) -> Any:
    """Return rows as a DataFrame with the given columns and dtypes."""
    import pandas as pd

    return pd.DataFrame(rows, columns=columns).astype(dtypes)
