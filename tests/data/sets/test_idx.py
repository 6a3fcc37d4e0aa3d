"""MNIST and Fashion-MNIST in idx files, whole and damaged."""

import gzip
import struct

import numpy as np
import pytest

from geneticgan.data.notices import Notices
from geneticgan.data.sets.idx import FILES, FashionMnist, Mnist
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


def test_test_images_that_are_trained_on_are_counted_and_left(fashion):
    folder, expected = fashion
    images = expected["test"][0].copy()
    images[:3] = expected["train"][0][5:8]
    images[3, 14] = expected["train"][0][9, 14]  # one row alone
    (folder / FILES["test"][0]).write_bytes(idx(images))
    dataset, said = FashionMnist(str(folder)), []
    dataset.notices = Notices()
    dataset.notices.note = said.append
    source = dataset.load()
    np.testing.assert_array_equal(source.test.pixels[:, 0], images)
    assert said == [
        "3 of 10 test images are equal to a training image; both parts stay as they were published."
    ]


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
        (lambda data: idx(np.zeros((30, 20, 20), np.uint8)), "is not fashion-mnist"),
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


def test_missing_files_say_where_they_belong_and_what_fetches_them(tmp_path):
    with pytest.raises(DataError) as caught:
        FashionMnist(str(tmp_path)).load()
    message = str(caught.value)
    assert f"fashion-mnist is not in {tmp_path}" in message
    assert "train-images-idx3-ubyte" in message
    command = f"geneticgan datasets prepare fashion-mnist --data-root {tmp_path} --download"
    assert command in message


def test_mnist_reads_the_same_format_under_its_own_name(fashion):
    folder, expected = fashion
    source = Mnist(str(folder)).load()
    assert source.class_names[:3] == ("0", "1", "2")
    np.testing.assert_array_equal(source.train.pixels[:, 0], expected["train"][0])


def test_download_leaves_the_fetching_to_torchvision(fashion, tmp_path_factory, monkeypatch):
    folder, _ = fashion
    root = tmp_path_factory.mktemp("root")
    asked = []

    def download(dataset):
        raw = root / "FashionMNIST" / "raw"
        raw.mkdir(parents=True)
        for names in FILES.values():
            for name in names:
                (raw / name).write_bytes((folder / name).read_bytes())
        asked.append(dataset.root)

    monkeypatch.setattr("torchvision.datasets.FashionMNIST.download", download)
    assert len(FashionMnist(str(root), download=True).load().train) == 30
    assert asked == [str(root)]
    FashionMnist(str(root), download=True).load()
    assert len(asked) == 1  # it is there now


def test_a_failed_download_is_one_sentence(tmp_path, monkeypatch):
    def download(dataset):
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz\nmore")

    monkeypatch.setattr("torchvision.datasets.FashionMNIST.download", download)
    with pytest.raises(DataError, match=r"cannot be fetched into .*Error downloading") as caught:
        FashionMnist(str(tmp_path / "new"), download=True).load()
    assert "\n" not in str(caught.value)
