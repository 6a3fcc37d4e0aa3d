"""Makes a search reproducible from one number, although DEAP draws from the global ``random``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


def make_rng(rng: int | np.random.Generator) -> np.random.Generator:
    """Return a generator: the given one, or a new one made from a seed (>= 0)."""
    return rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)


@contextmanager
def deap_draws(rng: np.random.Generator | None) -> Iterator[None]:
    """Seed the global ``random`` from a generator, and restore it afterwards.

    DEAP's mutations and crossovers (``mutFlipBit``, ``cxTwoPoint`` and so on) take no generator
    but draw from the module `random`. Within the context ``rng`` determines what they draw.

    Parameters
    ----------
    rng : numpy.random.Generator or None
        Supplies the one number that seeds ``random``. With None nothing is seeded or restored.
    """
    if rng is None:
        yield
        return
    before = random.getstate()
    random.seed(int(rng.integers(2**63)))
    try:
        yield
    finally:
        random.setstate(before)
