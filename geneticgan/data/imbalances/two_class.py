"""Imbalance ``two-class``."""

from __future__ import annotations

from collections.abc import Sequence

from geneticgan.data.dataset import Dataset, Source
from geneticgan.data.profile import Profile
from geneticgan.errors import ConfigError


class TwoClass(Profile):
    """A majority and a minority class, as in the paper's Table II.

    Parameters
    ----------
    ratio : float
        The number of majority images over that of minority images, >= 1.
    positive, negative : str
        The names of the majority and the minority; empty for the data set's own pair of Table II.
    largest : int
        The number of majority images; 0 for as many as the images allow, up to the number that the
        paper uses for that data set.
    """

    def __init__(
        self, ratio: float = 100.0, positive: str = "", negative: str = "", largest: int = 0
    ) -> None:
        super().__init__(ratio, largest)
        self.positive = positive
        self.negative = negative

    def shares(self, classes: int) -> list[float]:
        """Return 1 for the majority and 1 / ratio for the minority."""
        return [1.0, 1 / self.ratio]

    def load(self, dataset: Dataset) -> Source:
        """Read the two classes; label 0 is the majority."""
        usual = dataset.pair or ("", "")
        majority, minority = self.positive or usual[0], self.negative or usual[1]
        if not (majority and minority):
            raise ConfigError(
                "this data set has no usual pair of classes; name the majority and the minority, "
                "as in two-class:positive=cats,negative=dogs"
            )
        return dataset.load_pair(majority, minority)

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the numbers of images of the majority and the minority."""
        limit = available[0] if largest is None else min(available[0], largest)
        return super().counts((limit, available[1]))
