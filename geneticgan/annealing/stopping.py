"""Stops a search that no longer finds anything better."""

from __future__ import annotations

import math

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import weighted_sum


class EarlyStopping:
    """Stop once the best fitness has not risen for a number of generations.

    Give it to `ea_annealing` as ``on_generation``. An annealed population may become worse for a
    while, so the best fitness ever seen counts, not that of the present population.

    Parameters
    ----------
    patience : int
        Number of generations in a row without a better individual that end the search, >= 1.
    least : float
        The least rise in the weighted sum of the fitness that counts as better, >= 0.

    Attributes
    ----------
    best : float
        The greatest weighted sum of fitness values so far, -inf before the first generation.

    Raises
    ------
    ValueError
        If patience or least is out of its range.
    """

    def __init__(self, patience: int, least: float = 0.0) -> None:
        if patience < 1:
            raise ValueError(f"patience must be >= 1, got {patience}")
        if not 0 <= least < math.inf:
            raise ValueError(f"least must be a finite number >= 0, got {least}")
        self.patience = patience
        self.least = least
        self.best = -math.inf
        self._waited = 0

    def __call__(self, generation: Generation) -> bool:
        """Take note of a generation; return whether the search should stop."""
        evaluated = [*generation.parents, *generation.offspring]
        found = max((weighted_sum(one.fitness) for one in evaluated), default=-math.inf)
        if found > self.best + self.least or self.best == -math.inf < found:
            self.best, self._waited = found, 0
        else:
            self._waited += 1
        return self._waited >= self.patience
