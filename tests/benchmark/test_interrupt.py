"""Ctrl-C on a grid: the prompt is back at once, and nothing works on."""

import os
import signal
import subprocess
import time

import pytest


def members(group):
    """Return the living processes of a process group."""
    found = subprocess.run(["ps", "-eo", "pid,pgid,stat"], capture_output=True, text=True)
    rows = (line.split() for line in found.stdout.splitlines()[1:])
    return [int(pid) for pid, pgid, state in rows if int(pgid) == group and "Z" not in state]


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


@pytest.fixture
def grid(tmp_path, start):
    """A benchmark of two endless cells in two processes, both at work."""
    out = tmp_path / "b"
    words = ["benchmark", "--datasets", "digits", "--methods", "aggan", "--seeds", "2"]
    words += ["--steps", "1000000", "--width", "2", "--workers", "2", "--out", str(out)]
    process = start(*words, stderr=subprocess.PIPE, text=True)
    try:
        logs = [out / f"work/digits/auto/aggan/seed-{seed}/log.jsonl" for seed in (0, 1)]
        until(lambda: all(log.is_file() for log in logs))
        yield process
    finally:
        for number in members(process.pid):
            os.kill(number, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_the_prompt_is_back_at_once(grid, send):
    start = time.monotonic()
    send(grid.pid, signal.SIGINT)  # to this process alone; or to all, as a terminal does
    _, said = grid.communicate(timeout=60)
    assert time.monotonic() - start < 20  # 1 where nothing else runs; the cells would take hours
    assert grid.returncode == 130
    assert said.startswith("Stopped; finished cells are kept. Continue with: geneticgan benchmark")
    assert len(said.splitlines()) == 1
    until(lambda: not members(grid.pid), 2)


def test_a_second_one_ends_everything_without_a_traceback(grid):
    for number in members(grid.pid):
        if number != grid.pid:
            os.kill(number, signal.SIGSTOP)  # what computes does not answer
    os.killpg(grid.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(grid.pid, signal.SIGINT)
    start = time.monotonic()
    grid.wait(60)
    assert grid.returncode == -signal.SIGINT  # it did not wait for what does not answer
    assert time.monotonic() - start < 20
    for number in members(grid.pid):
        os.kill(number, signal.SIGCONT)
    _, said = grid.communicate(timeout=60)
    assert "Traceback" not in said
    until(lambda: not members(grid.pid), 5)
