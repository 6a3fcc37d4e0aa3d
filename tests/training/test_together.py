"""A run of two processes, stopped, killed, and taken up by one, by two and by three."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from geneticgan import launch
from geneticgan.errors import ConfigError, RunError
from geneticgan.training.device import resolve_device
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import open_run
from geneticgan.training.together import awaited_run, first_to_tell
from geneticgan_cli.main import cli


def free_ports(count):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def taken_up(path):
    folder, config, split = open_run(path)
    return Evolution(config, split, folder, (), StopRequest()).run()


@pytest.mark.posix
def test_any_number_of_processes_goes_on_with_a_run_that_was_stopped_or_killed(tmp_path):
    script = Path(__file__).with_name("launched.py")
    subprocess.run([sys.executable, str(script), str(tmp_path), *free_ports(3)], check=True)

    def told(name):
        return (tmp_path / f"{name}.txt").read_text()

    # Either process may be asked to stop: both do, after the same generation.
    assert [(tmp_path / f"stopped-{rank}.code").read_text() for rank in (0, 1)] == ["143", "143"]
    assert told("stopped-0").endswith(f"Continue with: geneticgan resume {tmp_path / 'run'}\n")
    assert told("stopped-1") == ""

    # One goes on with the run of two.
    assert (tmp_path / "alone-0.code").read_text() == "143"
    assert "with processes 1 instead of 2" in told("alone-0")

    # The death of one ends the other, with one sentence.
    assert (tmp_path / "killed-0.code").read_text() == "1"
    assert not (tmp_path / "killed-1.code").exists()
    error = told("killed-0").splitlines()[-1]
    assert error.startswith("Error: another process of this run has ended")
    assert "geneticgan resume" in error
    assert told("killed-1") == ""
    assert told("deaf-0") == "True"  # the launcher's signal comes before the sentence

    # Three go on from the last checkpoint of two.
    assert "with processes 3 instead of 2" in told("three-0")
    assert [(tmp_path / f"three-{rank}.code").read_text() for rank in range(3)] == ["143"] * 3

    # One goes on with the run of three, and comes to what one alone comes to from the start.
    _, config, _ = open_run(tmp_path / "run")
    RunFolder.create(tmp_path / "alone", config)
    several, alone = taken_up(tmp_path / "run"), taken_up(tmp_path / "alone")
    # In float32 sums in another order differ by 1e-7, and fifty steps of Adam magnify that.
    torch.testing.assert_close(
        several.discriminator.state_dict(), alone.discriminator.state_dict(), rtol=0, atol=1e-4
    )
    torch.testing.assert_close(
        several.generators[0].state_dict(), alone.generators[0].state_dict(), rtol=0, atol=1e-4
    )


@pytest.fixture
def second(monkeypatch):
    """Be the second of two processes."""
    for name, value in (("RANK", "1"), ("LOCAL_RANK", "1"), ("WORLD_SIZE", "2")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MASTER_ADDR", "localhost")


def test_the_environment_says_which_process_this_is(second):
    assert (launch.count(), launch.rank(), launch.local_rank()) == (2, 1, 1)
    assert not launch.leads()


def test_without_an_address_there_is_one_process(second, monkeypatch):
    monkeypatch.delenv("MASTER_ADDR")
    assert (launch.count(), launch.rank(), launch.local_rank()) == (1, 0, 0)
    assert launch.leads()
    assert first_to_tell()


def test_every_process_takes_a_gpu_of_its_own(second, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert resolve_device("cuda") == resolve_device("auto") == torch.device("cuda:1")
    assert resolve_device("cpu") == torch.device("cpu")
    with pytest.raises(ConfigError, match="use --device cuda"):
        resolve_device("cuda:1")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ConfigError, match="lower --nproc-per-node"):
        resolve_device("cuda")


def test_processes_that_do_not_find_each_other_say_so(second, monkeypatch):
    monkeypatch.delenv("MASTER_PORT", raising=False)
    with pytest.raises(RunError, match="start them with torchrun"):
        awaited_run()
    assert not first_to_tell()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["evaluate", "run"], "evaluate runs in one process: start it without torchrun"),
        (["train", "--method", "cn"], "method 'cn' trains in one process"),
    ],
)
def test_what_one_process_does_is_not_done_by_several(second, monkeypatch, arguments, sentence):
    monkeypatch.setenv("RANK", "0")
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1
    assert sentence in result.output
