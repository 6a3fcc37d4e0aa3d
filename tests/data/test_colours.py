"""Colours with 16 bits per channel are scaled like grey values, by one range for a data set."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.colours import fine_colours
from geneticgan.data.decoding import Decoding, decode_one
from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder

rng = np.random.default_rng(0)


def png(pixels, more=b""):
    """A PNG of 16 bits per channel, which Pillow cannot write; pixels are (H, W, C)."""

    def chunk(kind, content):
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    height, width, channels = pixels.shape
    kind = {2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    content = chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")


def tiff(pixels, order, packed, ink=2):
    """A TIFF of 16 bits per channel, with deflate if ``packed``; ink 2 is RGB, 5 CMYK."""
    height, width, channels = pixels.shape
    data = pixels.astype(order + "u2").tobytes()
    data = zlib.compress(data) if packed else data
    entries = [
        *[(256, width), (257, height), (258, None), (259, 8 if packed else 1), (262, ink)],
        *[(273, None), (277, channels), (278, height), (279, len(data))],
        *([(338, 2)] if channels == 4 and ink == 2 else []),
    ]
    end = 8 + 2 + 12 * len(entries) + 4
    places = {258: (3, channels, end), 273: (4, 1, end + 2 * channels)}
    found = struct.pack(order + "2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(entries))
    for tag, value in entries:
        found += struct.pack(order + "HHII", tag, *places.get(tag, (4, 1, value)))
    bits = struct.pack(order + "H" * channels, *[16] * channels)
    return found + struct.pack(order + "I", 0) + bits + data


WRITERS = {
    "png": png,
    "raw little": lambda pixels: tiff(pixels, "<", False),
    "raw big": lambda pixels: tiff(pixels, ">", False),
    "packed little": lambda pixels: tiff(pixels, "<", True),
    "packed big": lambda pixels: tiff(pixels, ">", True),
}


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("kind", WRITERS)
def test_all_16_bits_are_read(kind, channels):
    pixels = rng.integers(0, 1 << 16, (9, 7, channels))
    with Image.open(io.BytesIO(WRITERS[kind](pixels))) as image:
        np.testing.assert_array_equal(fine_colours(image), pixels)
        np.testing.assert_array_equal(np.asarray(image), pixels >> 8)  # it is left as it was


def test_grey_with_opacity_is_read_too():
    pixels = rng.integers(0, 1 << 16, (9, 7, 2))
    with Image.open(io.BytesIO(png(pixels))) as image:
        np.testing.assert_array_equal(fine_colours(image)[..., [0, 3]], pixels)


def load(root, **options):
    heard = []

    class Ears(Notices):
        def note(self, text):
            heard.append(text)

    dataset = Folder(str(root), image_size=8, **options)
    dataset.notices = Ears()
    return dataset.load(), heard


@pytest.mark.parametrize(("bits", "kind"), [(10, "png"), (12, "png"), (12, "packed little")])
def test_fewer_bits_in_16_do_not_become_dark(tmp_path, bits, kind):
    top = (1 << bits) - 1
    for number in range(10):
        folder = tmp_path / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        pixels = np.full((8, 8, 3), round(top * number / 9))
        (folder / f"{number}.{kind[:3]}").write_bytes(WRITERS[kind](pixels))
    source, heard = load(tmp_path)
    found = sorted(source.pool.pixels[:, 2, 0, 0].tolist())
    np.testing.assert_allclose(found, np.linspace(0, 255, 10), atol=1)
    assert heard == [
        f"10 images have more than 8 bits, with values from 0 to {top}: 0 becomes black and {top} "
        f"white in all of them ({bits} bits); window=LOW:HIGH changes this."
    ]
    assert load(tmp_path, window=f"0:{top // 2}")[0].pool.pixels.mean() > source.pool.pixels.mean()


def test_they_are_turned_and_shown_on_white():
    pixels = np.full((4, 8, 4), 65535)
    pixels[:, :4, :3] = 0
    pixels[:, 4:, 3] = 0
    exif = Image.Exif()
    exif[0x0112] = 6
    content = exif.tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(content)) + b"eXIf" + content
    chunk += struct.pack(">I", zlib.crc32(b"eXIf" + content))
    found = decode_one(png(pixels, chunk), Decoding(8, fit="stretch", window=(0, 65535)))
    np.testing.assert_array_equal(found[0, :, 0], [0] * 4 + [255] * 4)


def test_inks_of_16_bits_are_said_to_be_cut(tmp_path):
    for number in range(4):
        folder = tmp_path / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        pixels = rng.integers(0, 1 << 16, (8, 8, 4))
        (folder / f"{number}.tif").write_bytes(tiff(pixels, "<", False, ink=5))
    assert load(tmp_path)[1][0].startswith("4 of 4 images have 16 bits per colour, of which the up")
