"""Options that version 0.1.0 had and what replaced them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_OF_PROFILES = "two-class:{0}={1}, exponential:{0}={1} or step:{0}={1}"

IMBALANCES: Mapping[str, str] = MappingProxyType(
    {
        "setting": "{1}",
        "ratio": _OF_PROFILES,
        "positive": "two-class:{0}={1}",
        "negative": "two-class:{0}={1}",
        "profile": "{1}",
        "largest": _OF_PROFILES,
        "counts": "counts:{1}",
    }
)
"""Maps each former option of the imbalance to the spec that replaced it."""

EXAMPLES = {"ratio": "50", "positive": "cats", "negative": "dogs", "largest": "500"}


def replacement(name: str, value: str = "") -> str:
    """Return a sentence that says what replaced an option; empty if nothing did.

    Parameters
    ----------
    name : str
        The option's name.
    value : str
        The value that it was set to, if known.
    """
    if name not in IMBALANCES:
        return ""
    if name == "setting" and value in ("", "multi-class"):
        spec = "auto (what multi-class was), two-class or as-is"
    elif name == "profile" and not value:
        spec = "exponential or step"
    else:
        shown = value or EXAMPLES.get(name, "4000,2000")
        spec = IMBALANCES[name].format(name, shown)
    return f"{name} is now part of the imbalance; write --imbalance {spec}"
