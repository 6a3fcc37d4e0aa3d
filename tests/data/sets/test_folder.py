"""Folders and archives of images, whole and damaged."""

import os
import re
import shutil
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder
from geneticgan.errors import DataError


@pytest.fixture
def folder(tmp_path):
    """Images of every kind in two classes, one of them small."""
    rng = np.random.default_rng(0)
    for name, count in (("cats", 20), ("dogs", 10)):
        (tmp_path / name / "deep").mkdir(parents=True)
        for number in range(count):
            mode = ("RGB", "L", "RGBA", "P")[number % 4]
            pixels = rng.integers(0, 256, (20 + number, 30, 3), dtype=np.uint8)
            place = tmp_path / name / ("deep" if number % 5 == 0 else "")
            Image.fromarray(pixels).convert(mode).save(place / f"{number}.png")
    return tmp_path


def test_a_folder_of_mixed_images_is_read(folder):
    source = Folder(str(folder), image_size=16).load()
    assert source.class_names == ("cats", "dogs")
    assert source.train.pixels.shape == (24, 3, 16, 16)
    assert source.test.counts(2) == [4, 2]  # a fifth of each class
    assert source.train.counts(2) == [16, 8]
    assert source.default_counts is None


def test_grayscale_is_one_channel(folder):
    assert Folder(str(folder), image_size=8, grayscale=True).load().train.pixels.shape[1] == 1


@pytest.mark.parametrize(("mode", "other"), [("L", "LA"), ("1", "I;16")])
def test_files_that_are_all_grey_become_one_channel(tmp_path, mode, other):
    for number in range(12):
        place = tmp_path / "ab"[number % 2] / f"{number}.png"
        place.parent.mkdir(exist_ok=True)
        Image.new(other if number == 5 else mode, (8, 8), number).save(place)
    said = []
    dataset = Folder(str(tmp_path), image_size=8)
    dataset.notices = Notices()
    dataset.notices.note = said.append
    assert dataset.load().train.pixels.shape[1] == 1
    assert "All images are grey, so that one channel is used; grayscale=false makes three." in said
    dataset = Folder(str(tmp_path), image_size=8, grayscale="false")
    assert dataset.load().train.pixels.shape[1] == 3
    Image.new("RGB", (8, 8)).save(tmp_path / "a" / "colour.png")
    assert Folder(str(tmp_path), image_size=8).load().train.pixels.shape[1] == 3


def test_another_word_for_the_channels_is_refused(tmp_path):
    with pytest.raises(DataError, match="grayscale=maybe must be true, false or auto"):
        Folder(str(tmp_path), grayscale="maybe")


def test_given_parts_are_taken_as_they_are(folder, tmp_path_factory):
    root = tmp_path_factory.mktemp("parts")
    for part in ("train", "test"):
        os.symlink(folder, root / part)
    source = Folder(str(root), image_size=8).load()
    assert len(source.train) == len(source.test) == 30


def test_parts_of_different_classes_are_refused(folder, tmp_path):
    root = tmp_path / "root"
    (root / "test" / "cats").mkdir(parents=True)
    (root / "test" / "cows").mkdir()
    (root / "train").mkdir()
    for name in ("cats", "dogs"):
        (folder / name).rename(root / "train" / name)
    for name in ("cats", "cows"):
        Image.new("L", (8, 8)).save(root / "test" / name / "a.png")
    with pytest.raises(DataError, match=r"different classes \(cows, dogs in only one"):
        Folder(str(root)).load()


def test_a_corrupt_image_is_named(folder):
    path = folder / "dogs" / "3.png"
    path.write_bytes(path.read_bytes()[:60])
    (folder / "cats" / "1.png").write_text("no image")
    with pytest.raises(DataError, match="2 of 30 images cannot be read") as caught:
        Folder(str(folder)).load()
    assert "dogs/3.png" in str(caught.value)
    assert "cats/1.png" in str(caught.value)
    assert "--skip-corrupt" in str(caught.value)


def test_corrupt_images_can_be_left_out(folder):
    (folder / "dogs" / "3.png").write_bytes(b"")
    heard = []

    class Ears(Notices):
        def note(self, text):
            heard.append(text)

    dataset = Folder(str(folder), image_size=8, skip_corrupt=True)
    dataset.notices = Ears()
    source = dataset.load()
    assert len(source.train) + len(source.test) == 29
    heard = [text for text in heard if not text.startswith("Images are not square")]
    assert len(heard) == 1
    assert "Left out 1 of 30 images that cannot be read" in heard[0]


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_a_folder_without_permission_is_named(folder, monkeypatch, below):
    # Root may read everything, so the system's refusal is played.
    closed = folder / "cats" / below
    closed.mkdir(parents=True, exist_ok=True)
    scandir = os.scandir

    def refuse(path="."):
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(DataError, match=f"{re.escape(str(closed))} cannot be read: Permission"):
        Folder(str(folder)).load()


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar"])
def test_an_archive_is_read_as_its_folder_is(folder, tmp_path_factory, kind):
    packed = shutil.make_archive(str(tmp_path_factory.mktemp("packed") / "images"), kind, folder)
    whole, unpacked = (Folder(str(p), image_size=8).load() for p in (folder, packed))
    np.testing.assert_array_equal(whole.train.pixels, unpacked.train.pixels)


@pytest.mark.parametrize("name", ["../escaped.png", "/escaped.png", "cats/../../escaped.png"])
def test_an_archive_that_leads_out_of_its_folder_is_refused(tmp_path, name):
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(DataError, match="outside its folder"):
        Folder(str(path)).load()
    assert not list(tmp_path.rglob("escaped.png"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_tar_with_a_link_or_a_device_is_refused(tmp_path, kind):
    path = tmp_path / "images.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("cats")
        link.type, link.linkname = kind, "/etc"
        archive.addfile(link)
    with pytest.raises(DataError, match="a link or a device"):
        Folder(str(path)).load()


def test_a_truncated_archive_is_named(folder, tmp_path_factory):
    path = Path(shutil.make_archive(str(tmp_path_factory.mktemp("packed") / "i"), "zip", folder))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match=r"i\.zip cannot be read"):
        Folder(str(path)).load()


def test_a_class_without_an_image_is_named(folder):
    (folder / "birds").mkdir()
    with pytest.raises(DataError, match="birds"):
        Folder(str(folder)).load()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda root: root / "nowhere", "there is no folder or file .*nowhere"),
        (lambda root: root / "empty", "Couldn't find any class folder"),
        (lambda root: root / "one", r"one class only \(only\)"),
    ],
)
def test_folders_without_classes_are_refused(tmp_path, make, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "one" / "only").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "one" / "only" / "a.png")
    with pytest.raises(DataError, match=message):
        Folder(str(make(tmp_path))).load()
    with pytest.raises(DataError, match="--data-root"):
        Folder().load()


def test_a_list_of_files_takes_little_memory(tmp_path):
    count = 4000
    for number in range(count):  # known by their suffix, and not opened yet
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[number % 2] / f"img_{number:07}.png").touch()
    Folder(str(tmp_path)).file_set()  # what is made once
    tracemalloc.start()
    found = Folder(str(tmp_path)).file_set()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.paths) == count
    assert kept / count < 110  # a text and a label; a path object alone takes more than 200
    assert peak / count < 300
