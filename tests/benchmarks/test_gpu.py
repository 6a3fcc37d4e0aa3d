"""The campaign for a GPU runs, at toy size, without one."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def gpu(load_benchmark):
    return load_benchmark("gpu")


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("speed", "| 8 | 4 | 2 | float32 |"),
        ("busy", "| shared |"),
        ("equality", "| float32 | host |"),
        ("resume", "| float32 | host |"),
        ("paper", "digits, auto, cn, seed 0"),
    ],
)
def test_a_part_runs_on_a_cpu(gpu, part, found, tmp_path, capfd, monkeypatch):
    import benchmarks.gpu_parts

    for module in (benchmarks.contenders, benchmarks.gpu_parts):
        monkeypatch.setattr(module, "PORTION", 1)
    out = str(tmp_path / "cells")
    asked = ["--toy", "--device", "cpu", "--out", out, "--parts", part, "--here"]
    assert gpu.main(asked) == 0
    assert found in capfd.readouterr().out


def test_every_part_has_a_limit_and_what_is_left_goes_to_the_paper(gpu):
    from benchmarks.gpu_parts import PARTS

    assert list(PARTS) == [*gpu.LIMITS, "paper"]
    assert sum(gpu.LIMITS.values()) < gpu.TOTAL


def test_the_rows_of_the_table_begin_with_the_one_that_targets_are_set_for(gpu):
    from benchmarks.gpu_parts import BASE, Setting

    rows = list(Setting("cuda", False, None, "gpu").rows())
    assert rows[0] == BASE == (32, 50, 3, "float32")
    assert len(rows) == len(set(rows))
    assert {size for size, *_ in rows} == {28, 32, 64, 128}
    assert {batch for _, batch, *_ in rows} == {50, 128, 512}
    assert {count for _, _, count, _ in rows} == set(range(1, 9))
    assert {precision for *_, precision in rows} == {"float32", "tf32", "bf16"}


def test_what_takes_too_long_or_fails_costs_no_other_part_anything(gpu, monkeypatch, capfd):
    run = {
        "tests": "import time; print('found', flush=True); time.sleep(60)",
        "speed": "raise SystemExit(3)",
        "busy": "print('busy')",
    }
    popen = subprocess.Popen

    def start(command, **options):
        return popen([sys.executable, "-c", run[command[command.index("--here") - 2]]], **options)

    monkeypatch.setattr(gpu.subprocess, "Popen", start)
    monkeypatch.setattr(gpu, "LIMITS", {"tests": 1, "speed": 60, "busy": 60})
    assert gpu.main(["--parts", *run]) == 1
    told = capfd.readouterr().out
    assert "found" in told
    assert "tests: stopped after 1 s" in told
    assert "speed: failed with exit code 3" in told
    assert "busy: done in" in told


def test_what_ends_the_campaign_ends_the_part_that_runs(gpu, monkeypatch):
    begun = []

    class Cut(subprocess.Popen):
        def wait(self, timeout=None):
            if not begun:
                begun.append(self)
                gpu.stop(15, None)
            return super().wait(timeout)

    monkeypatch.setattr(gpu.subprocess, "Popen", Cut)
    with pytest.raises(SystemExit) as ended:
        gpu.limited([sys.executable, "-c", "import time; time.sleep(60)"], 30)
    assert ended.value.code == 143
    assert begun[0].returncode


PART = """
import threading, time
from benchmarks import gpu
threading.Thread(target=gpu.end_with_campaign, daemon=True).start()
print("begun", flush=True)
time.sleep(20)
print("outlived the campaign", flush=True)
"""


def test_a_part_ends_when_the_campaign_was_killed():
    campaign = (
        f"import sys; from benchmarks import gpu; gpu.limited([sys.executable, '-c', {PART!r}], 60)"
    )
    command = [sys.executable, "-c", campaign]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert process.stdout.readline() == b"begun\n"
    process.kill()
    assert process.stdout.read() == b""
    process.stdout.close()
    process.wait()
