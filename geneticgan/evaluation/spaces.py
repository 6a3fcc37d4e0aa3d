"""The feature spaces in which generated images are compared, and the files of their scores."""

from pathlib import Path

SPACES = ("classifier", "inception")
"""The features in which generated and real images are compared; the first is the default."""


def scores_file(target: Path, space: str) -> Path:
    """Return the file of a space's scores; different spaces never share one."""
    return target.with_name(target.name + ("" if space == SPACES[0] else f"-{space}") + ".json")
