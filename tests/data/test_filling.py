"""Decoding goes on where a killed process was, and what is known of files is not read again."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from geneticgan.data import gathering, signatures
from geneticgan.data.cache import entries, read_entry
from geneticgan.data.dataset import Images
from geneticgan.data.decoding import Decoding
from geneticgan.data.encoded import Encoded
from geneticgan.data.filling import filled
from geneticgan.data.notices import SILENT, Notices
from geneticgan.data.reading import decode_files

ROWS = {"pixels": np.dtype((np.uint8, (1, 2))), "fault": np.dtype(np.uint8)}
COUNT = 10


class Killed(BaseException):
    """As if the process ended here."""


class Maker:
    """Makes rows of their own numbers, and dies before one of them."""

    def __init__(self, dies_at=COUNT):
        self.dies_at = dies_at
        self.made = []

    def __call__(self, start, stop):
        if stop > self.dies_at:
            raise Killed
        self.made += range(start, stop)
        numbers = np.arange(start, stop, dtype=np.uint8)
        return {"pixels": numbers[:, None, None].repeat(2, axis=2), "fault": numbers}


class Ears(Notices):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr("geneticgan.data.filling.BLOCK", 3)


@pytest.fixture
def half():
    """What a process left that was killed after two blocks."""
    with pytest.raises(Killed):
        filled("key", ROWS, COUNT, Maker(dies_at=8), SILENT)
    return entries() / ".filling-key"


def go_on():
    maker, ears = Maker(), Ears()
    arrays = filled("key", ROWS, COUNT, maker, ears)
    assert arrays["fault"].tolist() == list(range(COUNT))
    assert arrays["pixels"][:, 0, 1].tolist() == list(range(COUNT))
    assert read_entry(entries() / "key") is not None
    assert [path.name for path in entries().iterdir()] == ["key"]
    return maker.made, ears.notes


def test_what_was_made_is_not_made_again(half):
    made, notes = go_on()
    assert made == [6, 7, 8, 9]
    assert notes == ["6 of 10 images were decoded before; continuing with the rest."]
    assert filled("key", ROWS, COUNT, Maker(dies_at=0), SILENT)["fault"][9] == 9


DAMAGES = {
    "half a line": (lambda at: (at / "done").write_text((at / "done").read_text()[:-9]), 3),
    "no line": (lambda at: (at / "done").unlink(), 0),
    "no text": (lambda at: (at / "done").write_bytes(b"\xff\xfe"), 0),
    "numbers that are none": (lambda at: (at / "done").write_text("three aa\n-1 bb\n"), 0),
    "more than there is": (lambda at: (at / "done").write_text("900 aa\n"), 0),
    "a file is shorter": (lambda at: os.truncate(at / "fault.npy", 130), 0),
    "a file is gone": (lambda at: (at / "pixels.npy").unlink(), 0),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_as_it_was_written_is_made_again(half, damage):
    do, first = DAMAGES[damage]
    do(half)
    made, _ = go_on()
    assert made == list(range(first, COUNT))


def test_a_block_that_was_changed_on_disk_is_made_again(half):
    pixels = np.lib.format.open_memmap(half / "pixels.npy", "r+")
    pixels[4] = 99
    pixels.flush()
    made, _ = go_on()
    assert made == [3, 4, 5, 6, 7, 8, 9]


SCRIPT = """
import sys
import numpy as np
from geneticgan.data import filling
from geneticgan.data.notices import SILENT

def make(start, stop):
    print(start, flush=True)
    sys.stdin.readline()
    return {"fault": np.full(stop - start, 7, np.uint8)}

filling.BLOCK = 3
arrays = filling.filled("both", {"fault": np.dtype(np.uint8)}, 6, make, SILENT)
print("end", arrays["fault"].tolist(), flush=True)
"""


@pytest.mark.posix
def test_of_two_processes_one_makes_it_and_the_other_goes_on_when_that_is_killed():
    words = [sys.executable, "-c", SCRIPT]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    first = subprocess.Popen(words, **pipes)
    assert first.stdout.readline() == "0\n"
    second = subprocess.Popen(words, **pipes)
    first.stdin.write("\n")
    first.stdin.flush()
    assert first.stdout.readline() == "3\n"
    assert second.poll() is None
    first.send_signal(signal.SIGKILL)
    first.communicate()
    said, _ = second.communicate("\n\n\n", timeout=60)
    assert said == "3\nend [7, 7, 7, 7, 7, 7]\n"


@pytest.fixture
def files(tmp_path):
    """Three image files, and how often each was read."""
    paths = [tmp_path / f"{value}.png" for value in (10, 20, 30)]
    for path in paths:
        Image.new("L", (8, 8), int(path.stem)).save(path)
    reads = []

    def read(index):
        reads.append(index)
        return paths[index].read_bytes()

    names = [str(path) for path in paths]
    return Encoded(names, np.zeros(3, np.int64), read, on_disk=True), reads, paths


def values(files):
    return (
        decode_files(files, Decoding(8, fit="stretch"), "three", SILENT)
        .images.pixels[:, 0, 0, 0]
        .tolist()
    )


def test_files_that_are_known_are_not_read_again(files, monkeypatch):
    encoded, reads, paths = files
    monkeypatch.setattr(signatures, "SETTLED", 0)
    time.sleep(0.02)  # the clock of a file system is coarser than ours
    assert values(encoded) == [10, 20, 30]
    reads.clear()
    assert values(encoded) == [10, 20, 30]
    assert reads == []
    before = paths[1].stat()
    data = paths[1].read_bytes()
    Image.new("L", (8, 8), 21).save(paths[1])
    assert len(paths[1].read_bytes()) == len(data)
    os.utime(paths[1], ns=(before.st_atime_ns, before.st_mtime_ns))  # size and date are the old
    time.sleep(0.02)
    assert values(encoded) == [10, 21, 30]


def test_files_that_were_changed_just_now_are_read(files):
    encoded, reads, _ = files
    values(encoded)
    reads.clear()
    values(encoded)
    assert reads == [0, 1, 2]


def test_large_parts_are_gathered_on_disk(monkeypatch):
    rng = np.random.default_rng(0)
    images = Images(rng.integers(0, 256, (50, 1, 4, 4), np.uint8), np.zeros(50, np.int64))
    chosen = rng.permutation(50)[:30]
    expected = images.take(chosen).pixels
    monkeypatch.setattr(gathering, "LARGE", 1)
    monkeypatch.setattr(gathering, "BLOCK", 7)
    found = images.take(chosen).pixels
    assert isinstance(found, np.memmap)
    np.testing.assert_array_equal(found, expected)
    found[:] = 0  # as torch wants it
    assert images.pixels.any()
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: (_ for _ in ()).throw(OSError(28)))
    np.testing.assert_array_equal(images.take(chosen).pixels, expected)
