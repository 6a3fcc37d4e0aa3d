"""Training on arrays: no folder, no command line, the same object as from a run folder."""

import json

import numpy as np
import pytest
import torch

import geneticgan
from geneticgan.errors import ConfigError, DataError, RunError
from geneticgan.jobs.train import evaluate

TINY = {"steps": 3, "width": 2, "batch_size": 6, "latent_dim": 4, "device": "cpu"}


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    labels = np.repeat(["cat", "dog"], [30, 12])
    bright = np.where(labels == "cat", 60, 190)[:, None, None, None]
    noise = rng.integers(-50, 50, (42, 8, 8, 3))
    return (bright + noise).astype(np.uint8), labels


def test_arrays_become_a_run(images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    heard = []
    run = geneticgan.train(*images, out="runs/pets", on_progress=lambda *a: heard.append(a), **TINY)
    assert run.class_names == ("cat", "dog")
    assert ("evolution", 3, 3) in heard
    assert ("Balanced softmax", 3, 3) in heard
    pixels = images[0][:5]
    assert run.predict_proba(pixels).shape == (5, 2)
    np.testing.assert_array_equal(
        geneticgan.load("runs/pets").predict_proba(pixels), run.predict_proba(pixels)
    )
    facts = json.loads((tmp_path / "runs/pets/model.json").read_text())
    found = np.sum([facts["counts"][part] for part in ("train", "validation", "test")], axis=0)
    assert found.tolist() == [30, 12]
    before = json.loads((tmp_path / "runs/pets/results.json").read_text())
    evaluate(tmp_path / "runs/pets", [])  # the images are found again
    assert json.loads((tmp_path / "runs/pets/results.json").read_text()) == before


@pytest.mark.parametrize(
    ("method", "share"),
    [
        *(("aggan", 0.0), ("aggan", 0.2), ("acgan", 0.2)),
        *(("egan", 0.2), ("lsgan", 0.0), ("wgan", 0.0), ("wgan", 0.2)),
    ],
)
def test_no_gan_hands_over_less_than_the_plain_network_beside_it(images, tmp_path, method, share):
    geneticgan.train(
        *images, out=tmp_path / "run", method=method, validation_fraction=share, **TINY
    )
    chosen = json.loads((tmp_path / "run/model.json").read_text())["classifier"]
    scores = chosen["validation_acsa"]
    if not share:
        assert (chosen["network"], scores) == ("balanced-softmax", {})
        assert "since none were held out" in chosen["why"]
        return
    both = "class-head+balanced-softmax"
    together, plain = scores[both], scores["balanced-softmax"]
    assert chosen["network"] == (both if together >= plain else "balanced-softmax")
    assert f"+ Balanced softmax {100 * together:.1f}%" in chosen["why"]


def test_tensors_names_and_another_method(images):
    pixels = torch.from_numpy(images[0]).permute(0, 3, 1, 2) / 255
    labels = torch.from_numpy((images[1] == "dog").astype(np.int64)) + 3
    with pytest.raises(ConfigError, match="oscn' does not use latent_dim"):
        geneticgan.train(pixels, labels, method="oscn", **TINY)
    read = {name: value for name, value in TINY.items() if name != "latent_dim"}
    run = geneticgan.train(pixels, labels, class_names=["c", "d"], method="oscn", **read)
    assert run.class_names == ("c", "d")
    assert set(run.predict(pixels)) <= {"c", "d"}
    with pytest.raises(ConfigError, match="keeps no generator"):
        run.generate("c", 1)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"labels": ["a"] * 3},
            DataError,
            r"one label for each image, but there are \(42,\) images",
        ),
        ({"class_names": ["a"]}, DataError, "class_names has 1 names, but labels 2 classes"),
        ({"data_root": "x"}, ConfigError, "data_root cannot be given"),
        ({"stepz": 3}, ConfigError, "steps"),
        ({"images": np.zeros((42, 8, 9, 3), np.uint8)}, DataError, "images must be square"),
    ],
)
def test_what_cannot_be_used_is_named(images, tmp_path, change, error, message):
    given = {"images": images[0], "labels": images[1], **TINY, **change}
    with pytest.raises(error, match=message):
        geneticgan.train(given.pop("images"), given.pop("labels"), out=tmp_path / "run", **given)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_holds_something_is_left_alone(images, tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(RunError, match="is not empty"):
        geneticgan.train(*images, out=tmp_path, **TINY)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]
