"""Files that are written atomically and flushed to the disk, and read only if they are regular."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from geneticgan.errors import RunError

MOST_BYTES = 2**30
"""The maximal size in bytes of a file that is read whole, such as an image or a list."""

REFUSED = (errno.EACCES, errno.EPERM, errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOTSUP)
"""Errors of systems that cannot open or flush a folder: Windows and some network drives."""

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a full disk."""

MAKE_ROOM = "free some disk space, then repeat the command"
"""What helps against a full disk."""


def write_whole(path: Path, data: bytes, *, flush: bool = True) -> None:
    """Write a file under a random name in the same folder, flush it, and rename it.

    Readers see either the old content or the new, even after a crash. A link at the target is
    replaced, not followed, and the temporary name cannot be predicted.

    Parameters
    ----------
    path : Path
        The path of the file.
    data : bytes
        The whole content.
    flush : bool
        As for `written_whole`.

    Raises
    ------
    OSError
        If it cannot be written; the old file stays, and no temporary file is left behind.
    """
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with written_whole(path, flush=flush) as temporary, open_own(temporary, new) as file:
        file.write(data)


@contextlib.contextmanager
def written_whole(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """Yield a random name in a file's folder for the caller to write to; then flush and rename it.

    Parameters
    ----------
    path : Path
        The path of the file.
    flush : bool
        Whether to flush it to the disk before renaming it. Otherwise a power cut may leave an
        empty file; this suits thousands of files that can be made again.

    Raises
    ------
    OSError
        As for `write_whole`.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(8)}{path.suffix}")
    try:
        yield temporary
        if flush:
            sync_file(temporary)
        temporary.replace(path)
    except (Exception, KeyboardInterrupt) as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            error.filename = str(path)  # a write that fails does not say where
        raise


def open_own(path: Path, flags: int) -> BinaryIO:
    """Open a binary file with flags of `os`, refusing to follow a link at its path.

    Raises
    ------
    OSError
        As for `os.open`; on systems that can refuse links, also for a link.
    """
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags, 0o666)
    return open(descriptor, "r+b" if flags & os.O_RDWR else "wb")


def own_folder(path: Path) -> Path:
    """Create a folder unless it exists, and return it.

    Raises
    ------
    OSError
        If it cannot be created, or is a symbolic link, through which files would land elsewhere.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link", str(path))
    path.mkdir(parents=True, exist_ok=True)
    return path


def check_writable(folder: Path, instead: str = "") -> None:
    """Create a folder unless it exists, and raise `RunError` if no file can be made in it.

    Commands call this before they work for files that they will write. ``instead`` is what else
    the user can do, for the message.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise not_written(folder, error, instead) from error


def not_written(path: Path, error: OSError, instead: str = "") -> RunError:
    """Return the error for a file or a folder that the system does not let this user write."""
    mends = [mend for mend in (MAKE_ROOM if is_full(error) else "", instead) if mend]
    more = f"; {', or '.join(mends)}" if mends else ""
    return RunError(f"{path} cannot be written: {error.strerror or error}{more}")


def is_full(error: OSError) -> bool:
    """Return whether the disk is full, or the user's share of it."""
    return error.errno in FULL


def first_foreign(folder: Path) -> str:
    """Name the first entry below a folder that is neither a file nor a folder of its own.

    Returns
    -------
    str
        A clause, such as ``r/log.jsonl is a symbolic link``; empty if there is none.
    """
    for parent, folders, files in os.walk(folder):
        for name in sorted([*folders, *files]):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                return f"{path} is a symbolic link"
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                return f"{path} is a pipe, a socket or a device"
    return ""


class RefusedError(OSError):
    """A file was not read because it is not a regular file or too large."""


def read_regular(path: Path | str) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    OSError
        If the file cannot be read, is a device, a pipe or a folder, or has more than `MOST_BYTES`.
    """
    # Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("not a regular file")
        if status.st_size > MOST_BYTES:
            raise RefusedError(f"larger than {MOST_BYTES / 2**30:.0f} GiB")
        return file.read()


def sync_file(path: Path) -> None:
    """Flush a file that other code has written to the disk.

    The file is opened for writing, since Windows can flush no other.
    """
    with open_own(path, os.O_RDWR) as file:
        os.fsync(file.fileno())


def sync_files(folder: Path) -> None:
    """Flush all files below a folder to the disk, in one call if the system supports it."""
    if hasattr(os, "sync"):
        os.sync()
        return
    for path in folder.rglob("*"):
        if path.is_file():
            sync_file(path)


def sync_folder(path: Path) -> None:
    """Flush a folder's entries to the disk on systems that do not do so by themselves."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in REFUSED:
            raise
