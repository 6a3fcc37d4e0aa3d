"""Files written whole or not at all, and flushed to the disk wherever the system can do that."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

REFUSED = (errno.EACCES, errno.EPERM, errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOTSUP)
"""What systems say that cannot open or flush a folder: Windows, and some network drives."""


def write_whole(path: Path, data: bytes, *, flush: bool = True) -> None:
    """Write a file under a random name beside it, flush it, and give it its name.

    Whoever reads the file sees the old content or the new, also after a crash; a link at the
    target is replaced and not followed, and nobody can lay one at the temporary name.

    Parameters
    ----------
    path : Path
        Of the file.
    data : bytes
        All of it.
    flush : bool
        As for `written_whole`.

    Raises
    ------
    OSError
        If it cannot be written; what was there stays, and nothing else is left behind.
    """
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with written_whole(path, flush=flush) as temporary, open_own(temporary, new) as file:
        file.write(data)


@contextlib.contextmanager
def written_whole(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """Yield a random name beside a file for others to write; then flush it and give it its name.

    Parameters
    ----------
    path : Path
        Of the file.
    flush : bool
        Whether it is to be on the disk before it has its name. Without, a power cut may leave an
        empty file; for what is written in thousands and can be made again.

    Raises
    ------
    OSError
        As `write_whole`.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(8)}{path.suffix}")
    try:
        yield temporary
        if flush:
            sync_file(temporary)
        temporary.replace(path)
    except (Exception, KeyboardInterrupt):
        temporary.unlink(missing_ok=True)
        raise


def open_own(path: Path, flags: int) -> BinaryIO:
    """Open a file as bytes by flags of `os`, but not through a link at its own name.

    Raises
    ------
    OSError
        As `os.open`; where the system can refuse links, also for a link.
    """
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags, 0o666)
    return open(descriptor, "r+b" if flags & os.O_RDWR else "wb")


def own_folder(path: Path) -> Path:
    """Make a folder unless it is there; return it.

    Raises
    ------
    OSError
        If it cannot be made, or is a symbolic link: what is written to it would land elsewhere.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link", str(path))
    path.mkdir(parents=True, exist_ok=True)
    return path


def first_link(folder: Path) -> Path | None:
    """Return a symbolic link that lies anywhere below a folder; None if there is none."""
    for parent, folders, files in os.walk(folder):
        for name in sorted([*folders, *files]):
            path = Path(parent, name)
            if path.is_symlink():
                return path
    return None


def sync_file(path: Path) -> None:
    """Flush a file that was written by others to the disk.

    It is opened for writing, since Windows flushes nothing else.
    """
    with open_own(path, os.O_RDWR) as file:
        os.fsync(file.fileno())


def sync_files(folder: Path) -> None:
    """Flush thousands of files below a folder to the disk, at once where the system can."""
    if hasattr(os, "sync"):
        os.sync()
        return
    for path in folder.rglob("*"):
        if path.is_file():
            sync_file(path)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder to the disk where the system can; others do so by themselves."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in REFUSED:
            raise
