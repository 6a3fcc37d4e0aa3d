"""Which changes of images there are; without torch, so that options are checked at once."""

from __future__ import annotations

from geneticgan.errors import ConfigError

CHANGES = ("flip", "translation", "deformation", "cutout")
"""Mirrored left to right, in half of all cases; moved by up to an eighth of the size each way, the
border pixels repeated; deformed elastically, in half of all cases; a square of half the size,
somewhere, set to the mean of the range (0)."""

NONE = "none"


def parse_changes(text: str) -> tuple[str, ...]:
    """Return the changes that a text such as ``flip,translation`` names, in their order here.

    Raises
    ------
    ConfigError
        If it names another one.
    """
    if text == NONE:
        return ()
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in CHANGES:
            raise ConfigError(
                f"augmentation must be {NONE}, or some of {', '.join(CHANGES)}, got {word!r}"
            )
    return tuple(change for change in CHANGES if change in words)
