"""The best offspring always wins."""

from __future__ import annotations

from geneticgan.annealing.metropolis import Decision, Number
from geneticgan.annealing.selection import BestOffspring


class Always(BestOffspring):
    """E-GAN's selection (Wang et al. 2019): the best living offspring takes its parent's place."""

    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Accept."""
        return True
