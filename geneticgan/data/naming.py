"""The names of numbered classes, read from a file beside the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geneticgan.data.notices import Notices
from geneticgan.files import read_regular

OF_NAMES = (
    "labels.txt", "classes.txt", "class_names.txt", "classnames.txt", "label_names.txt",
    "names.txt", "categories.txt", "synsets.txt", "synset_words.txt",
)  # fmt: skip
"""The usual names of files with one class name per line, in lower case."""


def named(file: Path, labels: Sequence[str], notices: Notices) -> list[str]:
    """Return the labels of a list as class names, or unchanged if no file has names for them.

    The numbers must be all those from 0, or from 1, up to the number of names, or each line must
    begin with the number that it names.

    Parameters
    ----------
    file : Path
        The list, whose folder is searched for names.
    labels : sequence of str
        The class of each row.
    notices : Notices
        The listener that is told which file the names come from.
    """
    known = set(labels)
    if not known or not all(label.isdecimal() for label in known):
        return list(labels)
    for path in sorted(file.parent.iterdir()):
        if path.name.lower() not in OF_NAMES or path == file:
            continue
        names = _names(path, {int(label) for label in known})
        if names:
            notices.note(f"The numbered classes have the names that {path.name} gives.")
            return [names[int(label)] for label in labels]
    return list(labels)


def _names(path: Path, numbers: set[int]) -> dict[int, str]:
    """Return the name of each number; empty if the file does not name exactly these."""
    try:
        lines = read_regular(path).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    lines = [line.strip() for line in lines if line.strip()]
    divided = [line.replace(",", " ", 1).split(maxsplit=1) for line in lines]
    if all(len(each) == 2 and each[0].isdecimal() for each in divided):
        found = {int(number): name.strip() for number, name in divided}
    else:
        found = dict(enumerate(lines, start=0 if min(numbers) == 0 else 1))
        if found.keys() != numbers:
            return {}
    several = len(set(found.values())) == len(lines) == len(found)
    return found if several and numbers <= found.keys() else {}
