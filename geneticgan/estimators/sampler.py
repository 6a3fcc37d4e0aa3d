"""AnnealingGANSampler: an over-sampler with imbalanced-learn's interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_target_type
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from geneticgan.errors import GeneticGanError
from geneticgan.estimators.codec import Array, Codec, Int64Array
from geneticgan.estimators.columns import Columns
from geneticgan.estimators.evolving import evolve
from geneticgan.estimators.images import Pictures
from geneticgan.estimators.parameters import CONSTRAINTS, make_config
from geneticgan.estimators.progress import Progress
from geneticgan.estimators.reading import (
    find_categorical,
    group_codes,
    integer_columns,
    plain_frame,
    to_frame,
)
from geneticgan.estimators.tags import TakesTablesAndImages
from geneticgan.seeding import torch_stream

CHUNK = 1000
"""Number of rows generated at once, which limits the memory."""


class AnnealingGANSampler(TakesTablesAndImages, BaseOverSampler):  # type: ignore[misc]  # untyped
    """Over-sample with an annealing genetic GAN.

    A generator for all classes is evolved on the rows, with smaller classes repeated until all
    are equally frequent, and makes the rows that ``sampling_strategy`` requests. For tables it
    starts as a Gaussian for each class and stays so unless ``steps`` is set; for images it starts
    with random weights.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable
        The desired number of rows per class, as for any over-sampler of imbalanced-learn.
    recipe : {"auto", "paper", "best"}
        Defaults of losses, rates and augmentation, as on the command line. ``auto``: paper for
        tables, best for images.
    mutations : str
        Adversarial losses, as on the command line: ``minimax,nonsat,lsgan:b=0.9``.
    schedule : str
        Annealing schedule, such as ``exponential`` or ``linear:period=300``.
    T, alpha : float
        Initial temperature and annealing coefficient, for schedules that have them.
    fitness, selection : str
        Names of plugins of these groups.
    lambda_ : float
        Weight of diversity in the fitness, >= 0.
    steps : int or "auto"
        Number of generations; 0 leaves the generator in its initial state. ``auto``: 0 for
        tables, which measured better there than evolving it, and 3000 for images.
    batch_size : int
        Rows per batch, >= 2.
    width : int or "auto"
        Units of the hidden layers for tables (64), channels of the narrowest layer for images (32).
    latent_dim : int
        Length of the latent vector; for tables at most the number of their encoded columns.
    learning_rate, classifier_learning_rate : float or "auto"
        Learning rates of the generator and of the discriminator. ``auto``: 5e-5 and 1e-3 for
        tables, the recipe's for images.
    categorical_features : "auto" or array-like of int, bool or str
        Categorical columns, by position, mask or (for a DataFrame) name. ``auto``: columns of a
        DataFrame of dtype category, object, string or bool, and non-numeric columns of an array
        of objects. Each may have up to 100 categories.
    channels : {"auto", "first", "last"}
        Position of the channels of 4-D images; ``auto``: last if that axis has length 1 or 3.
    device : {"auto", "cpu", "cuda"}
        Device on which it is evolved.
    random_state : int, RandomState instance or None
        Seeds everything that is random.
    verbose : bool
        Show progress on stderr.

    Attributes
    ----------
    generator_ : Generator
        The evolved generator, a torch module.
    logbook_ : deap.tools.Logbook
        One record per generation.
    classes_ : array
        The class labels, of shape (K,).
    sampling_strategy_ : dict
        Number of rows generated for each class.
    n_features_in_ : int
        Columns seen in `fit_resample`; for images the length of the second axis.
    feature_names_in_ : array
        Names of the columns, if X was a DataFrame with string names.

    See Also
    --------
    imblearn.over_sampling.SMOTE : Interpolates between neighbours.

    Notes
    -----
    A sparse X is made dense for training, so it should be small. Features of a pretrained network
    are too many columns for few rows: SMOTE was three points ahead on them, and adding nothing
    five.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_balanced, y_balanced = AnnealingGANSampler(steps=10).fit_resample(X, y)
    >>> X_balanced.shape
    (182, 20)
    """

    _parameter_constraints = {  # noqa: RUF012  # sklearn's idiom
        **BaseOverSampler._parameter_constraints,
        **CONSTRAINTS,
    }

    def __init__(
        self,
        *,
        sampling_strategy: float | str | Mapping[Any, int] | Any = "auto",
        recipe: str = "auto",
        mutations: str = "minimax,nonsat,lsgan",
        schedule: str = "exponential",
        T: float = 1000.0,
        alpha: float = 0.99,
        fitness: str = "paper",
        selection: str = "annealing",
        lambda_: float = 1.0,
        steps: int | str = "auto",
        batch_size: int = 50,
        width: int | str = "auto",
        latent_dim: int = 64,
        learning_rate: float | str = "auto",
        classifier_learning_rate: float | str = "auto",
        categorical_features: str | Sequence[Any] = "auto",
        channels: str = "auto",
        device: str = "auto",
        random_state: int | np.random.RandomState | None = 0,
        verbose: bool = False,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.recipe = recipe
        self.mutations = mutations
        self.schedule = schedule
        self.T = T
        self.alpha = alpha
        self.fitness = fitness
        self.selection = selection
        self.lambda_ = lambda_
        self.steps = steps
        self.batch_size = batch_size
        self.width = width
        self.latent_dim = latent_dim
        self.learning_rate = learning_rate
        self.classifier_learning_rate = classifier_learning_rate
        self.categorical_features = categorical_features
        self.channels = channels
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        """Evolve the generator, and return X and y with the generated rows.

        Parameters
        ----------
        X : array, DataFrame or sparse matrix
            A table (n, d), or images (n, h, w), (n, h, w, c) or (n, c, h, w).
        y : array-like
            The labels, of shape (n,).
        groups : array-like or None
            Groups of the rows (patients, lots), of shape (n,). A group is never split where the
            fitness holds rows out (``fitness="validation"``); others hold out none.

        Raises
        ------
        ValueError
            If X, y, groups or a parameter cannot be used.
        """
        made: tuple[Any, Any] = super().fit_resample(X, y, groups=groups)
        return made

    def sample(self, n: int, y: Any) -> Any:
        """Generate rows.

        Parameters
        ----------
        n : int
            Number of rows, >= 0.
        y : label or array-like
            The class of all rows, or of each, of shape (n,).

        Returns
        -------
        array or DataFrame
            Rows of shape (n, ...), like X in `fit_resample`. Two calls give different rows; the
            same calls after the same `fit_resample` give the same rows.

        Raises
        ------
        ValueError
            If there is no such class, or the length of y is not n.
        """
        check_is_fitted(self, "generator_")
        wanted = np.asarray(y)
        if wanted.ndim == 0:
            wanted = np.full(n, wanted[()])
        if len(wanted) != n:
            raise ValueError(f"y has {len(wanted)} labels, and n is {n}")
        known = {name: code for code, name in enumerate(self.classes_.tolist())}
        unknown = [name for name in wanted.tolist() if name not in known]
        if unknown:
            there = ", ".join(map(str, self.classes_))
            raise ValueError(f"there is no class {unknown[0]!r}; there are {there}")
        codes = np.array([known[name] for name in wanted.tolist()], dtype=np.int64)
        made = self._make(codes)
        if self._frame is None:
            return made
        columns, dtypes = self._frame
        return to_frame(made, columns, dtypes)

    def _check_X_y(  # noqa: N802  # imbalanced-learn's name
        self, X: Any, y: Any, accept_sparse: Any = None
    ) -> tuple[Any, Any, bool]:
        """Validate X and y, after recording what validation removes from X."""
        y, binarize_y = check_target_type(y, indicate_one_vs_all=True)
        shape = np.shape(X)
        self._frame = (X.columns, X.dtypes) if hasattr(X, "iloc") else None
        self._categorical: list[int] = []
        self._whole: list[int] = []
        if len(shape) > 2:
            X, y = validate_data(self, X=X, y=y, reset=True, dtype="numeric", allow_nd=True)
            return X, y, binarize_y
        if len(shape) == 2 and not sparse.issparse(X):
            self._categorical = find_categorical(X, self.categorical_features)
            self._whole = integer_columns(X)
            X = plain_frame(X, self._categorical)
        dtype = None if self._categorical else "numeric"
        X, y = validate_data(self, X=X, y=y, reset=True, dtype=dtype, accept_sparse=["csr", "csc"])
        return X, y, binarize_y

    def _fit_resample(self, X: Any, y: Array, groups: Any = None) -> tuple[Any, Array]:
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes = codes.astype(np.int64)
        self._seed = int(check_random_state(self.random_state).randint(2**31))
        dense = X.toarray() if sparse.issparse(X) else X
        kind = "rows" if X.ndim == 2 else "images"
        self._none: Array = dense[:0]
        self._codec = self._make_codec(dense, codes, kind)
        try:
            config, generations = make_config(self, kind, self._seed, steps_for_rows=0)
            with Progress(generations, shown=self.verbose) as progress:
                how = config, generations, progress, None, group_codes(groups, len(y))
                evolved = evolve(self._codec, codes, *how)
        except GeneticGanError as error:
            raise ValueError(str(error)) from error
        self.generator_, self.logbook_ = evolved.generator, evolved.logbook
        self._drawn = 0
        wanted = [np.searchsorted(self.classes_, k) for k in self.sampling_strategy_]
        made_codes = np.repeat(wanted, list(self.sampling_strategy_.values())).astype(np.int64)
        made = self._make(made_codes)
        labels = np.concatenate([y, self.classes_[made_codes].astype(y.dtype)])
        if sparse.issparse(X):
            return sparse.vstack([X, sparse.csr_matrix(made, dtype=X.dtype)], X.format), labels
        return np.concatenate([X, made]), labels

    def _make_codec(self, X: Array, codes: Int64Array, kind: str) -> Codec:
        if kind == "images":
            return Pictures(X, self.channels, len(self.classes_))
        return Columns(X, codes, self._categorical, self._whole, self._seed)

    def _make(self, codes: Int64Array) -> Array:
        """Generate rows of the given classes; every call draws new ones."""
        if not len(codes):
            return self._none
        rng = torch_stream(self._seed, "sample", self._drawn)
        self._drawn += 1
        device = next(self.generator_.parameters()).device
        chunks = []
        with torch.no_grad():
            for part in torch.split(torch.from_numpy(codes), CHUNK):
                latent = torch.randn((len(part), self.generator_.latent_dim), generator=rng)
                made = self.generator_(latent.to(device), part.to(device))
                chunks.append(self._codec.decode(made))
        return np.concatenate(chunks)
