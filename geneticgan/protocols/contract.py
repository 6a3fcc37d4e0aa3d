"""The contract of everything that judges what a method has learnt."""

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
    """A way to judge a trained method; a plugin of the group ``geneticgan.protocols``.

    An instance judges one training: `watch` is called before it, `judge` after it. Options are the
    keyword arguments of ``__init__``.

    Attributes
    ----------
    note : str
        What a table of its scores must say beside them; empty where there is nothing to warn of.
    peeks : bool
        Whether its predictions depend on the labels that they are scored by.
    looks_at : {"test", "validation", "training"}
        The part of a split that the scored images are of, or are made of. By one that does not
        look at the test part a method may be chosen (``geneticgan choose --judge``).
    """

    note: ClassVar[str] = ""
    peeks: ClassVar[bool] = False
    looks_at: ClassVar[str] = "test"

    def images(self, source: Source, split: Split) -> Images:
        """Return the images that are scored; the test part unless a protocol says otherwise.

        Raises
        ------
        DataError
            If there are none.
        """
        return split.test

    def watch(self, task: Task, images: Images) -> Sequence[Observer]:
        """Return what watches the training; nothing unless a protocol says otherwise."""
        return ()

    @abstractmethod
    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Score a trained method.

        Parameters
        ----------
        fitted : Fitted
            What the method has learnt; left as it is.
        task : Task
            What it was given.
        images : Images
            What `images` returned, N >= 1 of them.

        Returns
        -------
        Scores or None
            None where this method has nothing to judge, such as a generator.

        Raises
        ------
        GeneticGanError
            For anything the user can mend.
        """
