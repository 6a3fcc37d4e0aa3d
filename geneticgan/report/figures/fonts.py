"""Finds fonts that have the characters of a name, in whatever script it is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from matplotlib.font_manager import FontEntry, fontManager
from matplotlib.ft2font import FT2Font

FIRST = "DejaVu Sans"
"""Matplotlib's own font, with Latin, Greek, Cyrillic and more."""

PREFERRED = ("noto sans", "source han sans", "hiragino", "yu gothic", "ms gothic", "arial unicode")
"""Prefixes of the names of preferred fonts."""

VIRAMA = 9
"""Combining class of the character that joins consonants in Indic scripts."""


def families(texts: Iterable[str]) -> list[str]:
    """Return font families for texts: the usual one, then any with characters that it lacks."""
    found = [FIRST]
    for sign in sorted(set().union(*map(set, texts))):
        family = _family_of(sign)
        if family and family not in found:
            found.append(family)
    return found


def drawable(text: str) -> bool:
    """Return whether a text can be drawn legibly.

    Some font must have each of its characters. Matplotlib places them one by one from left to
    right, which breaks scripts that run the other way or join their characters.
    """
    return all(map(_drawn_alone, text)) and all(_family_of(sign) for sign in text)


def written_out(text: str) -> str:
    """Return a text with every character that cannot be drawn replaced by its escape sequence."""
    if drawable(text):
        return text
    return "".join(s if drawable(s) else s.encode("unicode_escape").decode() for s in text)


def figure_names(class_names: Sequence[str]) -> list[str]:
    """Return the classes' names in figures: a number where a name cannot be drawn.

    `key_to_numbers` explains the numbers.
    """
    return [n if drawable(n) else f"class {label}" for label, n in enumerate(class_names)]


def key_to_numbers(class_names: Sequence[str]) -> str:
    """Return a sentence that explains the classes shown by number; empty if there are none."""
    shown = figure_names(class_names)
    told = [f"{new} is {old}" for old, new in zip(class_names, shown, strict=True) if new != old]
    if not told:
        return ""
    return (
        "No installed font can draw the names of some classes, so figures show their numbers: "
        f"{', '.join(told)}. A font such as Noto Sans for their script solves most cases."
    )


def _drawn_alone(sign: str) -> bool:
    return not (
        unicodedata.bidirectional(sign) in ("R", "AL")
        or unicodedata.category(sign) == "Mc"
        or unicodedata.combining(sign) == VIRAMA
    )


@cache
def _family_of(sign: str) -> str:
    """Return the first font family that has a character; empty if none has."""
    if sign == "\n":
        return FIRST
    for name, path in _fonts(len(fontManager.ttflist)):
        signs, code = _signs(path), ord(sign)
        at = int(np.searchsorted(signs, code))
        if at < len(signs) and signs[at] == code:
            return name
    return ""


@lru_cache(maxsize=1)
def _fonts(_: int) -> list[tuple[str, str]]:
    """Return upright fonts of regular weight as (family, file), preferred ones first."""

    def place(font: FontEntry) -> tuple[bool, bool, str]:
        preferred = font.name.lower().startswith(PREFERRED)
        return font.name != FIRST, not preferred, font.name

    # Fonts of last resort have a box for every character.
    real = [f for f in fontManager.ttflist if not f.name.startswith("Last Resort")]
    upright = (f for f in real if f.style == f.variant == f.stretch == "normal")
    usual = [f for f in upright if f.weight in (400, "normal")]
    return [(font.name, font.fname) for font in sorted(usual, key=place)]


@cache
def _signs(path: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a font's characters, sorted."""
    none = np.empty(0, np.uint32)
    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):  # removed, or in an unsupported format
        return none
    return np.sort(np.fromiter(font.get_charmap(), np.uint32)) if font.scalable else none
