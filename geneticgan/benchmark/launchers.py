"""Where the cells of a benchmark run: in processes of this machine, or on a Ray cluster."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from geneticgan.benchmark.cell import Cell, record_failure, run_cell
from geneticgan.benchmark.result import CellResult
from geneticgan.errors import ConfigError

Outcome = tuple[Cell, CellResult]

KILLED = "its process was killed; if that was for lack of memory, lower --width or --batch-size"


class Launcher(Protocol):
    """Runs cells."""

    @property
    def workers(self) -> int:
        """How many run at once."""

    def run(self, cells: Sequence[Cell], out: Path) -> Iterator[Outcome]:
        """Yield each cell with its result as it ends, in any order."""


@dataclass(frozen=True)
class Local:
    """Processes of this machine.

    Attributes
    ----------
    workers : int
        How many; 1 runs the cells here, in this process.
    """

    workers: int

    def run(self, cells: Sequence[Cell], out: Path) -> Iterator[Outcome]:
        """Run cells in processes that are started anew (torch's threads do not survive a fork)."""
        if self.workers == 1:
            for cell in cells:
                yield cell, run_cell(cell, out)
            return
        left = {cell.path(out): cell for cell in cells}
        for cell, result in _at_once(cells, out, self.workers):
            del left[cell.path(out)]
            yield cell, result
        # A process was killed, most likely for memory, and which cell's it was cannot be told:
        # one at a time, it can.
        for cell in left.values():
            outcome = next(_at_once([cell], out, 1), None)
            yield outcome or (cell, record_failure(cell, out, KILLED))


def _at_once(cells: Sequence[Cell], out: Path, workers: int) -> Iterator[Outcome]:
    """Yield what ends, until all have or one of the processes is killed."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _end_with_parent) as pool:
        futures = {pool.submit(run_cell, cell, out): cell for cell in cells}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            return
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, be it killed: no orphan works on."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a worker calls this"

    def wait() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


@dataclass(frozen=True)
class Ray:
    """Tasks of a Ray cluster, one a cell.

    Attributes
    ----------
    address : str or None
        Of a cluster that runs already; None starts one on this machine.
    gpus : float
        For each task; may be a share.
    """

    address: str | None = None
    gpus: float = 0.0

    @property
    def workers(self) -> int:
        """Return how many run at once, by the cluster's resources."""
        ray = self._connected()
        resources = ray.cluster_resources()
        by_cpu = int(resources.get("CPU", 1))
        return max(
            1, min(by_cpu, int(resources.get("GPU", 0) / self.gpus)) if self.gpus else by_cpu
        )

    def run(self, cells: Sequence[Cell], out: Path) -> Iterator[Outcome]:
        """Run cells as tasks; ``out`` must be a folder that all nodes see."""
        ray = self._connected()
        task = ray.remote(num_cpus=1, num_gpus=self.gpus)(run_cell)
        pending = {task.remote(cell, out.resolve()): cell for cell in cells}
        while pending:
            (ready, *_), _ = ray.wait(list(pending), num_returns=1)
            yield pending.pop(ready), ray.get(ready)

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
    name: str, workers: int | None, address: str | None = None, gpus: float = 0.0
) -> Launcher:
    """Return the launcher of a name; ``workers`` defaults to the number of cores."""
    if name == "ray":
        return Ray(address, gpus)
    return Local(workers or os.cpu_count() or 1)
