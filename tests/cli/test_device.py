"""A run made on one device is used on another, by every command that computes."""

import json
import re

import pytest
from click.testing import CliRunner

from geneticgan.devices import check_device
from geneticgan.errors import ConfigError
from geneticgan.training.device import resolve_device
from geneticgan_cli.main import cli

QUICK = [
    "--steps=3", "--width=2", "--batch-size=8", "--set=latent_dim=4",
    "--set=validate_every=2", "--device=cpu",
]  # fmt: skip
COMPUTES = [
    "train", "resume", "evaluate", "measure", "report", "predict", "generate", "augment",
    "benchmark", "sweep",
]  # fmt: skip


def invoke(*words):
    return CliRunner().invoke(cli, list(map(str, words)))


@pytest.fixture(scope="module")
def of_a_gpu(tmp_path_factory):
    """A run whose config says that it was trained on a GPU, which this machine may lack."""
    path = tmp_path_factory.mktemp("device") / "run"
    result = invoke("train", *QUICK, "--out", path)
    assert result.exit_code == 0, result.output
    config = json.loads((path / "config.json").read_text())
    config["options"]["device"] = "cuda:7"
    (path / "config.json").write_text(json.dumps(config))
    return path


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr("geneticgan.jobs.features.STEPS", 2)
    monkeypatch.setattr("geneticgan.jobs.features.WIDTH", 2)


@pytest.mark.parametrize("command", COMPUTES)
def test_every_command_that_computes_takes_a_device(command):
    assert re.search(r"--device", invoke(command, "--help").output)
    result = invoke(command, "run", "--device", "gpu")
    assert result.exit_code == 2
    assert "device must be one of auto, cpu, cuda or cuda:N, got 'gpu'" in result.output


@pytest.mark.parametrize("command", ["evaluate", "augment", "measure", "resume"])
def test_a_run_of_another_machine_says_what_to_do_and_then_computes(command, of_a_gpu, tmp_path):
    words = [command, of_a_gpu]
    if command == "augment":
        words += ["--out", tmp_path / "out"]
    result = invoke(*words)
    assert result.exit_code == 1, result.output
    assert "cuda:7" in result.output
    assert "--device cpu" in result.output or "this machine has" in result.output
    result = invoke(*words, "--device", "cpu")
    assert result.exit_code == 0, result.output
    kept = json.loads((of_a_gpu / "config.json").read_text())
    assert kept["options"]["device"] == "cuda:7"  # what it was made by stays written


def test_it_generates_and_predicts_wherever_it_is(of_a_gpu, tmp_path):
    made = invoke("generate", of_a_gpu, "--count", 1, "--out", tmp_path / "g", "--device", "cpu")
    assert made.exit_code == 0, made.output
    told = invoke("predict", of_a_gpu, tmp_path / "g", "--out", tmp_path / "p.csv")
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "", "cpu:0"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ConfigError, match="cuda:N"):
        check_device(name)


def test_the_number_of_a_gpu_is_kept_and_must_be_there(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert str(resolve_device("cuda:1")) == "cuda:1"
    assert str(resolve_device("auto")) == str(resolve_device("cuda")) == "cuda"
    with pytest.raises(ConfigError, match="there is no cuda:2: this machine has 2 CUDA"):
        resolve_device("cuda:2")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ConfigError, match="use --device cpu"):
        resolve_device("cuda:1")
