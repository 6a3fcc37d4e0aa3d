"""A folder whose files are as they were is not sorted out again, and any change of one is seen."""

import os
import time
from collections import Counter
from importlib import import_module

import numpy as np
import pytest
from PIL import Image

from geneticgan.data import known, signatures
from geneticgan.data.cache import entries
from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder


class Ears(Notices):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Two classes of ten images, a mask beside each, a link, and a file of the system."""
    monkeypatch.setattr(known, "SETTLED", 0)
    monkeypatch.setattr(signatures, "SETTLED", 0)
    folder = tmp_path / "images"
    rng = np.random.default_rng(0)
    for kind in ("a", "b"):
        (folder / kind).mkdir(parents=True)
        for number in range(10):
            pixels = rng.integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{number}.png")
            mask = Image.fromarray(np.where(pixels > 99, 255, 0).astype(np.uint8))
            mask.save(folder / kind / f"{number}_mask.png")
    (folder / ".DS_Store").write_bytes(b"x")
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(tmp_path / "elsewhere.png")
    (folder / "a" / "linked.png").symlink_to(tmp_path / "elsewhere.png")
    return folder


def load(root, **options):
    time.sleep(0.02)  # the clock of a file system is coarser than ours
    dataset = Folder(str(root), image_size=8, grayscale=True, **options)
    dataset.notices = ears = Ears()
    source = dataset.load()
    pool = source.pool
    images = zip(pool.labels.tolist(), map(np.ndarray.tobytes, pool.pixels), strict=True)
    return sorted(images), ears.notes


def test_a_known_folder_is_neither_sorted_out_nor_read(root, monkeypatch):
    first = load(root)
    assert len(first[0]) == 21
    assert any("as masks" in note for note in first[1])

    def fail(*_):
        raise AssertionError("it is known")

    monkeypatch.setattr("geneticgan.data.sets.folder.list_images", fail)
    monkeypatch.setattr("geneticgan.data.sets.folder.read_regular", fail)
    assert load(root) == first


def white(path):
    Image.new("L", (8, 8), 255).save(path)


def change_silently(root):
    """Write other pixels, of the same size in bytes, and set the date back."""
    path = root / "b" / "3.bmp"
    before = path.stat()
    white(path)
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rename(root):
    (root / "a" / "3.png").rename(root / "b" / "11.png")
    (root / "a" / "3_mask.png").unlink()


CHANGES = {  # what is done, how many images there are then, and how many of these are new
    "added": (lambda root: white(root / "b" / "new.png"), 23, 1),
    "added below": (lambda root: ((root / "b/c").mkdir(), white(root / "b/c/new.png")), 23, 1),
    "removed": (lambda root: (root / "a" / "5.png").unlink(), 22, 1),  # its mask is one no longer
    "moved": (rename, 22, 0),
    "changed": (change_silently, 22, 1),
    "the target of a link": (lambda root: white(root.parent / "elsewhere.png"), 22, 1),
    "a link": (lambda root: (root / "a" / "linked.png").unlink(), 21, 0),
}


@pytest.fixture
def worked(monkeypatch):
    """Count the files that are read, the images that are decoded, and those that are hashed."""
    counts = Counter()

    def watch(where, name, number=lambda *_: 1):
        module = import_module(f"geneticgan.data.{where}")
        original = getattr(module, name)

        def counting(*args):
            counts[name] += number(*args)
            return original(*args)

        monkeypatch.setattr(module, name, counting)

    watch("sets.folder", "read_regular")
    watch("settling", "open_checked")
    watch("reading", "decode_one")
    watch("together", "looked_at", lambda small, _: len(small))
    return counts


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_seen_and_nothing_else_is_decoded(root, worked, change, monkeypatch):
    picture = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    picture.save(root / "b" / "3.bmp")
    before, _ = load(root)
    assert load(root)[0] == before
    do, count, new = CHANGES[change]
    do(root)
    worked.clear()
    after, notes = load(root)
    assert after != before
    assert len(after) == count
    assert worked["decode_one"] == worked["open_checked"] == worked["looked_at"] == new
    assert worked["read_regular"] == 3 * new + (change == "moved")  # whose name is another
    assert f"{count - new} of {count} images are as they were and not decoded again." in notes
    monkeypatch.setenv("GENETICGAN_CACHE", str(root.parent / "another cache"))
    assert load(root)[0] == after


def test_a_damaged_earlier_state_is_not_taken_over(root, worked):
    load(root)
    pointers = list(entries().glob("*.latest"))
    assert len(pointers) == 4
    for path in pointers:
        path.write_text("../../images")
    white(root / "b" / "new.png")
    worked.clear()
    assert len(load(root)[0]) == 22
    assert worked["decode_one"] == 22


def test_another_option_sorts_out_anew(root):
    assert len(load(root)[0]) == 21
    assert len(load(root, exclude="1*")[0]) == 19
    assert len(load(root, pattern="*")[0]) == 41


def test_a_list_of_test_images_that_is_changed_is_read_again(root, tmp_path):
    listed = tmp_path / "test.txt"

    def tested(*places):
        listed.write_text("\n".join(places))
        time.sleep(0.02)
        return len(Folder(str(root), image_size=8, test=str(listed)).load().test)

    assert tested("a/1.png", "b/1.png") == 2
    assert tested("a/1.png", "b/1.png", "b/2.png") == 3


def test_a_folder_that_was_changed_just_now_is_sorted_out(root, monkeypatch):
    monkeypatch.setattr(known, "SETTLED", 10**12)
    assert known.key_of(root, ()) == ""
    assert len(load(root)[0]) == 21


def test_a_loop_of_links_ends_and_a_broken_link_is_no_fault(root):
    (root / "a" / "loop").symlink_to(root)
    (root / "a" / "nowhere.png").symlink_to(root / "gone.png")
    time.sleep(0.02)
    key = known.key_of(root, ())
    assert key
    white(root / "gone.png")
    time.sleep(0.02)
    assert known.key_of(root, ()) not in ("", key)


def test_with_many_files_that_were_just_made_it_waits_until_they_are_known(root, monkeypatch):
    monkeypatch.setattr(known, "SETTLED", 10**8)
    monkeypatch.setattr(known, "MANY", 10)
    white(root / "b" / "new.png")
    assert known.key_of(root, ())
