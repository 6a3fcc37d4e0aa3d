"""npz and csv files, whole and damaged."""

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.notices import Notices
from geneticgan.data.sets.csv import Csv
from geneticgan.data.sets.npz import Npz
from geneticgan.errors import DataError

rng = np.random.default_rng(0)


def arrays(**changed):
    content = {
        "x_train": rng.integers(0, 256, (30, 8, 8, 3), dtype=np.uint8),
        "y_train": np.arange(30) % 3,
        "x_test": rng.integers(0, 256, (6, 8, 8, 3), dtype=np.uint8),
        "y_test": np.arange(6) % 3,
        "classes": np.array(["a", "b", "c"]),
    } | changed
    return {name: value for name, value in content.items() if value is not None}


@pytest.fixture
def write(tmp_path):
    def write(**changed):
        np.savez(tmp_path / "images.npz", **arrays(**changed))
        return str(tmp_path / "images.npz")

    return write


def test_npz_gives_parts_and_names(write):
    source = Npz(write()).load()
    assert source.train.pixels.shape == (30, 3, 8, 8)
    assert source.class_names == ("a", "b", "c")
    assert len(source.test) == 6


def test_npz_without_a_test_part_holds_one_out(write):
    source = Npz(write(x_test=None, y_test=None, classes=None)).load()
    assert source.test.counts(3) == [2, 2, 2]
    assert source.class_names == ("0", "1", "2")


@pytest.mark.parametrize("shape", [(30, 8, 8), (30, 8, 8, 1), (30, 1, 8, 8)])
def test_npz_of_any_layout(write, shape):
    x = rng.random(shape).astype(np.float32)
    source = Npz(write(x_train=x, x_test=x[:6])).load()
    assert source.train.pixels.shape == (30, 1, 8, 8)
    np.testing.assert_allclose(source.train.pixels.reshape(-1) / 255, x.reshape(-1), atol=0.002)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y_train": None}, "no array 'y_train'"),
        ({"x_train": np.full((30, 8, 8), np.nan)}, "x_train contains NaN"),
        ({"x_train": np.full((30, 8, 8), 2.0)}, r"x_train has values outside \[0, 1\]"),
        ({"x_train": np.zeros((30, 8, 9), np.uint8)}, "must be square"),
        (
            {"x_train": np.full((30, 8, 8), "x")},
            "x_train has the type <U1; save the images as numbers",
        ),
        ({"y_train": np.arange(30) % 3 * 2}, "labels in y_train must be 0 to K-1"),
        ({"y_train": np.arange(30) % 2 * 10**9}, r"no gap; they are \[0, 1000000000\]"),
        ({"y_train": np.zeros(30, int)}, "at least two classes"),
        ({"y_train": np.arange(30) % 3 - 1}, "must be 0 to K-1"),
        ({"y_train": np.linspace(0, 2, 30)}, "one whole number"),
        ({"y_train": np.arange(29) % 3}, "30 images but 29 labels"),
        (
            {"x_train": np.zeros((0, 8, 8), np.uint8), "y_train": np.arange(0)},
            "x_train holds no image; save",
        ),
        ({"y_test": np.array([0, 0, 0, 1, 1, 1])}, "labels in y_test"),
        ({"classes": np.array(["a", "b"])}, "has 2 different names, but the labels have 3 classes"),
        ({"x_train": np.array([None] * 30, dtype=object)}, "x_train holds Python objects, which"),
        ({"x_test": np.zeros((6, 3, 8, 8))}, "x_train is uint8 and x_test float64, .* save both"),
        ({"x_test": np.zeros((6, 3, 9, 9), np.uint8)}, "images of different shapes"),
        ({"y_train": np.array(["a"] * 30), "y_test": np.array(["b"] * 6)}, "two classes"),
    ],
)
def test_bad_arrays_are_refused_by_name(write, changed, message):
    with pytest.raises(DataError, match=message):
        Npz(write(**changed)).load()


def test_npz_as_others_write_them(tmp_path):
    """MedMNIST's names and (N, 1) labels; generate's names; an object array nobody needs."""
    x = rng.integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
    y = np.arange(30) % 3
    files = {
        "medmnist": {"train_images": x, "train_labels": y[:, None], "val_images": x,
                     "val_labels": y, "test_images": x[:6], "test_labels": y[:6, None]},
        "generate": {"images": x, "labels": y, "class_names": np.array(["a", "b", "c"])},
        "from one": {"x_train": x, "y_train": y + 1},
        "capitals": {"X_train": x, "Y_train": y, "X_val": x[:6], "Y_val": y[:6]},
        "texts": {"x": x, "y": np.array(["c", "a", "b"])[y], "x_test": x[:6],
                  "y_test": np.array(["c", "a", "b"])[y[:6]]},
        "bytes": {"image": x, "label": np.array([b"a", b"b", b"c"])[y]},
        "ones and zeros": {"imgs": x, "labels": np.eye(3)[y], "classes": [b"a", b"b", b"c"]},
        "numbers": {"arr_0": np.concatenate([x, x[..., :1]], axis=3), "arr_1": y.astype(float)},
        "objects": {"x_train": x, "y_train": y, "about": np.array([None], dtype=object)},
    }  # fmt: skip
    for name, arrays in files.items():
        np.savez(tmp_path / "x.npz", **arrays)
        source = Npz(str(tmp_path / "x.npz")).load()
        assert source.pool.pixels.shape[1:] == (3, 8, 8)
        counts = source.pool.counts(3)
        assert counts == ([20, 20, 20] if name == "medmnist" else [10, 10, 10])
        assert source.held_out == (name not in ("medmnist", "capitals", "texts"))
        if name in ("texts", "bytes", "ones and zeros"):
            assert source.class_names == ("a", "b", "c")
        if name == "texts":
            assert source.train.labels[:3].tolist() == [2, 0, 1]
    assert Npz(write_to(tmp_path, files["generate"])).load().class_names == ("a", "b", "c")
    assert Npz(write_to(tmp_path, files["from one"])).load().class_names == ("1", "2", "3")


def write_to(folder, arrays):
    np.savez(folder / "x.npz", **arrays)
    return str(folder / "x.npz")


def test_copies_in_an_npz_are_one_group(tmp_path):
    rng = np.random.default_rng(0)
    small = rng.integers(0, 250, (40, 8, 8), dtype=np.uint8)
    pixels = small.repeat(4, axis=1).repeat(4, axis=2)
    pixels[30:] = pixels[:10] + 2  # a little paler
    parts = {"x_train": pixels[:30], "y_train": np.arange(30) % 2}
    parts |= {"x_test": pixels[30:], "y_test": np.arange(10) % 2}
    whole = {"images": pixels, "labels": np.arange(40) % 2}
    said = []
    for name, arrays in (("parts", parts), ("whole", whole)):
        np.savez(tmp_path / f"{name}.npz", **arrays)
        dataset = Npz(str(tmp_path / f"{name}.npz"))
        dataset.notices = Notices()
        dataset.notices.note = said.append
        source = dataset.load()
        assert len(source.pool.groups) == len(source.pool)
    assert len(set(source.pool.groups.tolist())) == 30
    assert not set(source.train.groups) & set(source.test.groups)
    assert said == [
        "20 of 40 images are in 10 groups of equal or nearly equal images; 10 of 10 test images "
        "have a copy in training.",
        "20 of 40 images are in 10 groups of equal or nearly equal images; no split parts a group.",
    ]


@pytest.mark.parametrize("kind", [int, float, str, "S3"])
def test_groups_of_an_npz_are_an_array(write, kind):
    path = write(x_test=None, y_test=None, patient=(np.arange(30) // 3).astype(kind)[:, None])
    source = Npz(path, group="Patient").load()
    assert source.pool.group_counts(3) == [10, 10, 10]
    assert not set(source.train.groups) & set(source.test.groups)


def test_each_part_of_an_npz_has_its_groups(write):
    more = {"x_val": arrays()["x_test"], "y_val": np.arange(6) % 3, "val_lot": [8] * 6}
    path = write(lot_train=np.arange(30) // 4, test_lot=np.full(6, 9), **more)
    dataset, said = Npz(path, group="lot"), []
    dataset.notices = Notices()
    dataset.notices.note = said.append
    source = dataset.load()
    assert (source.train.group_counts(3), source.test.group_counts(3)) == ([8, 9, 9], [1] * 3)
    assert any(text.startswith("Classes with few groups: 'a' 9. ") for text in said)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, "no array 'g_train' or 'train_g' with the group of each image of x_train"),
        ({"g_train": np.arange(29)}, r"g_train has shape \(29,\) .* each of the 30 images"),
        ({"g_train": np.linspace(0, 1, 30)}, "the type float64; groups must be one whole"),
        ({"g_train": np.array(["a", ""] * 15)}, "g_train is empty for image 2"),
        ({"g_train": np.arange(30)}, "no array 'g_test' or 'test_g'"),
        ({"g_train": np.arange(30), "g_test": [9] * 6}, "1 groups have images in the training"),
    ],
)
def test_groups_of_an_npz_that_are_none_are_refused(write, changed, message):
    with pytest.raises(DataError, match=message):
        Npz(write(**changed), group="g").load()


@pytest.mark.parametrize(
    ("dtype", "top"), [(np.int64, 255), (bool, 1), (np.uint16, 4095), (np.int32, 255)]
)
def test_npz_of_any_type_of_pixels(tmp_path, dtype, top):
    steps = np.linspace(0, top, 30)
    x = np.broadcast_to(steps[:, None, None], (30, 8, 8)).astype(dtype)
    source = Npz(write_to(tmp_path, {"x_train": x, "y_train": np.arange(30) % 2})).load()
    found = np.sort(source.pool.pixels[:, 0, 0, 0])
    wanted = np.sort(x[:, 0, 0].astype(float)) * 255 / top
    np.testing.assert_allclose(found, wanted, atol=1)


def test_npz_is_resized_where_that_is_asked_for(tmp_path):
    x = np.repeat(np.uint8([[[0, 255] * 10]] * 30), 20, axis=1)
    path = write_to(tmp_path, {"x": x, "y": np.arange(30) % 2})
    assert Npz(path).load().pool.pixels.shape == (30, 1, 20, 20)
    made = Npz(path, image_size=8).load().pool.pixels
    assert made.shape == (30, 1, 8, 8)
    assert 100 < made.mean() < 155


def test_what_is_no_npz_is_refused(tmp_path):
    path = tmp_path / "images.npz"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(DataError, match="cannot be read as an npz"):
        Npz(str(path)).load()
    np.save(tmp_path / "plain.npy", np.zeros(3))
    with pytest.raises(DataError, match=r"holds one array; save .* np.savez\('images.npz'"):
        Npz(str(tmp_path / "plain.npy")).load()


@pytest.fixture
def listing(tmp_path):
    for number in range(12):
        Image.new("L", (8, 8), 20 * number).save(tmp_path / f"{number}.png")

    def listing(rows, header="path,label"):
        (tmp_path / "images.csv").write_text("\n".join([header, *rows]) + "\n")
        return str(tmp_path / "images.csv")

    return listing


ROWS = [f"{number}.png,{'odd' if number % 2 else 'even'}" for number in range(12)]


def test_csv_paths_are_relative_to_the_file(listing):
    source = Csv(listing(ROWS), image_size=8, grayscale=True).load()
    assert source.class_names == ("even", "odd")
    assert source.test.counts(2) == [1, 1]
    brightness = source.train.pixels[source.train.labels == 1, 0, 0, 0] // 20
    assert all(number % 2 for number in brightness)


def test_csv_can_name_the_test_part_and_its_columns(listing):
    rows = [f"{row},{'test' if number < 4 else 'train'}" for number, row in enumerate(ROWS)]
    path = listing(rows, "file,kind,part")
    source = Csv(path, image_size=8, path="file", label="kind").load()
    assert source.test.counts(2) == [2, 2]
    assert len(source.train) == 8


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([], "path,label", "lists no image"),
        ([], "file,class", "has one line, which names no image file"),
        (
            ["gone.png,even", "away.png,odd"],
            "file,label",
            "no column holds the paths of image files",
        ),
        (["0.png,even", "1.png,"], "path,label", "line 3 has no class in column 'label'"),
        (["0.png,even", "2.png,even"], "path,label", "one class only"),
        (["0.png,even", "gone.png,odd", "1.png,odd"], "path,label", "gone.png"),
        ([f"{row},train" for row in ROWS], "path,label,part", "no test image of: even, odd"),
    ],
)
def test_bad_lists_are_refused(listing, rows, header, message):
    with pytest.raises(DataError, match=message):
        Csv(listing(rows, header)).load()


def test_an_array_that_does_not_fit_into_memory_is_refused_by_its_header(tmp_path, monkeypatch):
    file = tmp_path / "bomb.npz"
    np.savez_compressed(file, x_train=np.zeros((400, 64, 64), np.uint8), y_train=np.arange(400) % 2)
    assert file.stat().st_size < 10_000
    monkeypatch.setattr("geneticgan.data.arrays.free_memory", lambda: 2**20)
    monkeypatch.setattr(
        "numpy.lib.npyio.NpzFile.__getitem__", lambda *_: pytest.fail("it was read")
    )
    with pytest.raises(
        DataError, match=r"x_train has shape \(400, 64, 64\) and uint8.*but only .* are free"
    ):
        Npz(str(file)).load()
