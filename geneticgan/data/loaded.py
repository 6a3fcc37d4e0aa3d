"""What data sets and imbalances returned, looked at before it is used, so that they are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from geneticgan.data.dataset import DATASETS, Dataset, Images, Source
from geneticgan.data.imbalance import IMBALANCES, Imbalance
from geneticgan.errors import GeneticGanError, PluginError
from geneticgan.foreign import failed, wrong
from geneticgan.registry import Found, PluginGroup


def form_fault(source: object) -> str:
    """Return what is wrong with the form of a loaded data set; empty if nothing is."""
    if not isinstance(source, Source):
        return f"it returned a {type(source).__name__}, no Source"
    for name, part in (("train", source.train), ("test", source.test)):
        if not isinstance(part, Images):
            return f"the {name} part is a {type(part).__name__}, no Images"
        pixels, labels = part.pixels, part.labels
        for what, array, kind in (("pixels", pixels, np.uint8), ("labels", labels, np.int64)):
            found = getattr(array, "dtype", type(array).__name__)
            if found != kind:
                return f"{name} {what} are {found}, not {np.dtype(kind)}"
        if pixels.ndim != 4:
            return f"{name} pixels have shape {pixels.shape}, not (N, C, H, W)"
        if pixels.shape[1] not in (1, 3):
            return f"{name} images have {pixels.shape[1]} channels"
        if pixels.shape[2] != pixels.shape[3]:
            return f"{name} images are not square"
        if labels.shape != (len(pixels),) or not len(labels):
            return f"{name} labels have shape {labels.shape} for {len(pixels)} images"
    if source.train.pixels.shape[1:] != source.test.pixels.shape[1:]:
        return "training and test images have different shapes"
    return ""


def classes_fault(source: Source) -> str:
    """Return what is wrong with the classes of a data set of the right form; empty if nothing."""
    classes = len(source.class_names)
    if classes < 2:
        return f"{classes} class; at least two are needed"
    if len(set(source.class_names)) != classes:
        return "two classes have the same name"
    for name, part in (("training", source.train), ("test", source.test)):
        found = sorted(set(part.labels.tolist()))
        if found != list(range(classes)):
            return f"the {name} part has labels {found[:12]}, not 0 to {classes - 1}"
    return ""


def counts_fault(counts: object, available: Sequence[int]) -> str:
    """Return what is wrong with an imbalance's numbers of images; empty if nothing is."""
    if counts is None:
        return ""
    whole = isinstance(counts, Sequence | np.ndarray) and all(
        isinstance(count, int | np.integer) for count in counts
    )
    if not whole:
        return f"it returned {counts!r}, not whole numbers of images"
    if len(counts) != len(available):  # type: ignore[arg-type]  # it is a sequence
        return f"{len(counts)} counts for {len(available)} classes: {counts}"  # type: ignore[arg-type]
    return ""


def load_checked(imbalance: Imbalance, dataset: Dataset) -> Source:
    """Load the classes that an imbalance uses.

    Raises
    ------
    PluginError
        If the data set or the imbalance is of another package, and fails or returns something
        else than its contract says.
    GeneticGanError
        As for `Imbalance.load`.
    """
    by = _foreign(DATASETS, dataset) or _foreign(IMBALANCES, imbalance)
    if by is None:
        return imbalance.load(dataset)
    source = _asked(*by, lambda: imbalance.load(dataset))
    fault = form_fault(source) or classes_fault(source)
    if fault:
        raise PluginError(wrong(*by, fault))
    return source


def counts_checked(
    imbalance: Imbalance, available: Sequence[int], source: Source, dataset: Dataset
) -> tuple[int, ...] | None:
    """Return the numbers of images that an imbalance uses of each class; None for all.

    Raises
    ------
    PluginError
        As for `load_checked`.
    GeneticGanError
        As for `Imbalance.counts`.
    """
    asked = available, source.default_counts, dataset.largest
    by = _foreign(IMBALANCES, imbalance)
    if by is None:
        return imbalance.counts(*asked)
    counts = _asked(*by, lambda: imbalance.counts(*asked))
    if fault := counts_fault(counts, available):
        raise PluginError(wrong(*by, fault))
    return counts


T = TypeVar("T")
By = tuple[PluginGroup[Any], Found]


def _foreign(group: PluginGroup[Any], plugin: object) -> By | None:
    """Return a plugin's group and entry point if it is of another package."""
    found = group.found(plugin)
    return (group, found) if found is not None and found.foreign else None


def _asked(group: PluginGroup[Any], found: Found, ask: Callable[[], T]) -> T:
    """Return what a plugin answers; an error that it raises names it."""
    try:
        return ask()
    except (GeneticGanError, MemoryError):
        raise
    except Exception as error:
        if type(error).__module__.startswith("geneticgan."):  # the user stopped it
            raise
        raise PluginError(failed(group, found, error)) from error
