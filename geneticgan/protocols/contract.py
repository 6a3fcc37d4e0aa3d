"""The contract of protocols, which evaluate trained methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split
from geneticgan.evaluation.metrics import Scores
from geneticgan.methods.contract import Fitted, Task
from geneticgan.training.hooks import Observer


class Protocol(ABC):
    """A way to evaluate a trained method; a plugin of the group ``geneticgan.protocols``.

    An instance evaluates one training: `watch` is called before it, `judge` after it. Options are
    the keyword arguments of ``__init__``.

    Attributes
    ----------
    note : str
        A warning that must accompany a table of its scores; empty if there is none.
    peeks : bool
        Whether its predictions depend on the labels by which they are scored.
    looks_at : {"test", "validation", "training"}
        The part of a split that the scored images are from, or are made from. A protocol that
        does not look at the test part may choose a method (``geneticgan choose --judge``).
    """

    note: ClassVar[str] = ""
    peeks: ClassVar[bool] = False
    looks_at: ClassVar[str] = "test"

    def images(self, source: Source, split: Split) -> Images:
        """Return the images that are scored; the test part unless a protocol overrides this.

        Raises
        ------
        DataError
            If there are no images.
        """
        return split.test

    def watch(self, task: Task, images: Images) -> Sequence[Observer]:
        """Return observers of the training; none unless a protocol overrides this."""
        return ()

    @abstractmethod
    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Score a trained method.

        Parameters
        ----------
        fitted : Fitted
            The trained method, which is not changed.
        task : Task
            The task that the method was given.
        images : Images
            The N >= 1 images that `images` returned.

        Returns
        -------
        Scores or None
            The scores; None if the method lacks what the protocol needs, such as a generator.

        Raises
        ------
        GeneticGanError
            For problems that the user can solve.
        """
