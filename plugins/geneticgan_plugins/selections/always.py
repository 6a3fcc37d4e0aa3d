"""The best offspring always wins."""

from __future__ import annotations

from geneticgan.annealing.metropolis import Decision, Number
from geneticgan.annealing.selection import COOLING, BestOffspring


class Always(BestOffspring):
    """The best offspring always replaces its parent: E-GAN's selection for a single parent.

    For E-GAN (Wang et al. 2019) with several parents use ``best``, over all their offspring.
    """

    unused = COOLING
    takes_any = True

    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Accept every offspring."""
        return True
