"""Times in turns, peak memory in processes of their own, and where the time goes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import torch
from torch.profiler import ProfilerActivity, profile

Step = Callable[[], None]

KINDS = (
    ("convolution", ("conv",)),
    ("dense", ("mm", "linear")),
    ("normalisation", ("batch_norm",)),
    ("optimizer", ("adam", "Optimizer")),
    ("reductions (fitness, finiteness)", ("norm", "sum", "mean", "isfinite")),
    ("copies", ("copy", "empty", "clone", "contiguous", "to_copy")),
    (
        "elementwise",
        ("relu", "mul", "add", "tanh", "clamp", "threshold", "sub", "div", "neg", "softplus"),
    ),
)
"""Kinds of operators, by parts of their names; the first that fits counts."""


def time_in_turns(steps: Mapping[str, Step], seconds: float, cuda: bool) -> dict[str, list[float]]:
    """Time every step in turns (A B C A B C ...) for about so long; returns milliseconds."""
    for step in steps.values():
        for _ in range(3):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[next(iter(steps))]) < 5:
        for name, step in steps.items():
            if cuda:
                torch.cuda.synchronize()
            start = time.perf_counter()
            step()
            if cuda:
                torch.cuda.synchronize()
            times[name].append(1e3 * (time.perf_counter() - start))
    return times


def spread(values: list[float]) -> float:
    """Return half the interquartile range."""
    quarters = statistics.quantiles(values, n=4)
    return (quarters[2] - quarters[0]) / 2


def peak_memory_mib(size: int, width: int, batch: int, what: str, device: str) -> float:
    """Return what building and three steps take at most, in MiB, measured in a new process.

    On a CPU: growth of the process's memory beyond what it has with the libraries loaded.
    """
    code = "import sys; from benchmarks.measuring import print_peak; print_peak(*sys.argv[1:])"
    arguments = [str(size), str(width), str(batch), what, device]
    # glibc keeps what is freed below this many bytes; then a peak would depend on the past.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}
    done = subprocess.run(  # noqa: S603  # our own interpreter and arguments
        [sys.executable, "-c", code, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def print_peak(size: str, width: str, batch: str, what: str, device: str) -> None:
    """Measure one contender here and print its peak; for `peak_memory_mib`."""
    from benchmarks.contenders import World

    world = World(int(size), int(width), int(batch), "float32", device)
    warm = World(8, 2, 2, "float32", device)  # so that libraries have made what they keep
    warm.acgan()()
    start = _memory_mib(device, "VmRSS")
    step = world.acgan() if what == "acgan" else world.generation(3, shared=what == "shared")
    for _ in range(3):
        step()
    print(_memory_mib(device, "VmHWM") - start)


def _memory_mib(device: str, field: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    with open("/proc/self/status", encoding="ascii") as file:
        kibibytes = next(line for line in file if line.startswith(field)).split()[1]
    return int(kibibytes) / 2**10


def where_time_goes(step: Step, cuda: bool, steps: int = 10) -> dict[str, float]:
    """Profile some steps; returns the share of every kind of operator, the largest first."""
    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if cuda else [])
    with profile(activities=activities) as found:
        for _ in range(steps):
            step()
    totals: dict[str, float] = {}
    for event in found.key_averages():
        spent = event.self_device_time_total if cuda else event.self_cpu_time_total
        kind = next(
            (kind for kind, parts in KINDS if any(part in event.key for part in parts)),
            "the rest (Python, autograd, small operators)",
        )
        totals[kind] = totals.get(kind, 0.0) + float(spent)
    whole = sum(totals.values())
    return {
        kind: spent / whole for kind, spent in sorted(totals.items(), key=lambda item: -item[1])
    }
