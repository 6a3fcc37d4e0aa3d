"""Runs the cells of a benchmark, in processes on this machine or on a Ray cluster."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Protocol

import torch

from geneticgan.benchmark.cell import Cell, record_failure, run_cell
from geneticgan.benchmark.result import CellResult
from geneticgan.errors import ConfigError
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.model import make_adam

Outcome = tuple[Cell, CellResult]

KILLED = "its process was killed; if that was for lack of memory, lower --width or --batch-size"

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The variable that says which GPUs a process has."""

PATIENCE = 0.5
"""Seconds that processes are given to stop after Ctrl-C; running cells are lost either way."""


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

        with contextlib.closing(_at_once(beginning(), out, self.workers, self.gpus)) as outcomes:
            for cell, result in outcomes:
                del begun[cell.path(out)]
                yield cell, result
        # A process was killed, most likely for lack of memory, and it is unknown which cell it
        # ran. One at a time, it is known.
        for cell in itertools.chain(list(begun.values()), waiting):
            with contextlib.closing(_at_once(iter([cell]), out, 1, self.gpus)) as outcomes:
                outcome = next(outcomes, None)
            yield outcome or (cell, record_failure(cell, out, KILLED))


def _at_once(
    cells: Iterator[Cell], out: Path, workers: int, gpus: tuple[str, ...]
) -> Generator[Outcome, None, None]:
    """Yield cells as they end, until all have ended or one of the processes is killed.

    If the caller stops, also by Ctrl-C, the processes are told to stop at their next step, and
    those still running `PATIENCE` seconds later are killed.
    """
    context = multiprocessing.get_context("spawn")
    stop, others = context.Event(), set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, context, _begin, (stop, gpus, context.Value("i", 0)))
    finished = False
    running: dict[Future[CellResult], Cell] = {}
    try:
        with _held_back():
            for cell in itertools.islice(cells, workers):
                running[pool.submit(_run_here, cell, out)] = cell
        while running:
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield running.pop(future), future.result()
                for cell in itertools.islice(cells, 1):
                    running[pool.submit(_run_here, cell, out)] = cell
        finished = True
    except BrokenProcessPool:
        finished = True
    finally:
        if finished:
            pool.shutdown()
        else:
            stop.set()
            _end(pool, set(multiprocessing.active_children()) - others)


def _end(pool: ProcessPoolExecutor, processes: Iterable[BaseProcess]) -> None:
    """End a pool and its processes, and the threads with which it looks after them.

    A thread that is left may be removing a semaphore of the pool while this process exits, and what
    is half removed Python's resource tracker reports as leaked.
    """
    closing = threading.Thread(target=pool.shutdown, kwargs={"cancel_futures": True})
    closing.start()
    end = time.monotonic() + PATIENCE
    for process in processes:
        process.join(max(0.0, end - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
    closing.join()


@contextlib.contextmanager
def _held_back() -> Iterator[None]:
    """Block Ctrl-C while processes are started, so that these never receive it.

    A terminal sends it to all processes of a command; only the parent handles it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _SharedStop(StopRequest):
    """A stop request from another process."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    @property
    def requested(self) -> bool:
        """Whether a stop was requested."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Interrupted` if a stop was requested."""
        if self.requested:
            raise Interrupted(signal.SIGINT)


_stops: list[_SharedStop] = []
"""The stop request of a worker; empty in other processes."""


def _begin(stop: Event, gpus: tuple[str, ...], begun: Synchronized[int]) -> None:
    """Prepare a worker."""
    _see_one(gpus, begun)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stops.append(_SharedStop(stop))
    _end_with_parent()
    # Torch's first optimizer imports a lot, which must not count as time of the first training.
    make_adam([torch.nn.Parameter(torch.zeros(1))], 1.0)


def _see_one(gpus: tuple[str, ...], begun: Synchronized[int]) -> None:
    """Let this process, before it asks for any, see one of the GPUs: the next in turn."""
    with begun.get_lock():
        place = begun.value
        begun.value += 1
    if gpus:
        os.environ[VISIBLE] = gpus[place % len(gpus)]


def _run_here(cell: Cell, out: Path) -> CellResult:
    return run_cell(cell, out, _stops[-1])


def _end_with_parent() -> None:
    """Exit when the parent process is gone, even if it was killed, so that no orphan remains."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a worker calls this"

    def wait() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


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
