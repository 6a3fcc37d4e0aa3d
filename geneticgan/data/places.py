"""The cache folder of geneticgan, which may be deleted at any time."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VARIABLE = "GENETICGAN_CACHE"
"""The environment variable that sets another cache folder."""


def cache_folder() -> Path:
    """Return the cache folder, which need not exist."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("geneticgan")
