"""JSON objects that carry the hash of their own content, by which a change is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

HASH = "sha256"
"""The key of the hash of all other entries."""


def hashed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with its hash added."""
    return {**values, HASH: _hash(values)}


def without_hash(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without its hash."""
    return {key: value for key, value in found.items() if key != HASH}


def check_hash(found: Mapping[str, Any]) -> None:
    """Raise `ValueError` if an object differs from its hash; earlier versions wrote none."""
    if HASH in found and found[HASH] != _hash(without_hash(found)):
        raise ValueError("it was changed after it was written")


def _hash(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an object, which does not depend on how a file lays it out."""
    as_read = json.loads(json.dumps(values))
    return hashlib.sha256(json.dumps(as_read, sort_keys=True).encode()).hexdigest()
