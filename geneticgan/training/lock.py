"""A lock that lets only one process at a time work on a run folder."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from geneticgan.errors import RunError
from geneticgan.files import not_written
from geneticgan.training.run_folder import LOCK, write_json


class RunLock:
    """A lock held while a process works on a run; the system releases it if the process dies.

    Parameters
    ----------
    path : Path
        The run folder, which must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owner = path / "lock.json"
        self._lock = FileLock(path / LOCK)

    def __enter__(self) -> RunLock:
        """Take the lock.

        Raises
        ------
        RunError
            If another process holds it, which the message names with its host, or the folder
            cannot be written.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise RunError(
                f"{self._path} is in use by {self._holder()}; wait for it or stop it"
            ) from error
        except OSError as error:
            raise not_written(self._path, error) from error
        try:
            write_json(self._owner, {"pid": os.getpid(), "host": platform.node()})
        except OSError as error:  # the lock's file was left in a folder that is read-only now
            self._lock.release()
            raise not_written(self._path, error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._owner.unlink()
        self._lock.release()

    def _holder(self) -> str:
        try:
            owner = json.loads(self._owner.read_text(encoding="utf-8"))
            return f"process {int(owner['pid'])} on {str(owner['host'])!r}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"
