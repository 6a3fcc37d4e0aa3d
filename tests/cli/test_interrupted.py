"""Ctrl-C before anything computes in other processes."""

import signal
import subprocess
import sys
from unittest.mock import MagicMock

import pytest
from click.testing import CliRunner

# What takes names from the modules that are patched below, so that it never keeps a stand-in.
from geneticgan.benchmark import tuning as _of_grids  # noqa: F401
from geneticgan.jobs import choosing, datasets, measuring, tuning  # noqa: F401
from geneticgan_cli import ending
from geneticgan_cli.main import cli


@pytest.fixture(autouse=True)
def own_handler():
    """Leave the handler as it was."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_choose_says_what_is_lost_while_it_plans(monkeypatch, tmp_path):
    def interrupted(*_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("geneticgan.training.setup.load_source", interrupted)
    words = ["choose", "--dataset", "digits", "--out", str(tmp_path / "c")]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 130
    assert "Stopped; nothing has been trained yet. Start again with: geneticgan" in result.output
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("benchmark", "geneticgan.benchmark.grid.fill"),
        ("sweep", "geneticgan.benchmark.grid.fill"),
        ("tune", "geneticgan.jobs.tuning.tune"),
        ("choose", "geneticgan.jobs.choosing.compare"),
    ],
)
def test_a_second_one_would_end_every_command_of_a_grid(monkeypatch, tmp_path, command, work):
    def interrupted(*_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(work, interrupted)
    monkeypatch.setattr("geneticgan.benchmark.grid.grid", lambda *_: [])
    monkeypatch.setattr("geneticgan.jobs.rehearsing.rehearse_cells", lambda *_, **__: None)
    monkeypatch.setattr("geneticgan.jobs.planning.make_plan", lambda *_: MagicMock(workers=1))
    for screen in ("tables.print_split", "choice_screen.print_plan"):
        monkeypatch.setattr(f"geneticgan_cli.{screen}", lambda *_: None)
    words = ["--datasets", "digits"] if command in ("benchmark", "sweep") else []
    result = CliRunner().invoke(cli, [command, *words, "--out", str(tmp_path / "g")])
    assert result.exit_code == 130, result.output
    assert "Stopped; finished" in result.output
    assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL


def test_the_cursor_is_shown_before_a_second_one_can_end_all(monkeypatch):
    written = []
    monkeypatch.setattr("os.isatty", lambda number: number == 1)
    monkeypatch.setattr("os.write", lambda number, data: written.append((number, data)))
    ending.second_ends_all()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert written == [(1, ending.SHOW_CURSOR)]
    assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL


SCRIPT = """
import atexit, sys, time
from geneticgan_cli import main

def command(**_):
    atexit.register(print, "multiprocessing has ended")
    try:
        print("waiting", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        if sys.argv[1] == "twice":
            print("waiting", flush=True)
            time.sleep(60)
        sys.exit(130)

main.cli = command
main.main()
"""


@pytest.mark.posix
@pytest.mark.parametrize(("how", "status"), [("once", 130), ("twice", -signal.SIGINT)])
def test_the_process_ends_without_being_taken_apart(how, status):
    words = [sys.executable, "-c", SCRIPT, how]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True)
    for _ in range(1 + (how == "twice")):
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert errors == ""
    assert said == "multiprocessing has ended\n" * (how == "once")
