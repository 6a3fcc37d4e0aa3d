"""AnnealingGANClassifier: a classifier with scikit-learn's interface."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from deap import tools
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from geneticgan.errors import GeneticGanError
from geneticgan.estimators.codec import Array, Codec
from geneticgan.estimators.columns import Columns
from geneticgan.estimators.evolving import Evolved, evolve
from geneticgan.estimators.images import Pictures
from geneticgan.estimators.parameters import CONSTRAINTS, make_config
from geneticgan.estimators.progress import Progress
from geneticgan.estimators.reading import find_categorical, group_codes, plain_frame
from geneticgan.networks import Discriminator, Generator
from geneticgan.seeding import numpy_stream

CHUNK = 500
"""Number of rows classified at once, which limits the memory."""


class AnnealingGANClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Classify with the class head of an annealing genetic GAN's discriminator.

    A generator for all classes is evolved against a discriminator with a class head, which learns
    from real rows, with smaller classes repeated until all are equally frequent, and from
    generated ones. Its probabilities assume equally frequent classes.

    Parameters
    ----------
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
        Number of generations of a `fit`. ``auto``: 300 for tables, 3000 for images.
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
        Categorical columns, as for `geneticgan.AnnealingGANSampler`.
    image_shape : tuple of int or None
        Shape of an image whose pixels are a row of X: (h, w), (h, w, c) or (c, h, w). With None a
        two-dimensional X is a table.
    channels : {"auto", "first", "last"}
        Position of the channels of four-dimensional images; ``auto``: last if that axis has
        length 1 or 3.
    warm_start : bool
        Whether another `fit` continues with the networks of the previous one, for as many further
        generations, on rows with the same columns and classes.
    device : {"auto", "cpu", "cuda"}
        Device on which it is evolved.
    random_state : int, RandomState instance or None
        Seeds everything that is random.
    verbose : bool
        Show progress on stderr.

    Attributes
    ----------
    classes_ : array
        The class labels, of shape (K,).
    generator_ : Generator
        The evolved generator, a torch module.
    discriminator_ : Discriminator
        The discriminator with the class head, a torch module.
    logbook_ : deap.tools.Logbook
        One record per generation of the last `fit`.
    n_iter_ : int
        Total number of generations.
    n_features_in_ : int
        Columns seen in `fit`; for images the length of the second axis.
    feature_names_in_ : array
        Names of the columns, if X was a DataFrame with string names.

    See Also
    --------
    geneticgan.AnnealingGANSampler : Generates rows for any other classifier.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> AnnealingGANClassifier(steps=50).fit(X, y).predict_proba(X).shape
    (100, 2)
    """

    classes_: Array
    generator_: Generator
    discriminator_: Discriminator
    logbook_: tools.Logbook
    n_iter_: int
    _codec: Codec

    _parameter_constraints = {  # noqa: RUF012  # sklearn's idiom
        **CONSTRAINTS,
        "image_shape": ["array-like", None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
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
        image_shape: Sequence[int] | None = None,
        channels: str = "auto",
        warm_start: bool = False,
        device: str = "auto",
        random_state: int | np.random.RandomState | None = 0,
        verbose: bool = False,
    ) -> None:
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
        self.image_shape = image_shape
        self.channels = channels
        self.warm_start = warm_start
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Evolve a generator and the classifier.

        Parameters
        ----------
        X : array or DataFrame
            A table (n, d), or images (n, h, w), (n, h, w, c) or (n, c, h, w), or flat ones (n, d)
            with ``image_shape``.
        y : array-like
            Labels of at least two classes, of shape (n,).
        groups : array-like or None
            Groups of the rows (patients, lots), of shape (n,), as for scikit-learn's splitters. A
            group is never split where the fitness holds rows out (``fitness="validation"``); other
            fitness functions hold out none.

        Raises
        ------
        ValueError
            If X, y, groups or a parameter cannot be used.
        """
        goes_on = self.warm_start and hasattr(self, "discriminator_")
        categorical = self._categorical(X)
        dtype = None if categorical else "numeric"
        X = plain_frame(X, categorical)
        X, y = validate_data(self, X, y, reset=not goes_on, dtype=dtype, allow_nd=True)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        codes, together = codes.astype(np.int64), group_codes(groups, len(y))
        if len(classes) < 2:
            raise ValueError(f"y holds 1 class, {classes.tolist()[0]!r}; a classifier needs 2")
        X = self._shaped(X)
        kind = "rows" if X.ndim == 2 else "images"
        seed = int(check_random_state(self.random_state).randint(2**31))
        start = None
        if goes_on:
            if classes.tolist() != self.classes_.tolist():
                raise ValueError(
                    f"warm_start continues with the classes {self.classes_.tolist()}, but y has "
                    f"{classes.tolist()}; fit a clone instead"
                )
            start = Evolved(self.generator_, self.discriminator_, self.logbook_)
            seed = int(numpy_stream(seed, "warm start", self.n_iter_).integers(2**31))
            self._codec.take(X, codes)
        else:
            self._codec = self._make_codec(X, codes, categorical, seed)
        try:
            config, generations = make_config(self, kind, seed)
            with Progress(generations, shown=self.verbose) as progress:
                how = config, generations, progress, start, together
                evolved = evolve(self._codec, codes, *how)
        except GeneticGanError as error:
            raise ValueError(str(error)) from error
        self.classes_ = classes
        self.generator_ = evolved.generator
        self.discriminator_ = evolved.discriminator
        self.logbook_ = evolved.logbook
        self.n_iter_ = generations + (self.n_iter_ if goes_on else 0)
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, of shape (n, K), for X as in `fit`."""
        check_is_fitted(self)
        categorical = self._categorical(X)
        dtype = None if categorical else "numeric"
        X = plain_frame(X, categorical)
        X = self._shaped(validate_data(self, X, reset=False, dtype=dtype, allow_nd=True))
        network = self.discriminator_
        if X.ndim == 2:  # small; double precision gives a row the same result in any batch
            network = copy.deepcopy(network).double()
        like = next(network.parameters())
        found = []
        with torch.no_grad():
            for start in range(0, len(X), CHUNK):
                _, logits = network(self._codec.encode(X[start : start + CHUNK]).to(like))
                found.append(torch.softmax(logits.double(), dim=1).cpu())
        shares: Array = torch.cat(found).numpy()
        return shares

    def predict(self, X: Any) -> Array:
        """Return the most probable class of each row, of shape (n,), for X as in `fit`."""
        shares = self.predict_proba(X)
        labels: Array = self.classes_[shares.argmax(axis=1)]
        return labels

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn, which would mistake the parameter `lambda_` for a fitted attribute."""
        return hasattr(self, "discriminator_")

    def __sklearn_tags__(self) -> Any:
        """Declare the supported inputs to scikit-learn."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.three_d_array = True
        return tags

    def _categorical(self, X: Any) -> list[int]:
        """Return the categorical columns of X if it is a table."""
        X = X if hasattr(X, "shape") else np.asarray(X)
        if len(X.shape) != 2 or hasattr(X, "tocsr") or self.image_shape is not None:
            return []
        return find_categorical(X, self.categorical_features)

    def _shaped(self, X: Array) -> Array:
        """Return X with rows of pixels reshaped to images."""
        if self.image_shape is None or X.ndim != 2:
            return X
        shape = tuple(int(length) for length in self.image_shape)
        if X.shape[1] != math.prod(shape):
            raise ValueError(
                f"image_shape {shape} has {math.prod(shape)} values, but X has {X.shape[1]} columns"
            )
        return X.reshape(len(X), *shape)

    def _make_codec(self, X: Array, codes: Any, categorical: list[int], seed: int) -> Codec:
        if X.ndim > 2:
            return Pictures(X, self.channels, int(codes.max()) + 1)
        return Columns(X, codes, categorical, [], seed)
