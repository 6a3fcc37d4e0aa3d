"""Protocol ``development``."""

from __future__ import annotations

from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split, unused
from geneticgan.protocols.head import Head

DEVELOPMENT_IMAGES = 500
"""Maximum number of images of each class."""


class Development(Head):
    """The class head on unused training images, by which studies choose between variants.

    The validation part contains too few images of a small class to tell variants apart, and the
    test part must not be used for choosing. All unused images of each class are taken, up to
    `DEVELOPMENT_IMAGES`.
    """

    looks_at = "training"

    def images(self, source: Source, split: Split) -> Images:
        """Return the images; `DataError` if a class has none left."""
        return development_part(source, split)


def development_part(source: Source, split: Split) -> Images:
    """Return the images of the protocol ``development``.

    Raises
    ------
    DataError
        If a class has none left.
    """
    return unused(source, split, DEVELOPMENT_IMAGES)
