"""The files that a run's images were read from, copied unchanged beside generated images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.assembling import FileDataset, FileSet
from geneticgan.data.dataset import Images
from geneticgan.data.splits import Split
from geneticgan.errors import printable
from geneticgan.files import read_regular, write_whole
from geneticgan.training.setup import open_dataset


def files_of(config: TrainConfig, split: Split) -> FileSet | None:
    """Return the files of a run's data set; None if it was not read from the user's own files.

    Parameters
    ----------
    config : TrainConfig
        The config of the run.
    split : Split
        The split, just loaded, so that its images are still those in the files.
    """
    if split.train.places is None:
        return None
    dataset = open_dataset(config)
    return dataset.file_set() if isinstance(dataset, FileDataset) else None


def class_folders(found: FileSet, class_names: Sequence[str]) -> list[str]:
    """Return a folder name for each class: the class's own name if it is valid for a folder."""
    own = {printable(name): name for name in found.names}
    safe = safe_names(class_names)
    names = [own.get(name, name) for name in class_names]
    usable = (name not in ("", ".", "..") and not re.search(r"[/\\\0]", name) for name in names)
    return [name if good else other for name, other, good in zip(names, safe, usable, strict=True)]


def safe_names(class_names: Sequence[str]) -> list[str]:
    """Return distinct names that are valid for files: a class name may contain a slash or dot."""
    names: list[str] = []
    for label, name in enumerate(class_names):
        safe = re.sub(r"[^\w.+-]+", "_", name).strip(".") or f"class-{label}"
        names.append(f"{safe}-{label}" if safe in names else safe)
    return names


def copy_originals(found: FileSet, images: Images, folders: Sequence[Path]) -> None:
    """Copy the files of images, byte by byte, into the folders of their classes.

    A file keeps its name; if it is taken within a class, the name of its folder is prepended.

    Parameters
    ----------
    found : FileSet
        The files.
    images : Images
        The images with their places among the files.
    folders : sequence of Path
        The folders of the classes, by label.

    Raises
    ------
    OSError
        If a file cannot be read or written.
    """
    assert images.places is not None
    taken: set[Path] = set()
    for place, label in zip(images.places.tolist(), images.labels.tolist(), strict=True):
        source = found.paths[place]
        parts = list(reversed(source.parts[1:]))
        name = parts[0]
        for part in parts[1:]:
            if folders[label] / name not in taken:
                break
            name = f"{part}-{name}"
        target = folders[label] / name
        taken.add(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, read_regular(source), flush=False)  # there are thousands of them
