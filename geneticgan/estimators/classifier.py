"""AnnealingGANClassifier: a classifier as scikit-learn has them."""

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
from geneticgan.estimators.tags import TakesTablesAndImages
from geneticgan.networks import Discriminator, Generator
from geneticgan.seeding import numpy_stream

CHUNK = 500
"""Rows classified at once; bounds the memory."""


class AnnealingGANClassifier(
    TakesTablesAndImages,
    ClassifierMixin,  # type: ignore[misc]  # scikit-learn ships no types
    BaseEstimator,  # type: ignore[misc]  # likewise
):
    """Classify with the class head of an annealing genetic GAN's discriminator.

    A generator for all classes is evolved against a discriminator with a class head, which learns
    from real rows, the smaller classes' repeated until all are seen alike, and from generated
    ones. Its probabilities are those of classes that are equally frequent.

    Parameters
    ----------
    recipe : {"auto", "paper", "best"}
        What losses, rates and augmentation begin with, as on the command line. ``auto``: paper for
        tables, best for images.
    mutations : str
        Adversarial losses, as on the command line: ``minimax,nonsat,lsgan:b=0.9``.
    schedule : str
        Annealing schedule, such as ``exponential`` or ``linear:period=300``.
    T, alpha : float
        Initial temperature and annealing coefficient, for schedules that have them.
    fitness, selection : str
        Plugins of these groups.
    lambda_ : float
        Weight of diversity in the fitness, >= 0.
    steps : int or "auto"
        Generations of a `fit`. ``auto``: 300 for tables, 3000 for images.
    batch_size : int
        Rows of a batch, >= 2.
    width : int or "auto"
        Units of the hidden layers for tables (64), channels of the narrowest one for images (32).
    latent_dim : int
        Length of the latent; for tables at most the number of their encoded columns.
    learning_rate, classifier_learning_rate : float or "auto"
        Of the generator and of the discriminator. ``auto``: 5e-5 and 1e-3 for tables, the recipe's
        for images.
    categorical_features : "auto" or array-like of int, bool or str
        Columns that hold categories, as for `geneticgan.AnnealingGANSampler`.
    image_shape : tuple of int or None
        Shape of an image whose pixels are a row of X: (h, w), (h, w, c) or (c, h, w). None: an X
        of two dimensions is a table.
    channels : {"auto", "first", "last"}
        Where images of four dimensions have them; ``auto``: last if that axis is 1 or 3 long.
    warm_start : bool
        Whether a further `fit` goes on with the networks of the one before, for as many more
        generations, on rows of the same columns and classes.
    device : {"auto", "cpu", "cuda"}
        Where it is evolved.
    random_state : int, RandomState instance or None
        Of everything that is random.
    verbose : bool
        Show progress on stderr.

    Attributes
    ----------
    classes_ : array
        Shape (K,), the labels.
    generator_ : Generator
        The evolved generator, a torch module.
    discriminator_ : Discriminator
        With the class head, a torch module.
    logbook_ : deap.tools.Logbook
        What happened in every generation of the last `fit`.
    n_iter_ : int
        Generations in all.
    n_features_in_ : int
        Columns seen in `fit`; of images the length of the second axis.
    feature_names_in_ : array
        Names of the columns, of a DataFrame that has names.

    See Also
    --------
    geneticgan.AnnealingGANSampler : Makes rows for any other classifier.

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
        """Evolve.

        Parameters
        ----------
        X : array or DataFrame
            A table (n, d), or images (n, h, w), (n, h, w, c) or (n, c, h, w), or flat ones (n, d)
            with ``image_shape``.
        y : array-like
            Shape (n,), the labels, of at least two classes.
        groups : array-like or None
            Shape (n,), as scikit-learn's splitters take it: rows of a group (a patient, a lot) stay
            on one side where the fitness holds rows out (``fitness="validation"``); other fitness
            functions hold out none.

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
                    f"warm_start goes on with the classes {self.classes_.tolist()}, and y has "
                    f"{classes.tolist()}; fit a clone"
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
        """Return the probability of each class, shape (n, K), for X as in `fit`."""
        check_is_fitted(self)
        categorical = self._categorical(X)
        dtype = None if categorical else "numeric"
        X = plain_frame(X, categorical)
        X = self._shaped(validate_data(self, X, reset=False, dtype=dtype, allow_nd=True))
        network = self.discriminator_
        if X.ndim == 2:  # small, and in double precision a row's is the same in any batch
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
        """Return the most probable class of each row, shape (n,), for X as in `fit`."""
        shares = self.predict_proba(X)
        labels: Array = self.classes_[shares.argmax(axis=1)]
        return labels

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn, which would take the parameter `lambda_` for a sign of it."""
        return hasattr(self, "discriminator_")

    def _categorical(self, X: Any) -> list[int]:
        """Return the columns that hold categories, of what is a table."""
        X = X if hasattr(X, "shape") else np.asarray(X)
        if len(X.shape) != 2 or hasattr(X, "tocsr") or self.image_shape is not None:
            return []
        return find_categorical(X, self.categorical_features)

    def _shaped(self, X: Array) -> Array:
        """Return images as such where rows hold their pixels."""
        if self.image_shape is None or X.ndim != 2:
            return X
        shape = tuple(int(length) for length in self.image_shape)
        if X.shape[1] != math.prod(shape):
            raise ValueError(
                f"image_shape {shape} is of {math.prod(shape)} values, and X has {X.shape[1]} "
                "columns"
            )
        return X.reshape(len(X), *shape)

    def _make_codec(self, X: Array, codes: Any, categorical: list[int], seed: int) -> Codec:
        if X.ndim > 2:
            return Pictures(X, self.channels, int(codes.max()) + 1)
        return Columns(X, codes, categorical, [], seed)
