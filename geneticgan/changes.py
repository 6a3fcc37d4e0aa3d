"""The names of image augmentations; without torch, so that options can be checked quickly."""

from __future__ import annotations

from geneticgan.errors import ConfigError

CHANGES = ("flip", "translation", "deformation", "cutout")
"""Mirroring left to right, in half of all cases; a shift by up to an eighth of the size each way,
with border pixels repeated; an elastic deformation, in half of all cases; a square of half the
size, at a random place, set to the middle of the range (0)."""

NONE = "none"


def parse_changes(text: str) -> tuple[str, ...]:
    """Return the changes that a text such as ``flip,translation`` names, in the order of `CHANGES`.

    Raises
    ------
    ConfigError
        If the text names an unknown change.
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
