"""Recognising an unchanged folder, whose classes, parts and masks are then known already."""

from __future__ import annotations

import contextlib
import hashlib
import json
import marshal
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL

from geneticgan import __version__
from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Int64Array
from geneticgan.data.listing import OF_A_RUN, is_junk
from geneticgan.data.notices import Notices
from geneticgan.data.signatures import MANY, SETTLED
from geneticgan.files import read_regular

BLOCK = 1_000
"""The number of files that are hashed together."""


@dataclass(frozen=True)
class Sorted:
    """The N images of a folder with their classes, parts and groups.

    Attributes
    ----------
    root : Path
        The folder that contains the images, at any depth.
    places : sequence of str
        The path of each image relative to the root.
    names : tuple of str
        The names of the classes.
    labels : array of int64
        The label of each image, shape (N,).
    groups : array of int64 or None
        The group of each image, shape (N,); None without groups.
    is_test : array of bool or None
        Whether each image is in the test part, shape (N,); None without a test part.
    faults : tuple of str
        Messages about what is wrong with the folder.
    """

    root: Path
    places: Sequence[str]
    names: tuple[str, ...]
    labels: Int64Array
    groups: Int64Array | None
    is_test: npt.NDArray[np.bool_] | None
    faults: tuple[str, ...]


class _Heard(Notices):
    """A listener that keeps all notices."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def key_of(root: Path, options: Sequence[object], lists: Sequence[Path] = ()) -> str:
    """Return a key that changes whenever a file below a folder does.

    The key depends on the name, size, times, device and inode of every file, but not on its
    content. It is empty if something was changed within the last two seconds, since a further
    change might not show, or if a file cannot be examined.

    Parameters
    ----------
    root : Path
        The folder.
    options : sequence
        Everything besides the files on which classes, parts and groups depend.
    lists : sequence of Path
        Further files, whose content counts as well.
    """
    try:
        state = _state_of(root)
        options = [*options, *map(read_regular, lists)]
    except (OSError, ValueError):  # the error is reported when the folder is listed
        return ""
    if not state:
        return ""
    versions = __version__, PIL.__version__
    return content_key(("sorted", str(root.resolve()), *options, *versions), [state])


def known_again(key: str, sort: Callable[[Notices], Sorted], notices: Notices) -> Sorted:
    """Return the images of a folder, from the cache if its key is known.

    Parameters
    ----------
    key : str
        The key of the folder, from `key_of`; if it is empty, nothing is stored.
    sort : callable
        A function that finds the images; it passes its notices to a listener.
    notices : Notices
        The listener that receives these notices, including those stored in the cache.
    """
    if not key:
        return sort(notices)

    def build() -> Arrays:
        heard = _Heard()
        return _packed(sort(heard), heard.notes)

    found, notes = _unpacked(cached(key, build, notices))
    for text in notes:
        notices.note(text)
    return found


def _packed(found: Sorted, notes: Sequence[str]) -> Arrays:
    words = [str(found.root), found.names, found.faults, notes]
    arrays: Arrays = {
        "words": np.frombuffer(json.dumps(words).encode(), dtype=np.uint8),
        "places": np.frombuffer(os.fsencode("\0".join(found.places)), dtype=np.uint8),
        "labels": found.labels,
    }
    if found.groups is not None:
        arrays["groups"] = found.groups
    if found.is_test is not None:
        arrays["is_test"] = found.is_test
    return arrays


def _unpacked(arrays: Arrays) -> tuple[Sorted, list[str]]:
    root, names, faults, notes = json.loads(arrays["words"].tobytes())
    labels: Int64Array = np.array(arrays["labels"], dtype=np.int64)
    groups = arrays.get("groups")
    is_test = arrays.get("is_test")
    found = Sorted(
        Path(root),
        os.fsdecode(arrays["places"].tobytes()).split("\0"),
        tuple(names),
        labels,
        None if groups is None else np.array(groups, dtype=np.int64),
        None if is_test is None else np.array(is_test, dtype=np.bool_),
        tuple(faults),
    )
    return found, notes


def _state_of(root: Path) -> bytes:
    """Return a hash of the files below a folder, or nothing if they have just been changed."""
    state, newest, count = _looked_through(root)
    wait = (newest + SETTLED - time.time_ns()) / 1e9
    if count >= MANY and 0 < wait <= SETTLED / 1e9:  # an archive may just have been unpacked
        time.sleep(wait)
        state, newest, _ = _looked_through(root)
    return state if newest <= time.time_ns() - SETTLED else b""


def _looked_through(root: Path) -> tuple[bytes, int, int]:
    """Return a hash of all names and states below a folder, the last change (ns), and the count.

    A second start does little else, so that every microsecond for a file is a second for a million.
    """
    digest = hashlib.blake2b()
    newest = count = 0

    def add(states: list[tuple[int, ...]]) -> None:
        nonlocal newest, count
        _, written, changed, *_ = zip(*states, strict=True)
        newest = max(newest, *written, *changed)
        count += len(states)
        digest.update(marshal.dumps(states, 2))  # the same bytes as long as no file has changed
        states.clear()

    seen: set[tuple[int, int]] = set()
    waiting = [os.fspath(root)]
    while waiting:
        path = waiting.pop()
        here = os.stat(path)
        if (here.st_dev, here.st_ino) in seen:
            continue
        seen.add((here.st_dev, here.st_ino))
        names = sorted(os.listdir(path))
        digest.update(os.fsencode("\0".join([path, *names, ""])))
        states = [_STATE(here)]
        if len(seen) > 1 and OF_A_RUN.issubset(names):
            names = []  # nothing in a run is an image of the set
        with _statuses(path) as status_of:
            for name in names:
                if is_junk(name):
                    continue
                status = status_of(name)
                states.append(_STATE(status))
                if len(states) >= BLOCK:
                    add(states)
                if stat.S_ISREG(status.st_mode):
                    continue
                inside = os.path.join(path, name)
                if stat.S_ISLNK(status.st_mode) and os.path.exists(inside):
                    status = os.stat(inside)
                    states.append(_STATE(status))
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(inside)
        if states:
            add(states)
    return digest.digest(), newest, count


_STATE: Callable[[os.stat_result], tuple[int, ...]] = attrgetter(
    "st_size", "st_mtime_ns", "st_ctime_ns", "st_dev", "st_ino", "st_mode"
)


@contextlib.contextmanager
def _statuses(path: str) -> Iterator[Callable[[str], os.stat_result]]:
    """Return a function from the name of an entry of a folder to its state, links not followed.

    By the folder's descriptor, where systems have one, files are found faster than by their path.
    """
    if os.stat not in os.supports_dir_fd:
        yield lambda name: os.lstat(os.path.join(path, name))
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield partial(os.stat, dir_fd=descriptor, follow_symlinks=False)
    finally:
        os.close(descriptor)
