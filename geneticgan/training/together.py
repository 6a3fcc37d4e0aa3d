"""How the processes of a run connect and disconnect."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from geneticgan import launch
from geneticgan.errors import GeneticGanError, RunError
from geneticgan.gan.processes import ALONE, PATIENCE, Processes, Several
from geneticgan.training.interrupt import Interrupted

RUN = "run"
TOLD = "told"
"""Keys of the values that processes share before their group exists and after it has failed."""

LOOK_EVERY = 0.1
"""The seconds between two checks whether the run has begun."""


@contextmanager
def together(run: Path, device: torch.device) -> Iterator[Processes]:
    """Yield the processes of a run, which work on it together until all leave this context.

    A `StopRequest` must be entered after this context, so that it is left before.

    Parameters
    ----------
    run : Path
        The run folder, which must exist.
    device : torch.device
        The device of this process.

    Raises
    ------
    RunError
        If the processes cannot connect.
    """
    if launch.count() == 1:
        yield ALONE
        return
    if launch.leads():
        find_store().set(RUN, str(run.absolute()))
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group(
        "nccl" if device.type == "cuda" else "gloo",
        store=PrefixStore("group", find_store()),
        rank=launch.rank(),
        world_size=launch.count(),
        timeout=PATIENCE,
    )
    processes = Several(device)
    try:
        yield processes
        processes.wait()
    except Interrupted:  # in all processes
        processes.wait()
        raise
    except GeneticGanError:
        # The launcher will terminate the remaining processes; report the error before that.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise
    finally:
        dist.destroy_process_group()


def awaited_run() -> Path:
    """Return the run's folder once the leading process has created or opened it.

    Raises
    ------
    RunError
        If the leading process cannot be reached.
    """
    store = find_store()
    try:
        while not store.check([RUN]):
            time.sleep(LOOK_EVERY)
        return Path(store.get(RUN).decode())
    except RuntimeError as error:
        raise RunError("the process that leads this run has ended") from error


def first_to_tell() -> bool:
    """Tell whether this is the first process of the run to report an error."""
    if launch.count() == 1:
        return True
    try:
        return bool(find_store().add(TOLD, 1) == 1)
    except (RunError, RuntimeError):
        return launch.leads()


@cache
def find_store() -> Store:
    """Return the store that the launcher, or else the leading process, keeps for all."""
    try:
        store = next(iter(rendezvous("env://", timeout=PATIENCE)))[0]
    except (RuntimeError, ValueError) as error:
        raise RunError(
            f"the processes of this run cannot connect ({error}); start them with torchrun"
        ) from error
    return PrefixStore(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"), store)
