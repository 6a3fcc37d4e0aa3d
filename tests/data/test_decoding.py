"""Image files of every kind become what one would see."""

import io
import os
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.cache import cached, content_key
from geneticgan.data.decoding import Decoding, decode_one
from geneticgan.data.encoded import Encoded
from geneticgan.data.notices import SILENT, Notices
from geneticgan.data.places import cache_folder
from geneticgan.data.reading import decode_all

GRADIENT = np.tile(np.arange(0, 160, 10, dtype=np.uint8), (16, 1))  # dark left, bright right


def encode(image, kind="png", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_grayscale_becomes_three_equal_channels():
    pixels = decode_one(encode(Image.fromarray(GRADIENT)), Decoding(16))
    assert pixels.shape == (3, 16, 16)
    for channel in pixels:
        np.testing.assert_array_equal(channel, GRADIENT)


def test_sixteen_bits_keep_their_range():
    deep = Image.fromarray(GRADIENT.astype(np.uint16) * 257)
    assert deep.mode == "I;16"
    pixels = decode_one(encode(deep), Decoding(16, grayscale=True))
    np.testing.assert_array_equal(pixels[0], GRADIENT)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode):
    image = Image.new("RGBA", (16, 16), (10, 20, 30, 255))
    image.paste((10, 20, 30, 0), (8, 0, 16, 16))
    if mode == "P":
        data = encode(image.convert("P"), transparency=0)
        image = Image.open(io.BytesIO(data)).convert("RGBA")
    else:
        data = encode(image.convert(mode))
    pixels = decode_one(data, Decoding(16))
    if mode != "P":
        assert (pixels[:, :, 8:] == 255).all()
        assert (pixels[:, :, :8] < 40).all()
    else:
        alpha = np.asarray(image)[:, :, 3]
        assert (pixels[:, alpha == 0] == 255).all()


def test_the_orientation_that_a_camera_noted_is_applied():
    image = Image.fromarray(GRADIENT)
    exif = image.getexif()
    exif[0x0112] = 3  # upside down and mirrored: turned by half
    pixels = decode_one(encode(image, exif=exif), Decoding(16, grayscale=True))
    np.testing.assert_array_equal(pixels[0], GRADIENT[::-1, ::-1])


def test_the_centre_of_a_wide_image_is_taken():
    wide = np.zeros((16, 48), dtype=np.uint8)
    wide[:, 16:32] = 200
    pixels = decode_one(encode(Image.fromarray(wide)), Decoding(16, grayscale=True))
    assert (pixels == 200).all()


class Ears(Notices):
    def __init__(self):
        self.titles, self.counts, self.notes = [], [], []

    def begin(self, title, total):
        self.titles.append((title, total))

    def done(self, count):
        self.counts.append(count)

    def note(self, text):
        self.notes.append(text)


def files(values):
    """Small images of one colour each."""
    data = [encode(Image.new("L", (8, 8), value)) for value in values]
    return Encoded([str(v) for v in values], np.zeros(len(data), np.int64), data.__getitem__)


def test_the_second_time_nothing_is_decoded():
    first, second = Ears(), Ears()
    for ears in (first, second):
        images = decode_all(files([1, 2, 3]), Decoding(8), "three", ears)
        assert images.pixels[:, 0, 0, 0].tolist() == [1, 2, 3]
    assert first.titles == [("three", 3)]
    assert first.counts == [3]
    assert second.titles == []


def test_the_cache_is_not_served_for_other_content_size_or_colours():
    decode_all(files([1, 2]), Decoding(8), "two", SILENT)
    for other, how in (
        (files([1, 3]), Decoding(8)),
        (files([2, 1]), Decoding(8)),
        (files([1, 2]), Decoding(4)),
        (files([1, 2]), Decoding(8, grayscale=True)),
    ):
        ears = Ears()
        decode_all(other, how, "again", ears)
        assert ears.titles == [("again", 2)]


def test_writing_to_what_the_cache_gave_does_not_change_it():
    decode_all(files([5]), Decoding(8), "one", SILENT)
    images = decode_all(files([5]), Decoding(8), "one", SILENT)
    images.pixels[:] = 9
    assert (decode_all(files([5]), Decoding(8), "one", SILENT).pixels == 5).all()


def entry():
    (found,) = (cache_folder() / "decoded").rglob("pixels.npy")
    return found.parent


def other_pixels(path):
    pixels = np.load(path)
    np.save(path, pixels + 1)


DAMAGES = {
    "cut": lambda: (entry() / "pixels.npy").write_bytes((entry() / "pixels.npy").read_bytes()[:40]),
    "cut in the images": lambda: (entry() / "pixels.npy").write_bytes(
        (entry() / "pixels.npy").read_bytes()[:-1]
    ),
    "other images": lambda: other_pixels(entry() / "pixels.npy"),
    "longer": lambda: (entry() / "pixels.npy").write_bytes(
        (entry() / "pixels.npy").read_bytes() + b"0"
    ),
    "empty": lambda: (entry() / "pixels.npy").write_bytes(b""),
    "zeros": lambda: (entry() / "pixels.npy").write_bytes(
        bytes((entry() / "pixels.npy").stat().st_size)
    ),
    "gone": lambda: (entry() / "pixels.npy").unlink(),
    "one more": lambda: np.save(entry() / "labels.npy", np.zeros(2)),
    "another name": lambda: (entry() / "pixels.npy").rename(entry() / "images.npy"),
    "no manifest": lambda: (entry() / "manifest.json").unlink(),
    "damaged manifest": lambda: (entry() / "manifest.json").write_bytes(b"\xff{"),
    "manifest of nothing": lambda: (entry() / "manifest.json").write_text("[]"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_anew(damage):
    decode_all(files([7]), Decoding(8), "one", SILENT)
    DAMAGES[damage]()
    ears = Ears()
    images = decode_all(files([7]), Decoding(8), "one", ears)
    assert (images.pixels == 7).all()
    assert ears.titles == [("one", 1)]
    decode_all(files([7]), Decoding(8), "one", ears)
    assert ears.titles == [("one", 1)]


def test_what_a_killed_process_left_is_cleared_away_in_time():
    decoded = cache_folder() / "decoded"
    for name, age in ((".writing-old", 7200), (".writing-now", 0)):
        (decoded / name).mkdir(parents=True)
        os.utime(decoded / name, (time.time() - age,) * 2)
    cached(content_key(["any"], []), lambda: {"pixels": np.ones(3, np.uint8)}, SILENT)
    assert [path.name for path in decoded.glob(".*")] == [".writing-now"]


def test_a_full_disk_costs_the_cache_not_the_run(monkeypatch):
    def full(file, array, **_):
        file.write(b"begun")
        raise OSError(28, "No space left on device")

    def full_too(path, flags):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    monkeypatch.setattr("geneticgan.data.filling.open_own", full_too)
    ears = Ears()
    images = decode_all(files([4]), Decoding(8), "one", ears)
    assert (images.pixels == 4).all()
    assert len(ears.notes) == 2  # of what was seen, and of what was decoded
    assert all("No space left" in note for note in ears.notes)
    assert not list((cache_folder() / "decoded").iterdir())  # nothing half-written is left


def test_what_another_process_finished_first_is_used():
    key = content_key(["race"], [])

    def build():  # while we build, another process ends
        cached(key, lambda: {"pixels": np.ones(3, np.uint8)}, SILENT)
        return {"pixels": np.ones(3, np.uint8)}

    assert cached(key, build, SILENT)["pixels"].tolist() == [1, 1, 1]
    assert [path.name for path in (cache_folder() / "decoded").iterdir()] == [key]


def _build(key):
    arrays = cached(key, lambda: {"pixels": np.arange(100_000)}, SILENT)
    return int(arrays["pixels"].sum())


def test_processes_that_start_at_once_agree():
    key = content_key(["at once"], [])
    with ProcessPoolExecutor(4) as pool:
        sums = set(pool.map(_build, [key] * 8))
    assert sums == {sum(range(100_000))}
