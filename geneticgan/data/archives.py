"""Archives of images, which are unpacked once and never outside their folder."""

from __future__ import annotations

import hashlib
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from geneticgan.data.listing import list_images
from geneticgan.data.places import cache_folder
from geneticgan.errors import DataError
from geneticgan.files import open_own, sync_files, written_whole

SUFFIXES = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz", ".tbz2",
)  # fmt: skip
"""The suffixes of archives, in lower case."""


UNREADABLE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    ValueError,
    NotImplementedError,  # a compression that Python does not know
    RuntimeError,  # a password is needed
    lzma.LZMAError,
    zlib.error,
)
"""The errors that Python raises for damaged or encrypted archives."""


def is_archive(path: Path) -> bool:
    """Return whether a path is a file whose suffix is that of an archive."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES)


def unpacked(path: Path) -> Path:
    """Return a folder with the content of an archive; anything else is returned unchanged.

    The archive is unpacked into the cache, into a folder named by a hash of its content, unless
    that folder exists already.

    Parameters
    ----------
    path : Path
        The path of an archive or of a folder.

    Raises
    ------
    DataError
        If the archive is damaged, contains a link, a device or a path outside its own folder, or
        does not fit on the disk.
    """
    if not is_archive(path):
        return path
    with path.open("rb") as file:
        key = hashlib.file_digest(file, "blake2b").hexdigest()[:40]
    target = cache_folder() / "archives" / key
    if target.is_dir():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=target.parent))
        try:
            _unpack(path, scratch)
            _unpack_inner(scratch)
            sync_files(scratch)
            if not target.exists():
                scratch.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except UNREADABLE as error:
        cause, *_ = str(error).splitlines() or [type(error).__name__]  # tarfile lists all its tries
        raise DataError(
            f"the archive {path} cannot be read ({cause.rstrip(':')}); download or pack it again"
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be unpacked to {target.parent} ({error.strerror or error}); free disk "
            "space there, or set GENETICGAN_CACHE to another folder"
        ) from error
    return target


def _unpack(path: Path, folder: Path) -> None:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                info.filename = info.filename.replace("\\", "/")  # as some write them on Windows
                _check(path, info.filename)
            _check_space(path, sum(info.file_size for info in archive.infolist()), folder)
            for info in archive.infolist():
                _put(folder, info.filename, None if info.is_dir() else archive.open(info))
        return
    with tarfile.open(path) as tar:
        members = tar.getmembers()
        for member in members:
            _check(path, member.name)
            if not (member.isfile() or member.isdir()):
                raise DataError(
                    f"{path} was not unpacked, because it contains a link or a device "
                    f"({member.name!r}); pack it again with the files themselves"
                )
        _check_space(path, sum(member.size for member in members), folder)
        for member in members:
            _put(folder, member.name, tar.extractfile(member))


def _put(folder: Path, name: str, content: IO[bytes] | None) -> None:
    """Write a file, or make a folder if there is no content, with the usual mode and owner.

    If a name occurs twice, the later file stays. The caller flushes all files together.
    """
    target = folder / name
    if content is None:
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with (
        content,
        written_whole(target, flush=False) as temporary,
        open_own(temporary, new) as file,
    ):
        shutil.copyfileobj(content, file)


def _unpack_inner(folder: Path) -> None:
    """Unpack archives inside an archive without images, each into its own folder; one level."""
    if list_images(folder).files:
        return
    for inner in [path for path in folder.rglob("*") if is_archive(path)]:
        suffix = next(each for each in SUFFIXES if inner.name.lower().endswith(each))
        target = inner.with_name(inner.name[: -len(suffix)] or "archive")
        if not target.exists():
            target.mkdir()
            _unpack(inner, target)
            inner.unlink()


def _check(path: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[:1]:
        raise DataError(
            f"{path} was not unpacked, because one of its files would be written outside its "
            f"folder ({name!r}); get the archive from a source that you trust"
        )


def _check_space(path: Path, size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"{path} needs {size / 2**20:.0f} MiB when unpacked, but {folder.parent} has only "
            f"{free / 2**20:.0f} MiB free; free disk space, or set GENETICGAN_CACHE to a folder "
            "on another disk"
        )
