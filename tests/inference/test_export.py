"""A model that has left its run says what it said there."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import onnxruntime
import pytest
import safetensors
import torch
import yaml
from click.testing import CliRunner
from safetensors.torch import load_file

import geneticgan
from geneticgan.errors import ConfigError
from geneticgan.inference.loading import open_networks
from geneticgan.inference.parts import make_part
from geneticgan.networks import build_discriminator
from geneticgan.networks.averaged import Averaged
from geneticgan_cli.main import cli

NAMES = ["blue", "green", "red"]
RUN_ALONE = """
import json, sys
sys.modules["geneticgan"] = None  # any import of it fails
import numpy as np, torch
extra = {"geneticgan.json": ""}
program = torch.export.load(sys.argv[1], extra_files=extra).module()
found = [program(torch.from_numpy(part)).tolist() for part in np.load(sys.argv[2]).values()]
print(json.dumps([found, json.loads(extra["geneticgan.json"])]))
"""


def invoke(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def export(run, out, *words):
    result = invoke("export", run, "--out", out, *words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def batches():
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (n, 3, 8, 8), dtype=np.uint8) for n in (1, 7)]


@pytest.mark.parametrize("calibration", ["temperature", "offsets"])
def test_onnx_runs_elsewhere_with_the_same_probabilities(
    calibration, world, moved, tmp_path, batches
):
    path = {"temperature": world[1], "offsets": moved[0]}[calibration]
    out = tmp_path / "m.onnx"
    assert str(out) in export(path, out)
    session = onnxruntime.InferenceSession(out)
    run = geneticgan.load(path)
    for images in batches:
        (found,) = session.run(None, {"images": images})
        np.testing.assert_allclose(found, run.predict_proba(images), atol=1e-4)
        assert np.ptp(found) > 0.01
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["class_names"]) == NAMES
    shape = {"fit": "crop", "window": None, "size": 8, "channels": 3, "mode": "RGB"}
    assert json.loads(about["preprocessing"]) == shape
    assert len(json.loads(about["offsets"])) == (3 if calibration == "offsets" else 0)
    said = "calibrated by class offsets on 7" if calibration == "offsets" else "calibrated on 7"
    assert said in (tmp_path / "m.md").read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["m.md", "m.onnx"]


def test_an_exported_program_runs_where_geneticgan_is_not(world, tmp_path, batches):
    export(world[1], tmp_path / "m.pt2")
    np.savez(tmp_path / "images.npz", *batches)
    words = [sys.executable, "-c", RUN_ALONE, str(tmp_path / "m.pt2"), str(tmp_path / "images.npz")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, about = json.loads(done.stdout)
    run = geneticgan.load(world[1])
    for images, own in zip(batches, found, strict=True):
        np.testing.assert_allclose(own, run.predict_proba(images), atol=1e-4)
    assert about["class_names"] == NAMES


def test_safetensors_hold_the_weights_and_what_to_build(world, tmp_path, batches):
    export(world[1], tmp_path / "m", "--format", "safetensors")
    with safetensors.safe_open(tmp_path / "m", framework="pt") as file:
        about = file.metadata()
    assert json.loads(about["class_names"]) == NAMES
    assert about["architecture"] == "convolutional"
    assert about["network"] in ("class-head+balanced-softmax", "balanced-softmax")
    width, together = int(about["width"]), "+" in about["network"]
    each = [build_discriminator(3, 8, 3, width, seed=5) for _ in range(1 + together)]
    network = Averaged(each) if together else each[0]
    network.load_state_dict(load_file(tmp_path / "m"))
    with torch.no_grad():
        _, logits = network(torch.from_numpy(batches[1]) / 127.5 - 1)
    assert logits.argmax(1).tolist() == [
        NAMES.index(name) for name in geneticgan.load(world[1]).predict(batches[1])
    ]


def test_the_generator_makes_the_same_images(world, tmp_path):
    export(world[1], tmp_path / "g.onnx", "--part", "generator")
    session = onnxruntime.InferenceSession(tmp_path / "g.onnx")
    about = session.get_modelmeta().custom_metadata_map
    latents = np.random.default_rng(0).normal(size=(5, int(about["latent_dim"])))
    latents, labels = latents.astype(np.float32), np.array([0, 1, 2, 2, 1])
    (images,) = session.run(None, {"latents": latents, "labels": labels})
    assert (images.shape, images.dtype) == ((5, 3, 8, 8), np.uint8)
    (generator,) = open_networks(world[1], "cpu").generators
    with torch.no_grad():
        own = generator(torch.from_numpy(latents), torch.from_numpy(labels))
    wanted = ((own + 1) * 127.5).numpy()
    np.testing.assert_allclose(images, wanted, atol=0.51)  # the nearest of 256 values
    assert images.std() > 1


def test_the_card_is_of_this_run(world, tmp_path):
    export(world[1], tmp_path / "m.safetensors")
    card = (tmp_path / "m.md").read_text()
    header = yaml.safe_load(card.split("---\n")[1])
    assert header["pipeline_tag"] == "image-classification"
    (index,) = header["model-index"]
    found = {each["type"]: each["value"] for each in index["results"][0]["metrics"]}
    chosen = json.loads((world[1] / "model.json").read_text())["classifier"]["network"]
    titles = {"balanced-softmax": "Balanced softmax"}
    titles["class-head+balanced-softmax"] = "AGGAN + Balanced softmax"
    title = titles[chosen]
    table = {row["method"]: row for row in json.loads((world[1] / "results.json").read_text())}
    assert found == {key: round(table[title][key], 4) for key in ("acsa", "f1", "g_mean")}
    assert f"| **{title}** | {100 * table[title]['acsa']:.1f} |" in card
    rows = [line for line in card.splitlines() if line.startswith("| blue |")]
    assert rows[0] == "| blue | 8 | 2 | 3 |"
    recall = 100 * table[title]["confusion"][0][0] / sum(table[title]["confusion"][0])
    assert rows[1].split(" | ")[2] == f"{recall:.1f}"


def test_a_file_that_is_no_card_is_not_overwritten(world, tmp_path):
    (tmp_path / "m.md").write_text("my notes")
    result = invoke("export", world[1], "--out", tmp_path / "m.safetensors")
    assert result.exit_code == 1
    assert "m.md would be overwritten by the model card; choose another --out" in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["m.md"]
    assert (tmp_path / "m.md").read_text() == "my notes"
    for _ in range(2):  # its own card is
        export(world[1], tmp_path / "n.safetensors")


def test_a_folder_that_cannot_be_written_is_named(world, tmp_path):
    result = invoke("export", world[1], "--out", tmp_path / "no" / "m.safetensors")
    assert result.exit_code == 1
    assert "m.safetensors cannot be written: No such file or directory" in result.output


def test_what_is_missing_is_named(world, tmp_path, monkeypatch):
    networks = open_networks(world[1], "cpu")
    with pytest.raises(ConfigError, match="keeps no generator; export its classifier"):
        make_part(dataclasses.replace(networks, generators=()), "generator")
    monkeypatch.setitem(sys.modules, "onnx", None)
    result = invoke("export", world[1], "--out", tmp_path / "m.onnx")
    assert result.exit_code == 1
    assert "pip install 'geneticgan[onnx]'" in result.output
