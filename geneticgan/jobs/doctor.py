"""Checks whether geneticgan works on this machine, for bug reports."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import os
import platform
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from geneticgan import __version__
from geneticgan.config import TrainConfig
from geneticgan.data.places import cache_folder
from geneticgan.errors import GeneticGanError
from geneticgan.jobs.listing import entries
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import load_split

PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "imbalanced-learn", "deap", "bokeh")
ROOMY_GIB = 1.0
"""The free space below which a long run may fill the disk."""

STEP_SECONDS = 5.0
"""The duration of the trial training."""

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True)
class Finding:
    """A line of output: what was checked, its state, and an explanation."""

    what: str
    state: str
    text: str


def examine(runs: Path) -> Iterator[Finding]:
    """Check everything that a run needs, quick checks first.

    Parameters
    ----------
    runs : Path
        The folder where runs will be written.

    Yields
    ------
    Finding
        The findings; a failed one says what to do.
    """
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("software", _software),
        ("device", _device),
        ("bf16", bf16),
        ("runs", lambda: _folder("runs", runs)),
        ("cache", lambda: _folder("cache", cache_folder())),
        ("data", _data),
        ("plugins", _plugins),
        ("training", _training),
    ]
    for what, look in looks:
        try:
            yield look()
        except GeneticGanError as error:
            yield Finding(what, FAILED, str(error))
        except Exception as error:  # the doctor itself must not fail
            yield Finding(what, FAILED, f"{type(error).__name__}: {error}")


def _software() -> Finding:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    system = f"Python {platform.python_version()} on {platform.platform()}"
    return Finding("software", OK, f"geneticgan {__version__}, {system}; {', '.join(versions)}")


def _device() -> Finding:
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        text = f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"
    else:
        text = "no CUDA device: runs compute on the CPU"
    cores = os.cpu_count()
    return Finding("device", OK, f"{text}; {cores} CPU cores, {torch.get_num_threads()} threads")


def bf16() -> Finding:
    """Say whether --precision bf16 would be faster."""
    if torch.cuda.is_available():
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        fast = torch.backends.cpu.get_cpu_capability() in ("AVX512", "AMX")
    return Finding("bf16", OK, "supported" if fast else "possible, but likely no faster here")


def _folder(what: str, path: Path) -> Finding:
    """Check that a folder can be written, and its free space."""
    existing = path.absolute()
    while not existing.exists():
        existing = existing.parent
    try:
        with tempfile.NamedTemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Finding(what, FAILED, f"{existing} cannot be written: {error.strerror or error}")
    free = shutil.disk_usage(existing).free / 2**30
    state = OK if free >= ROOMY_GIB else WARNING
    return Finding(what, state, f"{path} can be written; {free:.1f} GiB free")


def _data() -> Finding:
    """Say where data sets are expected, and which are there."""
    root = Path("data")
    there = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
    text = f"./data holds {', '.join(there[:8])}" if there else "./data is missing or empty"
    return Finding("data", OK, f"{text}; digits needs no files, others are set with --data-root")


def _plugins() -> Finding:
    found = list(entries())
    broken = [f"{entry.name} ({entry.description})" for entry in found if not entry.healthy]
    if broken:
        return Finding("plugins", WARNING, f"{len(broken)} broken: {'; '.join(broken)}")
    return Finding("plugins", OK, f"{len(found)} installed, all healthy")


def _training() -> Finding:
    """Train for a few seconds in a temporary folder."""
    config = dataclasses.replace(
        TrainConfig(), steps=10**6, validate_every=10**6, checkpoint_every=10**6
    )
    split = load_split(config)
    stop = StopRequest()
    watch = _Watch(stop)
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(Interrupted):
        run = RunFolder.create(Path(folder, "run"), config)
        Evolution(config, split, run, [watch], stop).run()
    rate = watch.generations * config.batch_size / watch.seconds
    return Finding("training", OK, f"{rate:.0f} real images per second (digits, width 32)")


class _Watch(Observer):
    """Requests a stop after `STEP_SECONDS`."""

    def __init__(self, stop: StopRequest) -> None:
        self._stop = stop
        self._begin = 0.0
        self.generations = 0
        self.seconds = 0.0

    def on_record(self, record: dict[str, Any]) -> None:
        """Count generations after the first one, which is a warm-up."""
        if not self._begin:
            self._begin = time.perf_counter()
            return
        self.generations += 1
        self.seconds = time.perf_counter() - self._begin
        if self.seconds > STEP_SECONDS:
            self._stop.signal_number = signal.SIGTERM
