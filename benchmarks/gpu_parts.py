"""The parts of ``python -m benchmarks.gpu``; each prints what it finds and returns an exit code."""

from __future__ import annotations

import itertools
import signal
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.contenders import PORTION, Step, World
from benchmarks.measuring import spread, time_in_turns
from benchmarks.speed import Table
from geneticgan.config import TrainConfig
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.precision import multiplying
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import load_split
from geneticgan_cli.main import cli

Row = tuple[int, int, int, str]
"""Pixels, batch size, mutations and precision."""

BASE: Row = (32, 50, 3, "float32")


@dataclass(frozen=True)
class Setting:
    """Where and how large the parts compute."""

    device: str
    toy: bool
    data_root: str | None
    out: str

    @classmethod
    def of(cls, device: str | None, toy: bool, data_root: str | None, out: str) -> Setting:
        """Return a setting; the device is the GPU where none is named and there is one."""
        found = device or ("cuda" if torch.cuda.is_available() else "cpu")
        return cls(found, toy, data_root, out)

    @property
    def cuda(self) -> bool:
        """Whether a GPU computes."""
        return self.device == "cuda"

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the speed table, the one that matters most first."""
        if self.toy:
            yield (8, 4, 2, "float32")
            return
        yield BASE
        for precision in ("tf32", "bf16"):
            yield (*BASE[:3], precision)
        for batch, size in itertools.product((128, 512), (28, 32, 64, 128)):
            yield (size, batch, 3, "float32")
        for size in (28, 64, 128):
            yield (size, 50, 3, "float32")
        for mutations in (1, 2, 4, 5, 6, 7, 8):
            yield (32, 50, mutations, "float32")

    def world(self, size: int, batch: int, precision: str) -> World:
        """Return networks and images of a row."""
        return World(size, 2 if self.toy else 32, batch, precision, self.device)


def tests(setting: Setting) -> int:
    """Run the tests that need a GPU; without one they skip themselves."""
    import pytest

    root = Path(__file__).parents[1] / "tests"
    files = [str(root / "gan" / "test_capture.py"), str(root / "training" / "test_on_a_gpu.py")]
    code = pytest.main(["-q", "-m", "gpu", "-p", "no:cacheprovider", *files])
    return int(code)


def speed(setting: Setting) -> int:
    """Time plain, shared and captured generations beside ACGAN, a row after the other."""
    where = torch.cuda.get_device_name() if setting.cuda else "a CPU"
    print(f"torch {torch.__version__}, {where}; ms a generation, medians of turns (spread)\n")
    names = ["ACGAN", "plain", "shared", "ours"]
    heads = ["pixels", "batch", "mutations", "precision", *names]
    table = Table([*heads, "ours/ACGAN", "plain/ours", "peak MiB of ours"])
    for size, batch, mutations, precision in setting.rows():
        with multiplying(precision):
            steps = contenders(setting.world(size, batch, precision), mutations, setting.cuda)
            times = time_in_turns(steps, 0.0 if setting.toy else 3.0, setting.cuda)
            peak = peak_mib(steps["ours"]) if setting.cuda else "-"
        times["ours"] = [value / PORTION for value in times["ours"]]
        medians = {name: statistics.median(values) for name, values in times.items()}
        cells = [f"{medians[name]:.2f} ({spread(times[name]):.2f})" for name in names]
        found = [medians["ours"] / medians["ACGAN"], medians["plain"] / medians["ours"]]
        ratios = [f"{ratio:.2f}" for ratio in found]
        table.row([size, batch, mutations, precision, *cells, *ratios, peak])
    return 0


def contenders(world: World, mutations: int, cuda: bool) -> dict[str, Step]:
    """Return what is timed; ACGAN and ours as CUDA graphs where there is a GPU."""
    return {
        "ACGAN": world.captured_acgan() if cuda else world.acgan(),
        "plain": world.generation(mutations, shared=False),
        "shared": world.generation(mutations, shared=True),
        "ours": world.on_device(mutations, capture=True),
    }


def peak_mib(step: Step) -> str:
    """Return the most memory that a step has on the GPU, with all that lies there already."""
    torch.cuda.reset_peak_memory_stats()
    step()
    return f"{torch.cuda.max_memory_allocated() / 2**20:.0f}"


def busy(setting: Setting) -> int:
    """Say which share of the time the GPU computes; the rest it waits for the host."""
    size, batch, mutations = (8, 4, 2) if setting.toy else BASE[:3]
    steps = contenders(setting.world(size, batch, "float32"), mutations, setting.cuda)
    activity = ProfilerActivity.CUDA if setting.cuda else ProfilerActivity.CPU
    times = time_in_turns(steps, 0.0 if setting.toy else 5.0, setting.cuda)
    table = Table(["", "ms a call", "ms of kernels", "busy"])
    for name, step in steps.items():
        with profile(activities=[activity]) as found:
            step()
            if setting.cuda:
                torch.cuda.synchronize()
        kind = "self_device_time_total" if setting.cuda else "self_cpu_time_total"
        kernels = sum(float(getattr(event, kind)) for event in found.key_averages()) / 1e3
        wall = statistics.median(times[name])
        share = f"{100 * kernels / wall:.0f} %" if setting.cuda else "-"
        table.row([name, f"{wall:.2f}", f"{kernels:.2f}", share])
    return 0


def equality(setting: Setting) -> int:
    """Train twice by one seed and compare all weights."""
    return _compared(setting, _train)


def resume(setting: Setting) -> int:
    """Train in one go, and with a stop in the middle; compare all weights."""

    def interrupted(config: TrainConfig, folder: Path) -> dict[str, torch.Tensor]:
        stop = StopRequest()
        try:
            _train(config, folder, stop, [Stopper(stop, config.steps // 2)])
        except Interrupted:
            return _train(config, folder)
        raise AssertionError("the run did not stop")

    return _compared(setting, interrupted)


class Notes(Observer):
    """Prints what is said once, such as that no graph could be captured."""

    def on_note(self, text: str) -> None:
        """Print it."""
        print(f"note: {text}", flush=True)


class Stopper(Observer):
    """Asks to stop after so many generations, as Ctrl-C does."""

    def __init__(self, stop: StopRequest, after: int) -> None:
        self._stop, self._after = stop, after

    def on_record(self, record: dict[str, Any]) -> None:
        """Ask."""
        if record["step"] >= self._after:
            self._stop.signal_number = signal.SIGINT


def _compared(
    setting: Setting, again: Callable[[TrainConfig, Path], dict[str, torch.Tensor]]
) -> int:
    """Compare a training with another way to do it, in every precision; 1 if a bit differs."""
    table = Table(["precision", "images", "tensors", "equal to the bit", "largest difference"])
    different = False
    for precision, where in (("float32", "host"), ("tf32", "device"), ("bf16", "host")):
        if setting.toy and precision != "float32":
            continue
        config = TrainConfig(
            recipe="paper",
            dataset="digits",
            steps=4 if setting.toy else 200,
            batch_size=4 if setting.toy else 50,
            width=2 if setting.toy else 32,
            precision=precision,
            images_on=where,
            device=setting.device,
        )
        with tempfile.TemporaryDirectory() as folder:
            ours = _train(config, Path(folder) / "one")
            theirs = again(config, Path(folder) / "other")
        same = sum(torch.equal(ours[name], theirs[name]) for name in ours)
        apart = max(float((ours[n].double() - theirs[n].double()).abs().max()) for n in ours)
        table.row([precision, where, len(ours), same, f"{apart:g}"])
        different |= same < len(ours)
    return int(different)


def _train(
    config: TrainConfig,
    path: Path,
    stop: StopRequest | None = None,
    observers: Sequence[Observer] = (),
) -> dict[str, torch.Tensor]:
    """Train in a run folder, or go on there; returns the weights of all networks."""
    folder = RunFolder(path) if path.exists() else RunFolder.create(path, config)
    split = load_split(config)
    model = Evolution(config, split, folder, [Notes(), *observers], stop or StopRequest()).run()
    found = {f"D.{name}": value for name, value in model.discriminator.state_dict().items()}
    for number, generator in enumerate(model.generators):
        found |= {f"G{number}.{name}": value for name, value in generator.state_dict().items()}
    return {name: value.detach().cpu().clone() for name, value in found.items()}


def paper(setting: Setting) -> int:
    """Run the paper's Table V on Fashion-MNIST at its scale, a cell after the other."""
    cli(paper_command(setting), standalone_mode=False)
    return 0


def paper_command(setting: Setting) -> list[str]:
    """Return what the part asks of the command line."""
    where = ["--device", setting.device, "--out", setting.out, "--workers", "1", "--seeds", "1"]
    if setting.toy:
        sizes = ["--steps", "2", "--width", "2", "--methods", "cn", "--datasets", "digits"]
        return ["benchmark", *sizes, *where]
    root = ["--data-root", setting.data_root] if setting.data_root else []
    return ["benchmark", "--table", "v", "--datasets", "fashion-mnist", *root, *where]


PARTS: dict[str, Callable[[Setting], int]] = {
    each.__name__: each for each in (tests, speed, busy, equality, resume, paper)
}
