"""SVHN, CIFAR-10 and LSUN in their true formats, whole and damaged."""

import io
import pickle
import tarfile

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from geneticgan.data.sets.cifar10 import TEST, TRAIN, Cifar10
from geneticgan.data.sets.lsun import SCENES, Lsun
from geneticgan.data.sets.svhn import FILES, Svhn
from geneticgan.errors import DataError

rng = np.random.default_rng(0)


@pytest.fixture
def svhn(tmp_path):
    for name, count in zip(FILES, (20, 10), strict=True):
        pixels = rng.integers(0, 256, (32, 32, 3, count), dtype=np.uint8)
        labels = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
        savemat(tmp_path / name, {"X": pixels, "y": labels})
    return tmp_path


@pytest.mark.parametrize("below", ["", "SVHN"])
def test_svhn_has_its_digits_right(svhn, tmp_path_factory, below):
    root = tmp_path_factory.mktemp("root")
    (root / below).mkdir(exist_ok=True)
    for name in FILES:
        (svhn / name).rename(root / below / name)
    source = Svhn(str(root)).load()
    assert source.train.pixels.shape == (20, 3, 32, 32)
    assert source.train.labels[:10].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]  # 10 stands for 0
    assert source.default_counts[0] == 4500


def test_svhn_images_are_upright(svhn):
    pixels = np.zeros((32, 32, 3, 20), dtype=np.uint8)
    pixels[5, 20, 2] = 255  # row 5, column 20, blue
    savemat(svhn / FILES[0], {"X": pixels, "y": np.ones((20, 1), np.uint8)})
    train = Svhn(str(svhn)).load().train
    assert train.pixels[0, 2, 5, 20] == 255
    assert train.pixels[0].sum() == 255


@pytest.mark.parametrize("keep", [0, 10, 200, -100])
def test_a_mat_file_cut_short_is_named(svhn, keep):
    path = svhn / FILES[0]
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"train_32x32.mat cannot be read as a MATLAB file"):
        Svhn(str(svhn)).load()


def test_another_mat_file_is_refused(svhn):
    savemat(svhn / FILES[1], {"X": np.zeros((4, 4)), "y": np.zeros((2, 1))})
    with pytest.raises(DataError, match="is not SVHN"):
        Svhn(str(svhn)).load()


def batch(count):
    return {
        "batch_label": "a batch",
        "labels": [number % 10 for number in range(count)],
        "data": rng.integers(0, 256, (count, 3072), dtype=np.uint8),
        "filenames": [f"{number}.png" for number in range(count)],
    }


@pytest.fixture
def cifar(tmp_path):
    for name in (*TRAIN, *TEST):
        (tmp_path / name).write_bytes(pickle.dumps(batch(10), protocol=2))
    return tmp_path


def test_cifar_batches_are_joined(cifar):
    source = Cifar10(str(cifar)).load()
    assert source.train.pixels.shape == (50, 3, 32, 32)
    assert len(source.test) == 10
    assert source.class_names[9] == "truck"
    first = pickle.loads((cifar / TRAIN[0]).read_bytes())["data"][0]
    np.testing.assert_array_equal(source.train.pixels[0].reshape(-1), first)


def test_cifar_in_its_archive(cifar, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    with tarfile.open(root / "cifar-10-python.tar.gz", "w:gz") as archive:
        for path in cifar.iterdir():
            archive.add(path, f"cifar-10-batches-py/{path.name}")
    assert len(Cifar10(str(root)).load().train) == 50


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_every_pickle_protocol_is_read(cifar, protocol):
    (cifar / TEST[0]).write_bytes(pickle.dumps(batch(10), protocol=protocol))
    assert len(Cifar10(str(cifar)).load().test) == 10


class Attack:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_batch_that_holds_code_runs_none(cifar):
    victim = cifar / "written"
    (cifar / TEST[0]).write_bytes(pickle.dumps(Attack(str(victim))))
    with pytest.raises(DataError, match=r"test_batch cannot be read .*which is no data"):
        Cifar10(str(cifar)).load()
    assert not victim.exists()


@pytest.mark.parametrize("damage", [lambda d: d[:100], lambda d: b"", lambda d: d[:-30]])
def test_a_batch_cut_short_is_named(cifar, damage):
    path = cifar / TRAIN[2]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match="data_batch_3 cannot be read"):
        Cifar10(str(cifar)).load()


def test_other_data_in_a_batch_is_refused(cifar):
    (cifar / TEST[0]).write_bytes(pickle.dumps(batch(10) | {"labels": [11] * 10}))
    with pytest.raises(DataError, match="no CIFAR-10 batch"):
        Cifar10(str(cifar)).load()


@pytest.fixture
def lsun(tmp_path):
    lmdb = pytest.importorskip("lmdb")
    for label, scene in enumerate(SCENES):
        for part, count in (("train", 12), ("val", 4)):
            path = tmp_path / f"{scene}_{part}_lmdb"
            with lmdb.open(str(path), map_size=2**24) as database, database.begin(write=True) as t:
                for number in range(count):
                    buffer = io.BytesIO()
                    Image.new("RGB", (40, 30), (40 * label, number, 0)).save(buffer, "webp")
                    t.put(f"{number:04d}".encode(), buffer.getvalue())
    return tmp_path


def test_lsun_scenes_are_read_from_their_databases(lsun):
    source = Lsun(str(lsun), image_size=16).load()
    assert source.class_names == SCENES
    assert source.train.counts(5) == [12] * 5
    assert source.test.counts(5) == [4] * 5
    assert source.train.pixels.shape[1:] == (3, 16, 16)
    assert source.default_counts == (15000, 1500, 750, 300, 150)


def test_two_lsun_scenes_no_more_than_asked_for(lsun):
    source = Lsun(str(lsun), image_size=16, each=5).load_pair("classroom", "church_outdoor")
    assert source.class_names == ("classroom", "church_outdoor")
    assert source.train.counts(2) == [5, 5]
    red = source.train.pixels[source.train.labels == 1, 0]
    assert (red < 10).all()  # church_outdoor was drawn without red


def test_a_missing_scene_names_the_script_that_fetches_it(lsun):
    with pytest.raises(DataError, match=r"download.py -c tower"):
        Lsun(str(lsun)).load_pair("tower", "classroom")


@pytest.mark.parametrize("share", [0.9, 0.5])
def test_a_database_cut_short_is_named_and_kills_nobody(lsun, share):
    path = lsun / "classroom_train_lmdb" / "data.mdb"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"classroom_train_lmdb/data.mdb is cut short: \d+ of"):
        Lsun(str(lsun)).load_pair("classroom", "church_outdoor")


def test_a_damaged_database_is_named(lsun):
    path = lsun / "classroom_val_lmdb" / "data.mdb"
    path.write_bytes(b"x" * 100)
    with pytest.raises(DataError, match="classroom_val_lmdb cannot be read as an lmdb"):
        Lsun(str(lsun)).load_pair("classroom", "church_outdoor")
