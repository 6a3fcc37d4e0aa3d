"""Randomness as an explicit argument: independent named streams from one seed.

A stream is a function of ``(seed, name, counter)`` and of nothing else. Batches and latents are
drawn from a stream whose counter is the generation's number, so a resumed run needs no saved
state to draw what an uninterrupted run would have drawn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def _sequence(seed: int, name: str, counter: int) -> np.random.SeedSequence:
    # crc32 rather than hash(): the same number in every process and on every machine.
    return np.random.SeedSequence([seed, zlib.crc32(name.encode()), counter])


def numpy_stream(seed: int, name: str, counter: int = 0) -> np.random.Generator:
    """Return the numpy generator of a named stream.

    Parameters
    ----------
    seed : int
        The run's seed, >= 0.
    name : str
        The purpose of the numbers; different names give independent streams.
    counter : int
        Which of the stream's generators, >= 0 (usually the generation's number).
    """
    return np.random.Generator(np.random.PCG64(_sequence(seed, name, counter)))


def torch_stream(seed: int, name: str, counter: int = 0) -> torch.Generator:
    """Return the torch generator (CPU) of a named stream; parameters as in `numpy_stream`."""
    import torch

    state = int(_sequence(seed, name, counter).generate_state(1, np.uint64)[0])
    return torch.Generator().manual_seed(state)


@contextmanager
def torch_seeded(seed: int, device: torch.device | None = None) -> Iterator[None]:
    """Seed torch's global generators within a context; afterwards their state is restored.

    `torch.manual_seed` would also reseed the generator of every GPU, which others may use.

    Parameters
    ----------
    seed : int
        A seed in [0, 2^64).
    device : torch.device, optional
        A CUDA device whose generator is seeded too; the CPU's always is.
    """
    import torch

    gpu = device if device is not None and device.type == "cuda" else None
    with torch.random.fork_rng(devices=[] if gpu is None else [gpu]):
        torch.default_generator.manual_seed(seed)
        if gpu is not None:
            with torch.cuda.device(gpu):
                torch.cuda.manual_seed(seed)
        yield
