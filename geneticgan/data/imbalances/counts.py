"""Imbalance ``counts``."""

from __future__ import annotations

from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance


class Counts(Imbalance):
    """A given number of images of each class.

    Parameters
    ----------
    images : str
        Integers >= 1 separated by commas, one per class, as in ``counts:400,200,100``.
    """

    def __init__(self, images: str = "") -> None:
        try:
            self.images = tuple(int(word) for word in images.split(","))
        except ValueError:
            raise ValueError(f"{images!r} is not a list of whole numbers such as 400,200") from None
        if len(self.images) < 2 or min(self.images) < 1:
            raise ValueError("it needs a number >= 1 for each class, as in counts:400,200,100")

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the given numbers."""
        return self.images
