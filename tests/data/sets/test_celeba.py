"""CelebA by hair colour and by attribute."""

import shutil

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.sets.celeba import HAIR, CelebA
from geneticgan.errors import DataError

NAMES = [*HAIR, "Eyeglasses"]


@pytest.fixture
def celeba(tmp_path):
    """Sixty faces: each hair colour ten times, five with two colours, five with none."""
    (tmp_path / "img_align_celeba").mkdir()
    rows = []
    for number in range(60):
        has = [colour == number // 10 for colour in range(5)] + [number % 3 == 0]
        if 50 <= number < 55:
            has[0] = has[1] = True
        Image.new("RGB", (36, 44), (4 * number, 0, 0)).save(
            tmp_path / "img_align_celeba" / f"{number:06d}.jpg"
        )
        rows.append(f"{number:06d}.jpg " + " ".join("1" if value else "-1" for value in has))
    text = "\n".join(["60", " ".join(NAMES), *rows]) + "\n"
    (tmp_path / "list_attr_celeba.txt").write_text(text)
    return tmp_path


def test_hair_colours_that_overlap_are_left_out(celeba):
    source = CelebA(str(celeba), image_size=8).load()
    assert source.class_names == HAIR
    assert [a + b for a, b in zip(source.train.counts(5), source.test.counts(5), strict=True)] == [
        10
    ] * 5
    assert source.default_counts == (15000, 1500, 750, 300, 150)


def test_an_attribute_and_its_absence(celeba):
    source = CelebA(str(celeba), image_size=8).load_pair("Eyeglasses", "no-eyeglasses")
    assert source.train.counts(2)[0] + source.test.counts(2)[0] == 20
    assert source.train.counts(2)[1] + source.test.counts(2)[1] == 40


def test_the_given_partition_is_kept(celeba):
    lines = [f"{number:06d}.jpg {2 if number % 10 == 9 else 0}" for number in range(60)]
    (celeba / "list_eval_partition.txt").write_text("\n".join(lines))
    source = CelebA(str(celeba), image_size=8).load()
    assert source.test.counts(5) == [1] * 5
    assert source.train.counts(5) == [9] * 5


def test_copies_of_a_face_stay_together(celeba):
    rng = np.random.default_rng(0)
    for number in range(0, 50, 2):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        for again in (number, number + 1):
            face = celeba / "img_align_celeba" / f"{again:06d}.jpg"
            coarse.resize((36, 44), Image.Resampling.BICUBIC).save(face, quality=95)
    source = CelebA(str(celeba), image_size=32).load()
    assert source.pool.group_counts(5) == [5] * 5
    assert not set(source.train.groups) & set(source.test.groups)


def test_as_kaggle_packs_it(celeba):
    """Lists as csv files, images one folder deeper."""
    whole = CelebA(str(celeba), image_size=8).load()
    count, header, *rows = (celeba / "list_attr_celeba.txt").read_text().splitlines()
    lines = [",".join(line.split()) for line in (f"image_id {header}", *rows)]
    (celeba / "list_attr_celeba.csv").write_text("\n".join(lines))
    (celeba / "list_attr_celeba.txt").unlink()
    parts = [f"{number:06d}.jpg,{2 if number % 10 == 9 else 0}" for number in range(int(count))]
    (celeba / "list_eval_partition.csv").write_text("\n".join(["image_id,partition", *parts]))
    shutil.move(celeba / "img_align_celeba", celeba / "deeper")
    (celeba / "img_align_celeba").mkdir()
    shutil.move(celeba / "deeper", celeba / "img_align_celeba" / "img_align_celeba")
    source = CelebA(str(celeba), image_size=8).load()
    assert source.test.counts(5) == [1] * 5
    assert source.train.counts(5) == [9] * 5
    assert source.class_names == whole.class_names


@pytest.mark.parametrize("kind", ["whole", "images only"])
def test_archives_are_read_too(celeba, tmp_path_factory, kind):
    root = tmp_path_factory.mktemp("root")
    whole = CelebA(str(celeba), image_size=8).load()
    if kind == "whole":
        path = shutil.make_archive(str(root / "celeba"), "zip", celeba)
    else:
        shutil.make_archive(str(root / "img_align_celeba"), "zip", celeba, "img_align_celeba")
        shutil.copy(celeba / "list_attr_celeba.txt", root)
        path = root
    assert CelebA(str(path), image_size=8).load().fingerprint == whole.fingerprint


def test_an_unknown_attribute_lists_those_there_are(celeba):
    with pytest.raises(DataError, match="no attribute 'Beard'; it has Black_Hair, "):
        CelebA(str(celeba)).load_pair("Beard", "No-Beard")


def test_a_damaged_list_is_named(celeba):
    path = celeba / "list_attr_celeba.txt"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(DataError, match=r"list_attr_celeba.txt cannot be read"):
        CelebA(str(celeba)).load()


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match=r"celeba is not in .*list_attr_celeba.txt"):
        CelebA(str(tmp_path)).load()


def test_without_the_package_that_fetches_it_a_download_says_which(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install 'geneticgan\[celeba\]'"):
        CelebA(str(tmp_path), download=True).load()
