"""Images of other shapes than squares: chosen once, said, and done alike in prediction."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.decoding import Decoding, decode_one
from geneticgan.data.fitting import choose_fit
from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder
from geneticgan.data.splits import split_source
from geneticgan.errors import DataError
from geneticgan.inference.facts import Facts, facts_of

rng = np.random.default_rng(0)


class Ears(Notices):
    def __init__(self):
        self.heard = []

    def note(self, text):
        self.heard.append(text)


def encode(image):
    buffer = io.BytesIO()
    image.save(buffer, "png")
    return buffer.getvalue()


def bands(width, height):
    """Three bands from left to right, of values 50, 100 and 200."""
    pixels = np.full((height, width), 100, np.uint8)
    pixels[:, : width // 3] = 50
    pixels[:, -(width // 3) :] = 200
    return encode(Image.fromarray(pixels))


@pytest.mark.parametrize(
    ("fit", "row", "column"),
    [
        ("crop", [100] * 6, [100] * 6),
        ("pad", [50, 50, 100, 100, 200, 200], [0, 0, 100, 100, 0, 0]),
        ("stretch", [50, 50, 100, 100, 200, 200], [100] * 6),
    ],
)
def test_what_each_fit_shows(fit, row, column):
    (pixels,) = decode_one(bands(36, 12), Decoding(6, grayscale=True, fit=fit))
    np.testing.assert_allclose(pixels[2], row, atol=30)  # edges are blurred
    np.testing.assert_allclose(pixels[:, 2], column, atol=30)


@pytest.mark.parametrize(
    ("sizes", "fit", "said"),
    [
        ([(100, 100)] * 20, "crop", ""),
        ([(100, 95)] * 20, "crop", ""),
        ([(300, 200), (200, 300)] * 10, "crop", "at least 67% of nine images in ten"),
        ([(800, 300)] * 20, "stretch", "about 2.67 times as wide as high"),
        ([(103, 289), (632, 312), (200, 200)] * 10, "stretch", "between 0.36 and 2.03 times"),
        ([], "crop", ""),
    ],
)
def test_the_spread_of_shapes_decides(sizes, fit, said):
    found, words = choose_fit(np.array(sizes, dtype=np.int64).reshape(-1, 2))
    assert found == fit
    assert (said in words) if said else words == ""


@pytest.fixture
def tiles(tmp_path):
    """Twenty images of each of two classes, upright or across."""
    for kind in "ab":
        (tmp_path / kind).mkdir()
        for number in range(20):
            size = (12, 36) if number % 2 else (36, 12)
            image = Image.fromarray(rng.integers(1, 256, size, dtype=np.uint8))
            image.save(tmp_path / kind / f"{number}.png")
    return tmp_path


def test_a_folder_chooses_says_and_keeps_it_for_prediction(tiles):
    dataset = Folder(str(tiles), image_size=12, grayscale=True)
    dataset.notices = ears = Ears()
    source = dataset.load()
    assert source.preprocessing.fit == "stretch"
    assert any("(fit=stretch)" in text and "black" in text for text in ears.heard)
    facts = Facts.from_json(facts_of(split_source(source, None, 0.1, 0)).to_json())
    assert facts.decoding.fit == "stretch"
    again = decode_one((tiles / "a" / "0.png").read_bytes(), facts.decoding)
    assert any((again == known).all() for known in source.pool.pixels)
    padded = Folder(str(tiles), image_size=12, grayscale=True, fit="pad").load()
    assert padded.train.pixels.min() == 0  # black beside
    cropped = Folder(str(tiles), image_size=12, grayscale=True, fit="crop").load()
    assert cropped.preprocessing.fit == "crop"
    assert cropped.train.pixels.min() > 0  # no black beside
    with pytest.raises(DataError, match="fit=zoom must be auto, crop, pad or stretch"):
        Folder(str(tiles), image_size=12, fit="zoom").load()


def test_damaged_facts_of_preprocessing_are_refused():
    written = Facts(1, 8, ("a", "b"), (1, 1), (1, 1), (1, 1)).to_json()
    for key, value in (("fit", "zoom"), ("window", [3, 1]), ("window", [0, float("inf")])):
        changed = {**written, "preprocessing": {**written["preprocessing"], key: value}}
        with pytest.raises(ValueError, match="is no w"):
            Facts.from_json(changed)


@pytest.mark.parametrize("size", [(1, 50_000), (1_500_000, 1), (65, 1)])
def test_what_is_far_too_long_is_named_at_once(tiles, size):
    Image.new("L", size, 7).save(tiles / "a" / "long.png")
    start = time.perf_counter()
    with pytest.raises(DataError, match=r"1 of 41 .*\(far too long for its width\): \S*a/long.png"):
        Folder(str(tiles), image_size=128).load()
    assert time.perf_counter() - start < 20  # it took 26 s and gigabytes to make a square of it
    source = Folder(str(tiles), image_size=128, skip_corrupt=True).load()
    assert len(source.pool) == 40
