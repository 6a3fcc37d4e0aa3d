"""A film of a training."""

import io

import numpy as np
import pytest
from PIL import Image

from geneticgan.errors import ConfigError
from geneticgan.jobs.train import plan, resume, train
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
