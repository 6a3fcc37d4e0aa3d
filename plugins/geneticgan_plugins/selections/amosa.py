"""Annealing with quality and diversity as two objectives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geneticgan.annealing.amosa import sel_amosa
from geneticgan.annealing.selection import Selection


class Amosa(Selection):
    """Archived multi-objective simulated annealing (Bandyopadhyay et al. 2008).

    Offspring are compared by how much they dominate or are dominated in quality and diversity,
    not by their sum. The archive lasts for one generation, since earlier fitnesses come from
    another discriminator. Temperature is in units of the amount of domination, in [0, 1].
    """

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Select by `geneticgan.annealing.amosa.sel_amosa`."""
        return sel_amosa(individuals, k, temperature=temperature, rng=rng)
