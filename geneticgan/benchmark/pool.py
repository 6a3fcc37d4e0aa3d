"""A pool of processes on this machine, each of which runs one cell of a benchmark at a time."""

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
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import torch

from geneticgan.benchmark.cell import Cell, run_cell
from geneticgan.benchmark.result import CellResult
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.model import make_adam

Outcome = tuple[Cell, CellResult]

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The variable that says which GPUs a process has."""

PATIENCE = 0.5
"""Seconds that processes are given to stop after Ctrl-C; running cells are lost either way."""


def run_at_once(
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
