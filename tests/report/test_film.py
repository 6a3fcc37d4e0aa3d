"""A film of a training."""

import io

import numpy as np
import pytest
from PIL import Image

from geneticgan.errors import ConfigError
from geneticgan.jobs.train import plan, resume, train
from geneticgan.networks.generator import ConvolutionalGenerator
from geneticgan.report.film import CAPTION_PIXELS, COLUMNS, GAP_PIXELS, SIDE_PIXELS, Film
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan_cli.console import Console
from geneticgan_cli.tables import print_report


def frames(path):
    with Image.open(path) as film:
        for number in range(film.n_frames):
            film.seek(number)
            yield np.asarray(film.convert("L"), dtype=float)


def test_it_shows_the_generators_as_they_learn(tmp_path, tiny_config):
    run = tmp_path / "run"
    report = train(tiny_config, run, plan(tiny_config), [], film=True)
    screen = Console(file=io.StringIO())
    print_report(screen, report)
    assert f"Film of the training: {run / 'samples' / 'film.webp'}\n" in screen.file.getvalue()
    assert sorted(path.name for path in (run / "film").iterdir()) == [
        "00000002.png",
        "00000004.png",
        "00000006.png",
    ]
    first, *_, last = frames(run / "samples" / "film.webp")
    assert first.shape == last.shape
    assert np.abs(first - last).max() > 20  # they change


def test_every_row_is_named_whatever_the_script(tmp_path):
    generator = ConvolutionalGenerator(1, 8, 3, 2, 4)
    names = ["cat", "猫", "a name that is much longer than the other ones"]
    film = Film(tmp_path / "film", names, [3, 2, 1], 0)
    film.on_population(1, [generator])
    frame = np.asarray(Image.open(tmp_path / "film" / "00000001.png").convert("L"))
    images = COLUMNS * (SIDE_PIXELS + GAP_PIXELS) - GAP_PIXELS
    margin = frame[CAPTION_PIXELS:, : frame.shape[1] - images]
    rows = np.split(margin, 3)
    assert all((row < 128).any() for row in rows)
    extents = [np.flatnonzero((row < 128).any(axis=0)) for row in rows]
    assert extents[0][0] < extents[2][0]  # the rarest class is the first row: its name is long
    assert min(extent[0] for extent in extents) > 0  # nothing is cut
    assert max(extent[-1] for extent in extents) < margin.shape[1] - 1


def test_a_stopped_run_goes_on_with_its_film(tmp_path, tiny_config, monkeypatch):
    run = tmp_path / "run"
    whole = tmp_path / "whole"
    train(tiny_config, whole, plan(tiny_config), [], film=True)
    with monkeypatch.context() as patch:
        patch.setattr(StopRequest, "requested", property(lambda _: True))
        patch.setattr(StopRequest, "check", lambda _: (_ for _ in ()).throw(Interrupted(2)))
        with pytest.raises(Interrupted):
            train(tiny_config, run, plan(tiny_config), [], film=True)
    assert not (run / "samples" / "film.webp").exists()
    resume(run, [], film=True)
    film = "samples/film.webp"
    assert (run / film).read_bytes() == (whole / film).read_bytes()


def test_a_method_without_generators_has_none(tmp_path, tiny_config):
    import dataclasses

    config = dataclasses.replace(tiny_config, method="oscn")
    with pytest.raises(
        ConfigError, match="--film shows how generators learn, but method 'oscn' has"
    ):
        train(config, tmp_path / "run", plan(config), [], film=True)
    assert not (tmp_path / "run").exists()
