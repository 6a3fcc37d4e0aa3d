"""How the processes of a run find each other, and part."""

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
"""Keys of what the processes share before they are a group, and after it is broken."""

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the run has begun."""


@contextmanager
def together(run: Path, device: torch.device) -> Iterator[Processes]:
    """Give the processes of a run, which work on it alike until all of them leave this.

    A `StopRequest` is entered after this, so that it is left before.

    Parameters
    ----------
    run : Path
        The run folder, which is there.
    device : torch.device
        Where this process computes.

    Raises
    ------
    RunError
        If they do not find each other.
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
    except Interrupted:  # as all of them are
        processes.wait()
        raise
    except GeneticGanError:
        # The launcher is about to end what is left of the run; there is something to say before.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise
    finally:
        dist.destroy_process_group()


def awaited_run() -> Path:
    """Return the folder of the run once the process that leads has made or opened it.

    Raises
    ------
    RunError
        If that process is not to be found.
    """
    store = find_store()
    try:
        while not store.check([RUN]):
            time.sleep(LOOK_EVERY)
        return Path(store.get(RUN).decode())
    except RuntimeError as error:
        raise RunError("the process that leads this run has ended") from error


def first_to_tell() -> bool:
    """Tell whether no other process of this run has told the user of an error before."""
    if launch.count() == 1:
        return True
    try:
        return bool(find_store().add(TOLD, 1) == 1)
    except (RunError, RuntimeError):
        return launch.leads()


@cache
def find_store() -> Store:
    """Return the store that the launcher, or else the process that leads, keeps for all."""
    try:
        store = next(iter(rendezvous("env://", timeout=PATIENCE)))[0]
    except (RuntimeError, ValueError) as error:
        raise RunError(
            f"the processes of this run do not find each other ({error}); start them by torchrun"
        ) from error
    return PrefixStore(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"), store)
