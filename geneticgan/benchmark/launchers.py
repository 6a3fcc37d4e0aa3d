"""Runs the cells of a benchmark, in processes on this machine or on a Ray cluster."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from geneticgan.benchmark.cell import Cell, record_failure, run_cell
from geneticgan.benchmark.pool import VISIBLE, Outcome, run_at_once
from geneticgan.errors import ConfigError

KILLED = "its process was killed; if that was for lack of memory, lower --width or --batch-size"


class Launcher(Protocol):
    """Runs cells."""

    @property
    def workers(self) -> int:
        """How many cells run at once."""

    def run(self, cells: Iterable[Cell], out: Path) -> Generator[Outcome, None, None]:
        """Yield each cell with its result as it ends, in any order.

        A cell is taken from ``cells`` when it can start, after all finished ones were yielded.
        """


@dataclass(frozen=True)
class Local:
    """Runs cells in processes on this machine.

    Attributes
    ----------
    workers : int
        Number of processes; 1 runs the cells in this process.
    gpus : tuple of str
        GPUs of which each process sees one, in turn, as CUDA_VISIBLE_DEVICES names them; if empty,
        each process sees all.
    """

    workers: int
    gpus: tuple[str, ...] = ()

    def run(self, cells: Iterable[Cell], out: Path) -> Generator[Outcome, None, None]:
        """Run cells in spawned processes (torch's threads do not survive a fork)."""
        if self.workers == 1:
            for cell in cells:
                yield cell, run_cell(cell, out)
            return
        waiting, begun = iter(cells), dict[Path, Cell]()

        def beginning() -> Iterator[Cell]:
            for cell in waiting:
                begun[cell.path(out)] = cell
                yield cell

        with contextlib.closing(run_at_once(beginning(), out, self.workers, self.gpus)) as outcomes:
            for cell, result in outcomes:
                del begun[cell.path(out)]
                yield cell, result
        # A process was killed, most likely for lack of memory, and it is unknown which cell it
        # ran. One at a time, it is known.
        for cell in itertools.chain(list(begun.values()), waiting):
            with contextlib.closing(run_at_once(iter([cell]), out, 1, self.gpus)) as outcomes:
                outcome = next(outcomes, None)
            yield outcome or (cell, record_failure(cell, out, KILLED))


@dataclass(frozen=True)
class Ray:
    """Runs cells as tasks of a Ray cluster.

    Attributes
    ----------
    address : str or None
        Address of a running cluster; None starts one on this machine.
    gpus : float or None
        Number of GPUs for each task; may be a fraction. None is 1 where the cluster has any.
    """

    address: str | None = None
    gpus: float | None = None

    @property
    def workers(self) -> int:
        """Return how many cells run at once, given the cluster's resources."""
        ray = self._connected()
        resources = ray.cluster_resources()
        by_cpu, share = int(resources.get("CPU", 1)), self._share()
        return max(1, min(by_cpu, int(resources.get("GPU", 0) / share)) if share else by_cpu)

    def _share(self) -> float:
        if self.gpus is not None:
            return self.gpus
        return float(self._connected().cluster_resources().get("GPU", 0) > 0)

    def run(self, cells: Iterable[Cell], out: Path) -> Generator[Outcome, None, None]:
        """Run cells as tasks; ``out`` must be a folder that all nodes can access."""
        ray = self._connected()
        task = ray.remote(num_cpus=1, num_gpus=self._share())(run_cell)
        waiting, at = iter(cells), out.resolve()
        first = itertools.islice(waiting, self.workers)
        pending = {task.remote(cell, at): cell for cell in first}
        try:
            while pending:
                (ready, *_), _ = ray.wait(list(pending), num_returns=1)
                yield pending.pop(ready), ray.get(ready)
                pending |= {task.remote(cell, at): cell for cell in itertools.islice(waiting, 1)}
        finally:
            for unfinished in pending:  # after Ctrl-C the cluster must stop working
                ray.cancel(unfinished, force=True)

    def _connected(self) -> Any:
        try:
            import ray
        except ImportError as error:
            raise ConfigError("--launcher ray needs Ray: pip install 'geneticgan[ray]'") from error
        if not ray.is_initialized():
            try:
                ray.init(address=self.address, log_to_driver=False, configure_logging=False)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise ConfigError(f"no Ray cluster answers at {self.address}: {error}") from error
        return ray


def make_launcher(
    name: str,
    workers: int | None,
    address: str | None = None,
    gpus: float | None = None,
    device: str = "auto",
) -> Launcher:
    """Return the launcher with a name.

    Parameters
    ----------
    name : {"local", "ray"}
        Name of the launcher.
    workers : int or None
        Number of processes on this machine; None is one for each GPU where cells compute on GPUs,
        and else one for each core.
    address, gpus
        As for `Ray`.
    device : str
        Where cells compute, as for `geneticgan.devices.check_device`.
    """
    if name == "ray":
        return Ray(address, 0.0 if gpus is None and device == "cpu" else gpus)
    if device not in ("auto", "cuda"):
        return Local(workers or (1 if device.startswith("cuda:") else os.cpu_count() or 1))
    count = torch.cuda.device_count()
    told = os.environ.get(VISIBLE)
    names = told.split(",") if told else map(str, range(count))
    seen = tuple(itertools.islice(names, count))
    return Local(workers or len(seen) or os.cpu_count() or 1, seen)
