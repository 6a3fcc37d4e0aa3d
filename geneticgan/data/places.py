"""Where the project keeps files of its own that may be deleted at any time."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VARIABLE = "GENETICGAN_CACHE"
"""Environment variable that names another folder."""


def cache_folder() -> Path:
    """Return the folder of caches; it need not exist."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("geneticgan")
