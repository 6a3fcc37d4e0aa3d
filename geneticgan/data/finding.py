"""Finding a data set's files, and downloading them on request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from geneticgan.errors import DataError, typed

DEFAULT_ROOT = "data"
"""The default folder of data sets' files."""


def find_all(places: Sequence[Path], names: Sequence[str]) -> dict[str, Path] | None:
    """Return the path of each file or folder in the first place that has all of them.

    A file may be compressed, as ``<name>.gz``.
    """
    for place in places:
        found = {}
        for name in names:
            candidates = (place / name, place / f"{name}.gz")
            path = next((candidate for candidate in candidates if candidate.exists()), None)
            if path is not None:
                found[name] = path
        if len(found) == len(names):
            return found
    return None


def found_or_fetched(
    dataset: str,
    root: Path,
    places: Sequence[Path],
    names: Sequence[str],
    fetch: Callable[[Path], object] | None,
    download: bool,
) -> dict[str, Path]:
    """Return the paths of a data set's files, after downloading them if requested.

    Parameters
    ----------
    dataset : str
        The name of the data set.
    root : Path
        The folder that the user has given.
    places : sequence of Path
        The folders to search.
    names : sequence of str
        The names of the files.
    fetch : callable or None
        Downloads into a folder; None if that is not possible.
    download : bool
        Whether to download missing files.

    Raises
    ------
    DataError
        If a file is missing; the message says where it belongs and how to download it.
    """
    found = find_all(places, names)
    if found is not None:
        return found
    if download and fetch is not None:
        try:
            root.mkdir(parents=True, exist_ok=True)
            fetch(root)
        except DataError:
            raise
        except Exception as error:  # torchvision passes on whatever the network raises
            cause = str(error).strip() or type(error).__name__
            raise DataError(
                f"{dataset} cannot be fetched into {root} ({cause.splitlines()[0]}); try again, or "
                f"put {', '.join(names)} there by hand"
            ) from error
        found = find_all(places, names)
        if found is not None:
            return found
    missing = [name for name in names if find_all(places, [name]) is None]
    ways = ["put the files there", "name another folder by --data-root"]
    if fetch is not None:
        ways.append(
            "fetch them by: "
            + typed("datasets", "prepare", dataset, "--data-root", root, "--download")
        )
    raise DataError(
        f"{dataset} is not in {root}, which lacks {', '.join(missing or names)}; "
        f"{', '.join(ways[:-1])}, or {ways[-1]}"
    )
