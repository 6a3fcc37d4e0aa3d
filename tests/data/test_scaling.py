"""Pixels of more than 8 bits: one scale for a data set, chosen by its range, and said."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from geneticgan.data.decoding import Decoding, decode_one
from geneticgan.data.notices import Notices
from geneticgan.data.scaling import parse_window
from geneticgan.data.sets.folder import Folder
from geneticgan.data.splits import split_source
from geneticgan.errors import DataError
from geneticgan.inference.facts import Facts, facts_of


class Ears(Notices):
    def __init__(self):
        self.heard = []

    def note(self, text):
        self.heard.append(text)


KINDS = {
    # name: type of the pixels, black, white, suffix, what is said
    "float 0..1": (np.float32, 0.0, 1.0, "tif", "0 to 1"),
    "float 0..255": (np.float32, 0.0, 255.0, "tif", "8 bits"),
    "10 bits": (np.uint16, 0, 1023, "png", "10 bits"),
    "12 bits": (np.uint16, 0, 4095, "png", "12 bits"),
    "16 bits": (np.uint16, 0, 65535, "png", "16 bits"),
    "CT": (np.int32, -1000, 3000, "tif", "their minimum and maximum"),
    "int32": (np.int32, 0, 2_000_000_000, "tif", "their minimum and maximum"),
}


@pytest.fixture
def write(tmp_path):
    """Five images of each of two classes; in ten steps from black to white, one step an image."""

    def write(kind):
        dtype, black, white, suffix, _ = KINDS[kind]
        for number in range(10):
            folder = tmp_path / "ab"[number % 2]
            folder.mkdir(exist_ok=True)
            value = dtype(black + (white - black) * (number / 9))
            Image.fromarray(np.full((8, 8), value, dtype)).save(folder / f"{number}.{suffix}")
        return tmp_path

    return write


def load(root, **options):
    dataset = Folder(str(root), image_size=8, grayscale=True, **options)
    dataset.notices = ears = Ears()
    return dataset.load(), ears.heard


@pytest.mark.parametrize("kind", KINDS)
def test_a_range_keeps_its_range_whatever_the_type(write, kind):
    source, heard = load(write(kind))
    found = sorted(source.pool.pixels[:, 0, 0, 0].tolist())
    np.testing.assert_allclose(found, np.linspace(0, 255, 10), atol=1)
    assert len(heard) == 1
    assert f"({KINDS[kind][4]}); window=LOW:HIGH" in heard[0]


def test_a_dark_image_stays_dark_beside_bright_ones(write):
    root = write("12 bits")
    Image.fromarray(np.full((8, 8), 100, np.uint16)).save(root / "a" / "dark.png")
    source, _ = load(root)
    assert sorted(source.pool.pixels[:, 0, 0, 0].tolist())[1] == round(100 / 4095 * 255)


def test_a_window_is_set_and_kept_for_prediction(write):
    root = write("CT")
    source, heard = load(root, window="-1000:1000")
    assert heard == []
    assert (source.pool.pixels == 255).all(axis=(1, 2, 3)).sum() == 5  # from 1000 on
    facts = Facts.from_json(facts_of(split_source(source, None, 0.0, 0)).to_json())
    assert facts.decoding.window == (-1000.0, 1000.0)
    pixels = decode_one((root / "a" / "2.tif").read_bytes(), facts.decoding)
    assert abs(pixels[0, 0, 0] - 255 * (2 / 9 * 4000) / 2000) < 1


def test_nan_is_an_error_that_names_the_file(write):
    root = write("float 0..1")
    broken = np.full((8, 8), np.nan, np.float32)
    Image.fromarray(broken).save(root / "a" / "broken.tif")
    with pytest.raises(
        DataError, match=r"1 of 11 .*\(contains NaN or infinite values\): \S*broken.tif"
    ):
        load(root)
    assert len(load(root, skip_corrupt=True)[0].pool) == 10


def test_a_window_for_images_of_8_bits_is_not_ignored(tmp_path):
    for number in range(4):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        Image.new("L", (8, 8), number).save(tmp_path / "ab"[number % 2] / f"{number}.png")
    with pytest.raises(DataError, match="these have 8"):
        load(tmp_path, window="0:100")


@pytest.mark.parametrize("text", ["5", "3:1", "a:b", "0:inf", "1:1"])
def test_what_is_no_window_is_refused(text):
    with pytest.raises(DataError, match=f"window={text} must be two numbers"):
        parse_window(text)


def test_lab_is_read_as_the_colours_it_means():
    red = Image.new("RGB", (8, 8), (200, 30, 40))
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(red, *profiles, outputMode="LAB")
    buffer = io.BytesIO()
    lab.save(buffer, "tiff")
    pixels = decode_one(buffer.getvalue(), Decoding(8))
    np.testing.assert_allclose(pixels[:, 0, 0], (200, 30, 40), atol=4)
