"""Equal and nearly equal images are one group in every split."""

import imagehash
import numpy as np
import pytest
from PIL import Image

from geneticgan.data.dataset import Images
from geneticgan.data.inspection.copies import candidates, near_copies
from geneticgan.data.inspection.pictures import SmallPictures, perceptual_hashes, small_pictures
from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder
from geneticgan.data.splits import split_source
from geneticgan.data.together import keep_together, said_of_left


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Forty different images of one class and ten of another, two of each again and again."""
    folder = tmp_path_factory.mktemp("copied")
    rng = np.random.default_rng(0)
    for kind, count in (("a", 40), ("b", 10)):
        (folder / kind).mkdir()
        for number in range(count):
            coarse = Image.fromarray(rng.integers(0, 256, (6, 6), dtype=np.uint8))
            image = coarse.resize((32, 32), Image.Resampling.BICUBIC)
            image.save(folder / kind / f"{number:02}.bmp")
            if number < 2:
                image.save(folder / kind / f"equal{number}.bmp")
                image.save(folder / kind / f"saved{number}.jpg", quality=85)
                paler = Image.fromarray((np.asarray(image) * 0.95 + 4).astype(np.uint8))
                paler.save(folder / kind / f"paler{number}.png")
    return folder


@pytest.fixture(scope="module")
def source(root):
    return Folder(str(root), image_size=32, grayscale=True).load()


@pytest.mark.parametrize("seed", range(10))
def test_no_copy_is_on_another_side(source, seed):
    split = split_source(source, None, 0.2, seed)
    parts = [set(part.groups.tolist()) for part in (split.train, split.validation, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 50
    assert split.test.counts(2) in ([9, 3], [8, 3], [9, 4])  # a fifth of 46 and of 16
    assert min(split.validation.counts(2)) >= 2


def test_copies_are_found_again_without_looking(source, root, monkeypatch):
    Folder(str(root), image_size=32, grayscale=True).load()

    def look(small, notices):
        raise AssertionError("they are known")

    monkeypatch.setattr("geneticgan.data.together.near_copies", look)
    again = Folder(str(root), image_size=32, grayscale=True).load()
    np.testing.assert_array_equal(again.pool.groups, source.pool.groups)


def test_a_class_of_copies_alone_is_said_and_left_as_it_is():
    images = Images(np.zeros((9, 1, 8, 8), np.uint8), np.array([0] * 5 + [1] * 4))
    copies = np.array([0, 1, 2, 3, 3, 5, 5, 5, 5])
    kept, left = keep_together(images, copies, 2)
    assert left == [1]
    assert kept.group_counts(2) == [4, 4]
    assert "Class 'b' shows fewer than 3 different images" in said_of_left(left, ("a", "b"))


def test_groups_of_its_own_and_copies_are_joined():
    images = Images(
        np.zeros((8, 1, 8, 8), np.uint8), np.zeros(8, np.int64), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    )
    kept, _ = keep_together(images, np.array([0, 1, 1, 3, 4, 5, 6, 7]), 1)
    assert kept.groups[:4].tolist() == [kept.groups[0]] * 4  # the copy joins two patients
    assert kept.group_counts(1) == [3]
    same, _ = keep_together(images, np.arange(8), 1)
    assert same is images


def test_every_pair_of_near_hashes_is_compared():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (60, 64), dtype=np.uint8)
    for row in range(30, 60):
        bits[row] = bits[row - 30]
        bits[row, rng.choice(64, rng.integers(0, 7), replace=False)] ^= 1
    hashes = np.packbits(bits, axis=1)
    found = {
        (min(a, b), max(a, b))
        for first, second, _ in candidates(hashes)
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    }
    apart = (bits[:, None] != bits[None]).sum(axis=2)
    assert found == {(a, b) for a in range(60) for b in range(a + 1, 60) if apart[a, b] <= 4}


def test_hashes_are_those_of_imagehash():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 6, 6), dtype=np.uint8)
    images = [Image.fromarray(each).resize((32, 32), Image.Resampling.BICUBIC) for each in pixels]
    found = perceptual_hashes(np.stack([np.asarray(image) for image in images]))
    expected = [imagehash.phash(image).hash.reshape(64) for image in images]
    np.testing.assert_array_equal(np.unpackbits(found, axis=1), np.array(expected))


def test_many_equal_images_are_one_group_at_once():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (3, 32, 32), dtype=np.uint8)
    many = small[np.arange(30_000) % 3]  # 150 million pairs
    assert near_copies(many).tolist() == (np.arange(30_000) % 3).tolist()


def test_colour_and_grey_of_an_image_are_copies():
    image = Image.effect_noise((48, 48), 90)
    pixels = np.stack([np.asarray(image.convert("RGB")).transpose(2, 0, 1)] * 2)
    small = small_pictures(pixels)
    assert small.shape == (2, 32, 32)
    assert len(set(near_copies(small).tolist())) == 1


@pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 32), (3, 50), (1, 101)])
def test_small_pictures_are_those_of_pillow(channels, side):
    pixels = np.random.default_rng(0).integers(0, 256, (5, channels, side, side), dtype=np.uint8)
    for found, image in zip(small_pictures(pixels), pixels, strict=True):
        grey = Image.fromarray(image.transpose(1, 2, 0).squeeze()).convert("L")
        expected = grey.resize((32, 32), Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(found, np.asarray(expected))


def test_no_nearly_equal_pair_is_left_out_by_its_coarse_look():
    rng = np.random.default_rng(0)
    base = rng.integers(20, 230, (40, 8, 8)).repeat(4, axis=1).repeat(4, axis=2)
    lighter = base + np.where(np.arange(40) % 2, 6, 7)[:, None, None]  # the most, and one more
    codes = near_copies(np.concatenate([base, lighter]).astype(np.uint8))
    assert (codes[:40] == codes[40:]).tolist() == [False, True] * 20
    assert len(set(codes[:40].tolist())) == 40


def test_the_search_among_many_images_says_how_far_it_is():
    heard = []

    class Ears(Notices):
        def phase(self, title, total):
            heard.append((title, total, []))

        def done(self, count):
            heard[-1][2].append(count)

    pixels = np.random.default_rng(0).integers(0, 256, (12_000, 1, 8, 8), dtype=np.uint8)
    near_copies(SmallPictures(pixels), Ears())
    assert [(title, total) for title, total, _ in heard] == [
        ("Hashing images", 12_000),
        ("Comparing images", 12_000),
    ]
    for _, total, counts in heard:
        assert len(counts) > 1
        assert counts == sorted(counts)
        assert counts[-1] == total
