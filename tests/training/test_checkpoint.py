"""Checkpoints: whole or not at all, checked by hash, never a link, never unpickled."""

import dataclasses
import json
import pickle

import pytest
import torch

from geneticgan.errors import RunError
from geneticgan.training.checkpoint import FORMAT, Checkpoint, migrated
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.manifest import what_is_wrong, write_manifest
from geneticgan.training.model import load_model
from geneticgan.training.plugins import make_plugins
from geneticgan.training.run_folder import RunFolder


@pytest.fixture
def config(tiny_config):
    return dataclasses.replace(tiny_config, imbalance="auto")


@pytest.fixture
def run(config, split, tmp_path):
    folder = RunFolder.create(tmp_path / "run", config)
    Evolution(config, split, folder, (), StopRequest()).run()
    return folder


def damage(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1  # one bit
    path.write_bytes(data)


FILES = ("generator-0", "discriminator", "optimizer", "best")


@pytest.mark.parametrize("name", [*(f"{file}.safetensors" for file in FILES), "state.json"])
def test_one_flipped_bit_is_seen_and_the_checkpoint_before_is_taken(run, config, split, name):
    damage(run.checkpoint / name)
    checkpoint = Checkpoint(run.checkpoint)
    assert checkpoint.state()["next_generation"] == 4
    assert f"{name} has changed since it was written; continuing" in checkpoint.notice
    load_model(config, split, run)


def test_a_run_goes_on_from_the_checkpoint_before_to_the_same_end(run, config, split, tmp_path):
    wanted = load_model(config, split, run).discriminator.state_dict()
    damage(run.checkpoint / "discriminator.safetensors")
    notes = []
    listener = type("O", (Observer,), {"on_note": lambda _, text: notes.append(text)})()
    evolution = Evolution(config, split, run, [listener], StopRequest())
    evolution.run()
    found = load_model(config, split, run).discriminator.state_dict()
    assert all(torch.equal(wanted[name], found[name]) for name in wanted)
    assert any("continuing from the previous checkpoint" in text for text in notes)
    assert what_is_wrong(run.checkpoint) == ""
    assert what_is_wrong(run.checkpoint.with_name("checkpoint.previous")) == ""


def test_two_damaged_checkpoints_are_both_named(run):
    for name in ("checkpoint", "checkpoint.previous"):
        damage(run.path / name / "discriminator.safetensors")
    with pytest.raises(RunError, match=r"checkpoint/disc.*; .*previous/disc.*train again"):
        Checkpoint(run.checkpoint).state()


@pytest.mark.parametrize("what", ["missing", "added", "link", "no manifest", "odd manifest"])
def test_a_folder_that_is_not_what_was_written_is_refused(run, what, tmp_path):
    folder = run.checkpoint
    if what == "missing":
        (folder / "best.safetensors").unlink()
    elif what == "added":
        (folder / "extra.pkl").write_bytes(b"x")
    elif what == "link":
        target = tmp_path / "elsewhere"
        (folder / "best.safetensors").rename(target)
        (folder / "best.safetensors").symlink_to(target)
    elif what == "no manifest":
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text('{"sha256": ["a"]}')
    checkpoint = Checkpoint(folder)
    assert checkpoint.state()["next_generation"] == 4
    assert checkpoint.notice


def test_a_pickle_is_never_run_whatever_it_is_called(run, config, split, tmp_path):
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self):
            return (open, (str(trap), "w"))

    for name in ("checkpoint", "checkpoint.previous"):
        (run.path / name / "discriminator.safetensors").write_bytes(pickle.dumps(Trap()))
        (run.path / name / "manifest.json").unlink()
        write_manifest(run.path / name)
    with pytest.raises(RunError, match="cannot be read"):
        load_model(config, split, run)
    assert not trap.exists()


def test_a_header_that_lies_about_sizes_is_refused(run, config, split):
    path = run.checkpoint / "discriminator.safetensors"
    header = json.dumps(
        {"source.bias": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4]}}
    )
    path.write_bytes(len(header).to_bytes(8, "little") + header.encode() + b"\0" * 4)
    (run.checkpoint / "manifest.json").unlink()
    write_manifest(run.checkpoint)
    with pytest.raises(RunError, match=r"discriminator\.safetensors cannot be read"):
        load_model(config, split, run)


FORGED = {
    "next_generation": (-5, 10**30, "4", 1.5, True, None),
    "log_position": (-3, "x", None),
    "rollbacks": (-100, "x"),
    "metropolis": ({}, None, {"bit_generator": "MT19937"}),
    "monitor": ([], {}),
    "schedule": ([1], None),
}


def test_a_state_that_no_run_wrote_is_refused_though_its_manifest_fits(run, config, split):
    plain = json.loads((run.checkpoint / "state.json").read_text())
    spoiled = [plain | {field: value} for field, values in FORGED.items() for value in values]
    odd = {"acceptances": "x", "wins": [], "step": -1, "seconds": float("nan")}
    spoiled += [plain | {"monitor": plain["monitor"] | {n: v}} for n, v in odd.items()]

    def forge(state):
        (run.checkpoint / "state.json").write_text(json.dumps(state))
        (run.checkpoint / "manifest.json").unlink()
        write_manifest(run.checkpoint)

    for state in spoiled:
        forge(state)
        with pytest.raises(RunError, match=r"state\.json is damaged: .*train again"):
            Checkpoint(run.checkpoint).state()
    for field, value in (("next_generation", 7), ("rollbacks", 4)):
        forge(plain | {field: value})
        with pytest.raises(RunError, match="does not reach generation"):
            Evolution(config, split, run, (), StopRequest())


@pytest.mark.parametrize("present", ["-1", "NaN", "[]", '"x"'])
def test_a_schedule_does_not_continue_from_a_forged_temperature(config, present):
    schedule = make_plugins(dataclasses.replace(config, schedule="adaptive")).schedule
    assert schedule.state()["present"] > 0
    with pytest.raises((TypeError, ValueError)):
        schedule.restore({"present": json.loads(present)})


@pytest.mark.parametrize("spoil", ["cut", "gone", "turned to NUL"])
def test_a_log_that_lost_records_is_continued_without_padding_and_that_is_said(
    run, config, split, spoil
):
    log = run.log.read_bytes()
    middle = len(log) // 2
    run.log.write_bytes(
        {"cut": log[:middle], "gone": b"", "turned to NUL": log[:middle].ljust(len(log), b"\0")}[
            spoil
        ]
    )
    notes = []
    listener = type("O", (Observer,), {"on_note": lambda _, text: notes.append(text)})()
    Evolution(config, split, run, [listener], StopRequest()).run()
    assert "has lost records" in notes[0]
    left = run.log.read_bytes()
    assert log.startswith(left)
    assert left.endswith(b"\n") or spoil == "gone"
    assert len(left.splitlines()) == {"gone": 0}.get(spoil, log[:middle].count(b"\n"))


def test_formats():
    older = migrated({"next_generation": 3}, None)
    assert (older["schedule"], older["rollbacks"], older["format"]) == ({}, 0, FORMAT)
    for written in (FORMAT + 1, 0, "2", None):
        with pytest.raises(RunError, match="this version reads formats up to"):
            migrated({"format": written}, "state.json")


def test_a_checkpoint_of_the_first_format_is_still_read(run):
    state = json.loads((run.checkpoint / "state.json").read_text())
    for key in ("format", "schedule", "rollbacks"):
        del state[key]
    (run.checkpoint / "state.json").write_text(json.dumps(state))
    (run.checkpoint / "manifest.json").unlink()
    checkpoint = Checkpoint(run.checkpoint)
    assert checkpoint.state()["next_generation"] == 6
    assert checkpoint.notice == ""


@pytest.mark.parametrize("name", ["config.json", "log.jsonl", "checkpoint", "split.json"])
def test_links_out_of_a_run_folder_are_refused(run, tmp_path, name):
    target = tmp_path / "elsewhere"
    if (run.path / name).exists():
        (run.path / name).rename(target)
    else:
        target.write_text("{}")
    (run.path / name).symlink_to(target)
    with pytest.raises(RunError, match=f"{name} is a symbolic link"):
        RunFolder.open(run.path)
