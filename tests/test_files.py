"""Files are whole or absent, through no link, on systems that refuse what Linux allows."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from geneticgan.config import read_json, read_toml
from geneticgan.errors import ConfigError
from geneticgan.files import (
    first_foreign,
    not_written,
    open_own,
    sync_file,
    sync_folder,
    write_whole,
    written_whole,
)
from geneticgan.inference.prediction import _decode


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced_with_usual_rights(tmp_path):
    path = tmp_path / "a.json"
    for data in (b"one", b"two"):
        write_whole(path, data)
        assert path.read_bytes() == data
    assert names(tmp_path) == ["a.json"]
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("call", ["fsync", "write", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call):
    path = tmp_path / "a.json"
    write_whole(path, b"old")

    def fail(*_):
        raise OSError(errno.ENOSPC, "no space")

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    elif call == "replace":
        monkeypatch.setattr(Path, "replace", fail)

    def write():
        with written_whole(path) as temporary:
            temporary.write_bytes(b"new")
            if call == "write":
                fail()

    with pytest.raises(OSError, match="no space"):
        write()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="the system cannot refuse links")
def test_links_are_replaced_or_refused_and_never_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"keep")
    link = tmp_path / "link"
    link.symlink_to(victim)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        open_own(link, os.O_RDWR)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        sync_file(link)
    write_whole(link, b"new")
    assert victim.read_bytes() == b"keep"
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"


def test_no_name_can_be_guessed(tmp_path):
    seen = set()
    for _ in range(2):
        with written_whole(tmp_path / "a.png") as temporary:
            temporary.write_bytes(b"x")
            seen.add(temporary.name)
            assert temporary.suffix == ".png"
    assert len(seen) == 2


class Windows:
    """What `os` does there: no folder is opened, and nothing opened for reading is flushed."""

    def __init__(self, monkeypatch):
        self.plain_open, self.plain_fsync, self.readers = os.open, os.fsync, set()
        monkeypatch.setattr(os, "open", self.open)
        monkeypatch.setattr(os, "fsync", self.fsync)
        for name in ("O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC"):
            monkeypatch.delattr(os, name, raising=False)
        monkeypatch.setattr("shutil._use_fd_functions", False)
        if hasattr(shutil, "_rmtree_impl"):  # Python 3.14 decides at import
            monkeypatch.setattr("shutil._rmtree_impl", shutil._rmtree_unsafe)
        monkeypatch.delattr(os, "fork", raising=False)
        monkeypatch.delattr("signal.pthread_sigmask", raising=False)

    def open(self, path, flags, mode=0o777, **options):
        if os.path.isdir(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        descriptor = self.plain_open(path, flags, mode, **options)
        (self.readers.discard if flags & (os.O_WRONLY | os.O_RDWR) else self.readers.add)(
            descriptor
        )
        return descriptor

    def fsync(self, descriptor):
        if descriptor in self.readers:
            raise OSError(errno.EBADF, "Bad file descriptor")
        self.plain_fsync(descriptor)


def test_a_run_is_trained_resumed_and_judged_as_on_windows(tmp_path, tiny_config, monkeypatch):
    from geneticgan.jobs.train import evaluate, plan, train

    Windows(monkeypatch)
    with pytest.raises(PermissionError):
        os.open(tmp_path, os.O_RDONLY)
    report = train(tiny_config, tmp_path / "run", plan(tiny_config), ())
    again = evaluate(tmp_path / "run", ())
    assert [row.scores for row in again.rows] == [row.scores for row in report.rows]
    assert not list((tmp_path / "run").rglob(".*.json"))  # nothing under a temporary name


def test_what_a_folder_cannot_be_flushed_for_is_an_error_where_it_is_no_refusal(
    tmp_path, monkeypatch
):
    def fail(_):
        raise OSError(errno.EIO, "Input/output error")

    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        sync_folder(tmp_path)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_a_class_in_japanese_is_trained_on_whatever_the_terminal_can_show(tmp_path, encoding):
    import numpy as np

    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 24)
    pixels = rng.integers(0, 255, (48, 8, 8), dtype=np.uint8)
    classes = np.array(["\u732b", "dog"])
    np.savez(tmp_path / "data.npz", x_train=pixels, y_train=labels, classes=classes)
    command = [sys.executable, "-m", "geneticgan_cli", "datasets", "info", "npz"]
    result = subprocess.run(
        [*command, "--data-root", "data.npz"],
        cwd=tmp_path, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    shown = "\u732b" if encoding == "utf-8" else "\\u732b"
    assert shown in result.stdout.decode(encoding)


@pytest.mark.posix
def test_a_pipe_or_a_device_is_named_and_never_waited_for(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log.jsonl").write_text("")
    assert first_foreign(tmp_path) == ""
    pipe = tmp_path / "run" / "pipe"
    os.mkfifo(pipe)
    assert first_foreign(tmp_path) == f"{pipe} is a pipe, a socket or a device"
    for read in (read_json, read_toml):
        for path in (pipe, Path("/dev/zero")):
            with pytest.raises(ConfigError, match="not a regular file"):
                read(path)
    assert _decode(None, pipe) == "not a regular file"


def test_a_full_disk_is_named_with_the_file_and_what_helps(tmp_path):
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match=r"a\.npz") as raised, written_whole(tmp_path / "a.npz"):
        raise full
    said = "a.npz cannot be written: No space left on device; free some disk space, then repeat"
    assert said in str(not_written(tmp_path / "a.npz", raised.value))
    assert "free" not in str(not_written(tmp_path, OSError(errno.EROFS, "Read-only")))
