"""Archives of images, unpacked once, and never outside their folder."""

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
"""How names of archives end, in any case."""


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
"""What damaged or encrypted archives raise."""


def is_archive(path: Path) -> bool:
    """Tell by its name whether a file is an archive that `unpacked` reads."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES)


def unpacked(path: Path) -> Path:
    """Return a folder with the content of an archive; a folder is returned as it is.

    It is unpacked into the cache, under a hash of its content, and not again while it is there.

    Raises
    ------
    DataError
        If it is damaged, holds a path that leads out of it, a link or a device, or does not fit on
        the disk.
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
        raise DataError(f"{path} is no readable archive ({error}); fetch it again") from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be unpacked to {target.parent} ({error.strerror or error}); free some "
            "space or name another folder by GENETICGAN_CACHE"
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
                    f"{path} holds a link or a device ({member.name!r}); it was not unpacked, pack "
                    "it again with the files themselves"
                )
        _check_space(path, sum(member.size for member in members), folder)
        for member in members:
            _put(folder, member.name, tar.extractfile(member))


def _put(folder: Path, name: str, content: IO[bytes] | None) -> None:
    """Write a file, or a folder where there is no content; mode and owner are a new one's.

    Of two of a name the later one stays. All are flushed together in the end.
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
    """Unpack, once, archives that lie in an archive without an image, each into its own folder."""
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
            f"{path} holds a file that would land outside its folder ({name!r}); it was not "
            "unpacked, get it from a source you trust"
        )


def _check_space(path: Path, size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"{path} needs {size / 2**20:.0f} MiB unpacked, {folder.parent} has "
            f"{free / 2**20:.0f} MiB free"
        )
