"""Protocol ``development``."""

from __future__ import annotations

from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split, unused
from geneticgan.protocols.head import Head

DEVELOPMENT_IMAGES = 500
"""Images of each class at most."""


class Development(Head):
    """The class head on training images that no method has seen: by this, studies choose.

    Of a small class the validation part holds a few images, too few to tell one variant from
    another; the test part is not for choosing. As many images of each class are taken as there
    are, up to `DEVELOPMENT_IMAGES`.
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
