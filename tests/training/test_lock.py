import errno
import json
import os
import subprocess
import sys

import pytest

from geneticgan.errors import RunError
from geneticgan.training.lock import RunLock

HOLD = """
import sys, time
from pathlib import Path
from geneticgan.training.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_refused_with_the_firsts_number_and_host(holder, tmp_path):
    with (
        pytest.raises(RunError, match=f"in use by process {holder.pid} on '.+'"),
        RunLock(tmp_path),
    ):
        pass


def test_a_lock_left_by_a_dead_process_is_taken_over(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert (tmp_path / "lock.json").exists()
    with RunLock(tmp_path):
        assert json.loads((tmp_path / "lock.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "lock.json").exists()


def test_a_lock_is_let_go(tmp_path):
    for _ in range(2):
        with RunLock(tmp_path):
            pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be written: "), RunLock(tmp_path / "file" / "x"):
        pass


def test_a_folder_that_became_read_only_is_named_alike_and_not_left_locked(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr("geneticgan.training.lock.write_json", refused)
        message = f"^{tmp_path} cannot be written: Read-only file system$"
        with pytest.raises(RunError, match=message), RunLock(tmp_path):
            pass
    with RunLock(tmp_path):
        pass
