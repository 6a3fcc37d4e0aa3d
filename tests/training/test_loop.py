import dataclasses
import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import split_source
from geneticgan.errors import RunError
from geneticgan.gan import capture
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.model import build_model, load_model
from geneticgan.training.run_folder import RunFolder, new_run_path
from geneticgan.training.setup import load_split
from geneticgan.training.tensors import load_tensors, save_tensors


@pytest.fixture
def digits(tiny_config):
    return load_split(tiny_config)


def evolve(config, split, path, observers=(), stop=None, fresh=True):
    folder = RunFolder.create(path, config) if fresh else RunFolder.open(path)[0]
    return Evolution(
        config, split, folder, observers, StopRequest() if stop is None else stop
    ).run()


def weights(model):
    tensors = {f"D.{n}": t for n, t in model.discriminator.state_dict().items()}
    for index, individual in enumerate(model.population):
        tensors |= {f"G{index}.{n}": t for n, t in individual.to_tensors()[0].items()}
    return tensors


def assert_equal(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def log_of(path):
    records = [json.loads(line) for line in (path / "log.jsonl").read_text().splitlines()]
    for record in records:
        del record["images_per_second"], record["seconds"]  # all that a clock decides
    return records


def test_a_run_logs_every_generation_whole(tiny_config, digits, tmp_path):
    evolve(tiny_config, digits, tmp_path / "run")
    records = log_of(tmp_path / "run")
    assert [record["step"] for record in records] == [1, 2, 3, 4, 5, 6]
    assert [record["T"] for record in records[:2]] == [1000.0, 990.0]
    family = records[0]["families"][0]
    names = [child["mutation"] for child in family["offspring"]]
    assert names == ["minimax", "nonsat", "lsgan"]
    sums = {c["mutation"]: c["quality"] + c["diversity"] for c in family["offspring"]}
    assert family["winner"] == max(sums, key=sums.get)
    looks = [r for r in records if "validation_acsa" in r]
    assert [r["step"] for r in looks] == [2, 4, 6]
    assert all(0 <= r["validation_smallest"] <= 1 for r in looks)


@pytest.mark.parametrize("on_device", [False, True])
@pytest.mark.parametrize("population", [1, 2])
@pytest.mark.parametrize("stopped_after", [1, 3])
def test_a_stopped_run_goes_on_to_the_same_bits(
    tiny_config, digits, tmp_path, population, stopped_after, on_device, monkeypatch, stop_after
):
    # Generation 3 is told of when the device has also done the fourth.
    monkeypatch.setattr(capture, "is_wanted", lambda device: on_device)
    config = dataclasses.replace(tiny_config, population=population)
    whole = evolve(config, digits, tmp_path / "whole")
    stop = StopRequest()
    with pytest.raises(Interrupted, match="SIGINT"):
        evolve(config, digits, tmp_path / "run", [stop_after(stopped_after, stop)], stop)
    resumed = evolve(config, digits, tmp_path / "run", fresh=False)
    assert_equal(weights(whole), weights(resumed))
    assert log_of(tmp_path / "whole") == log_of(tmp_path / "run")


def test_records_written_after_the_last_checkpoint_are_written_anew(tiny_config, digits, tmp_path):
    config = dataclasses.replace(tiny_config, checkpoint_every=2)

    class Crash(Observer):
        def on_status(self, status):
            if status.step == 5:
                raise MemoryError

    whole = evolve(config, digits, tmp_path / "whole")
    with pytest.raises(MemoryError):
        evolve(config, digits, tmp_path / "run", [Crash()])
    assert len(log_of(tmp_path / "run")) == 5
    resumed = evolve(config, digits, tmp_path / "run", fresh=False)
    assert_equal(weights(whole), weights(resumed))
    assert log_of(tmp_path / "whole") == log_of(tmp_path / "run")


def test_another_process_gives_the_same_bits(tiny_config, digits, tmp_path):
    here = evolve(tiny_config, digits, tmp_path / "here")
    options = {"recipe": "paper", "imbalance": tiny_config.imbalance, "steps": 6}
    options |= {"batch_size": 8, "width": 2}
    script = f"""
from pathlib import Path
from geneticgan.config import TrainConfig
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.setup import load_split
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder
config = TrainConfig.from_mapping({options!r} | dict(latent_dim=4, validate_every=2), "here")
split = load_split(config)
folder = RunFolder.create(Path({str(tmp_path / "there")!r}), config)
Evolution(config, split, folder, (), StopRequest()).run()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    there = load_model(tiny_config, digits, RunFolder(tmp_path / "there"))
    assert_equal(weights(here), weights(there))


def test_every_way_of_breeding_logs_the_same_run(tiny_config, tmp_path, monkeypatch):
    # Images as idx files give them, cut from (N, H, W): their memory order is that of channels
    # last, and so is that of some gradients, which fused optimizers must not misread.
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    pixels = rng.integers(0, 256, (60, 28, 28), dtype=np.uint8)[:, None]
    source = Source(Images(pixels, labels), Images(pixels[:3], labels[:3]), ("a", "b", "c"))
    split = split_source(source, None, 0.1, seed=0)
    logs = {}
    for name, breeding in (("plain", "plain"), ("shared", "shared"), ("device", "shared")):
        monkeypatch.setattr(capture, "is_wanted", lambda device, name=name: name == "device")
        config = dataclasses.replace(
            tiny_config, breeding=breeding, imbalance="auto", steps=3, width=16, batch_size=20
        )
        evolve(config, split, tmp_path / name)
        logs[name] = [record["loss"] for record in log_of(tmp_path / name)]
    torch.testing.assert_close(logs["shared"], logs["plain"], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(logs["device"], logs["plain"], rtol=1e-3, atol=1e-3)


def test_another_seed_gives_other_weights(tiny_config, digits, tmp_path):
    one = evolve(tiny_config, digits, tmp_path / "one")
    other = evolve(dataclasses.replace(tiny_config, seed=1), digits, tmp_path / "other")
    assert not torch.equal(weights(one)["D.source.weight"], weights(other)["D.source.weight"])


def test_a_population_starts_from_different_generators(tiny_config, digits):
    model = build_model(dataclasses.replace(tiny_config, population=2), digits)
    one, other = model.generators
    assert not torch.equal(one.dense.weight, other.dense.weight)


def test_a_checkpoint_of_another_width_is_named(tiny_config, digits, tmp_path):
    evolve(tiny_config, digits, tmp_path / "run")
    wider = dataclasses.replace(tiny_config, width=4)
    with pytest.raises(RunError, match="does not fit the network"):
        load_model(wider, digits, RunFolder(tmp_path / "run"))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, r"No space left on device.*free some disk space, then resume"),
        (errno.EACCES, r"Permission denied\); put that right, then resume"),
    ],
)
def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(
    tiny_config, digits, tmp_path, monkeypatch, number, told
):
    model = evolve(tiny_config, digits, tmp_path / "run")
    before = {p.name: p.read_bytes() for p in (tmp_path / "run" / "checkpoint").iterdir()}

    def full(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("geneticgan.training.tensors.open_own", full)
    checkpoint = Checkpoint(tmp_path / "run" / "checkpoint")
    optimizer = torch.optim.Adam(model.discriminator.parameters())
    with pytest.raises(RunError, match=told):
        checkpoint.save({}, model.population, None, model.discriminator, optimizer)
    after = {p.name: p.read_bytes() for p in (tmp_path / "run" / "checkpoint").iterdir()}
    assert before == after


def test_tensors_survive_a_file_with_their_metadata(tmp_path):
    tensors = {"a": torch.arange(6.0).view(2, 3).t(), "step": torch.tensor(3.0)}
    save_tensors(tmp_path / "x.safetensors", tensors, '{"k": 1}')
    loaded, metadata = load_tensors(tmp_path / "x.safetensors")
    assert_equal(tensors, loaded)
    assert metadata == '{"k": 1}'


def test_a_full_folder_is_not_overwritten(tiny_config, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path, tiny_config)
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path / "mine.txt", tiny_config)


def test_run_folders_are_numbered(tmp_path):
    (tmp_path / "folder-001").mkdir()
    assert new_run_path(tmp_path, "folder:grayscale=true").name == "folder-002"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "cannot be read as JSON"),
        ("[]", "it has no options"),
        ('{"format": 99, "options": {}}', "format 99"),
        ('{"format": 1, "options": {"steps": "many"}}', "steps cannot be 'many'"),
        ('{"format": 1, "options": {"spets": 3}}', "unknown option 'spets'"),
    ],
)
def test_a_damaged_config_is_named(tmp_path, text, message):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(RunError, match=message):
        RunFolder.open(tmp_path)
