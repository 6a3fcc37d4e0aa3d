"""Making a data set imbalanced: counts by class and the subset drawn by a seed. No torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from geneticgan.data.dataset import Dataset, Int64Array, Source
from geneticgan.errors import DataError, PluginError
from geneticgan.registry import PluginGroup
from geneticgan.specs import Spec, options_of

TABLE_III_28 = (4000, 2000, 1000, 750, 500, 350, 200, 100, 60, 40)
"""The numbers of training images by class for MNIST and Fashion-MNIST (paper, Table III)."""


TABLE_III_32 = (4500, 2000, 1000, 800, 600, 500, 400, 250, 150, 80)
"""The same for CIFAR-10 and SVHN."""

TABLE_III_FIVE = (15000, 1500, 750, 300, 150)
"""The same for CelebA and LSUN."""

RATIOS = (10, 50, 100)
"""Imbalance ratios of the two-class setting (paper, Table II)."""


class Imbalance(ABC):
    """The number of images of each class to learn from; a plugin of ``geneticgan.imbalances``.

    Options are the keyword arguments of ``__init__``. The subset itself is drawn by the seed
    (`draw_subset`).
    """

    def load(self, dataset: Dataset) -> Source:
        """Read the classes that are used; by default all of them.

        Raises
        ------
        DataError, ConfigError
            If images or classes are missing.
        """
        return dataset.load()

    @abstractmethod
    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the number of images to use from each class; None for all images.

        Parameters
        ----------
        available : sequence of int
            The number of available images of each class, for at least two classes.
        default : tuple of int or None
            The data set's own counts, if it has any.
        largest : int or None
            The data set's own limit for the majority of two classes.

        Raises
        ------
        DataError
            If the data set does not allow it.
        """


IMBALANCES = PluginGroup("geneticgan.imbalances", Imbalance, "imbalance")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def parse_imbalance(text: str) -> Spec:
    """Read an imbalance such as ``two-class:ratio=50`` or ``counts:400,200,100``.

    A value without a name is the plugin's first option. A value may contain commas.

    Raises
    ------
    PluginError
        If there is no such plugin, or it has no option for a value without a name.
    """
    name, _, body = text.partition(":")
    name = name.strip()
    options: dict[str, str] = {}
    for piece in body.split(",") if body else []:
        key, equals, value = piece.partition("=")
        if equals:
            options[key.strip()] = value.strip()
        elif options:
            last = next(reversed(options))
            options[last] += f",{piece.strip()}"
        else:
            first = next(iter(options_of(IMBALANCES.get(name).factory)), None)
            if first is None:
                raise PluginError(f"imbalance {name!r} takes no options, got {body!r}")
            options[first] = piece.strip()
    return Spec(name, options)


def create_imbalance(text: str) -> Imbalance:
    """Make an imbalance such as ``table-iii`` or ``exponential:ratio=50``.

    Raises
    ------
    PluginError
        As for `parse_imbalance` and `PluginGroup.create`.
    """
    return IMBALANCES.create(parse_imbalance(text))


def imbalance_ratio(counts: Sequence[int]) -> float:
    """Return the largest count over the smallest (the paper's IR)."""
    return max(counts) / min(counts)


def draw_subset(
    labels: Int64Array,
    counts: Sequence[int],
    class_names: Sequence[str],
    rng: np.random.Generator,
) -> Int64Array:
    """Draw a number of images of each class without replacement.

    Parameters
    ----------
    labels : array of int64
        The labels of the available images, shape (N,).
    counts : sequence of int
        The number of images to draw from each class.
    class_names : sequence of str
        The names of the classes, for messages.
    rng : numpy.random.Generator
        The random generator.

    Returns
    -------
    array of int64
        Sorted positions into ``labels``.

    Raises
    ------
    DataError
        If the number of counts is not the number of classes, a count is below 1, or a class has
        fewer images than requested.
    """
    if len(counts) != len(class_names):
        raise DataError(
            f"{len(counts)} counts were given for {len(class_names)} classes "
            f"({', '.join(class_names)}); give one count a class"
        )
    chosen = []
    for label, count in enumerate(counts):
        members = np.flatnonzero(labels == label)
        if not 1 <= count <= len(members):
            raise DataError(
                f"class {class_names[label]!r} has {len(members)} training images, but {count} "
                "were asked for; lower its count (at least 1)"
            )
        chosen.append(rng.permutation(members)[:count])
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def smallest_class(counts: Sequence[int]) -> int:
    """Return the label with the fewest images (the last one if several)."""
    return min(range(len(counts)), key=lambda label: (counts[label], -label))
