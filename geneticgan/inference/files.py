"""Finds the image files that users name: files, folders, patterns and archives."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from geneticgan.data.archives import is_archive, unpacked
from geneticgan.data.listing import list_images
from geneticgan.data.masks import find_masks
from geneticgan.errors import DataError


def image_files(named: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield a display name and the file of every image, in the order given.

    A folder or an archive stands for all images below it, sorted, without masks of other images,
    which training leaves out too; a pattern such as ``new/*.jpg`` stands for all files that match
    it. A file that is named is yielded whatever its content.

    Raises
    ------
    DataError
        If a file or folder does not exist, or a folder contains no image.
    """
    for text in named:
        path = Path(text)
        if path.is_dir() or (path.is_file() and is_archive(path)):
            root = path if path.is_dir() else unpacked(path)
            listed = list_images(root).files
            masks = find_masks(root, listed)
            found = [each for each in listed if each not in masks]
            if not found:
                raise DataError(f"{text} holds no image")
            yield from ((str(Path(text, each)), root / each) for each in found)
        elif path.exists():
            yield text, path
        else:
            matches = sorted(glob.glob(text, recursive=True))
            if not matches:
                raise DataError(f"{text}: no such file or folder, and no file matches it")
            yield from ((each, Path(each)) for each in matches if Path(each).is_file())
