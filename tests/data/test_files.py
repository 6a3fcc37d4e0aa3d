"""Data sets read from files in their true formats, whole and damaged."""

import gzip
import os
import struct

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.fashion_mnist import FILES, FashionMnist
from geneticgan.data.folder import Folder
from geneticgan.errors import DataError


def idx(array):
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


@pytest.fixture
def fashion(tmp_path):
    """Forty images as the four idx files."""
    rng = np.random.default_rng(0)
    expected = {}
    for part, count in (("train", 30), ("test", 10)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for name, array in zip(FILES[part], (images, labels), strict=True):
            (tmp_path / name).write_bytes(idx(array))
        expected[part] = (images, labels)
    return tmp_path, expected


@pytest.mark.parametrize("layout", ["plain", "gz", "torchvision"])
def test_idx_files_are_found_in_every_layout(fashion, layout):
    folder, expected = fashion
    if layout == "gz":
        for file in list(folder.iterdir()):
            (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    if layout == "torchvision":
        raw = folder / "FashionMNIST" / "raw"
        raw.mkdir(parents=True)
        for file in folder.glob("*ubyte"):
            file.rename(raw / file.name)
    source = FashionMnist(str(folder)).load()
    np.testing.assert_array_equal(source.train.pixels[:, 0], expected["train"][0])
    np.testing.assert_array_equal(source.test.labels, expected["test"][1])
    assert source.class_names[9] == "Ankle boot"
    assert source.default_counts == (4000, 2000, 1000, 750, 500, 350, 200, 100, 60, 40)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-100], "cannot be read as an idx file"),
        (lambda data: b"\0\0\x0d\x03" + data[4:], "cannot be read as an idx file"),
        (lambda data: b"hello", "cannot be read as an idx file"),
        (lambda data: b"", "cannot be read as an idx file"),
        (lambda data: idx(np.zeros((29, 28, 28), np.uint8)), "29 images but .* has 30 labels"),
        (lambda data: idx(np.zeros((30, 20, 20), np.uint8)), "is not Fashion-MNIST"),
    ],
)
def test_a_damaged_idx_file_is_named(fashion, damage, message):
    folder, _ = fashion
    path = folder / FILES["train"][0]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=message) as caught:
        FashionMnist(str(folder)).load()
    assert path.name in str(caught.value)


def test_a_truncated_gz_is_named(fashion):
    folder, _ = fashion
    path = folder / FILES["test"][1]
    packed = gzip.compress(path.read_bytes())
    path.unlink()
    (folder / f"{path.name}.gz").write_bytes(packed[:-9])
    with pytest.raises(DataError, match="t10k-labels"):
        FashionMnist(str(folder)).load()


def test_missing_files_say_where_they_belong(tmp_path):
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte .* is not in .*--data-root"):
        FashionMnist(str(tmp_path)).load()
    with pytest.raises(DataError, match="name their folder with --data-root"):
        FashionMnist().load()


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
    assert source.train.pixels.shape == (26, 3, 16, 16)
    assert source.test.counts(2) == [2, 2]  # a fifth of the smallest class, of each
    assert source.train.counts(2) == [18, 8]
    assert source.default_counts is None


def test_grayscale_is_one_channel(folder):
    assert Folder(str(folder), image_size=8, grayscale=True).load().train.pixels.shape[1] == 1


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
    with pytest.raises(DataError, match=r"dogs.3\.png is not a readable image"):
        Folder(str(folder)).load()


def test_a_class_without_an_image_is_named(folder):
    (folder / "birds").mkdir()
    with pytest.raises(DataError, match="birds"):
        Folder(str(folder)).load()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda root: root / "nowhere", "there is no folder .*nowhere"),
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
