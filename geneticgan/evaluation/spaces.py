"""In which features generated images are measured, and where their scores lie."""

from pathlib import Path

SPACES = ("classifier", "inception")
"""The features that generated and real images are compared in; the first is the default."""


def scores_file(target: Path, space: str) -> Path:
    """Return the file of a space's scores; different spaces never share one."""
    return target.with_name(target.name + ("" if space == SPACES[0] else f"-{space}") + ".json")
