"""AGGAN: the paper's method."""

from __future__ import annotations

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import Evolved


class AGGAN(Evolved):
    """AGGAN (Hao et al.): three objectives, the best offspring, annealed acceptance.

    The paper leaves open lambda (1 here), the networks and what an offspring starts from (weights
    and optimizer state of its parent), and prints the acceptance rule with a sign that accepts
    everything; docs/algorithm.md says how each was settled.

    Its objectives, schedule, fitness and selection are options of the run, by default the paper's.
    """

    title = "AGGAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Return the config unchanged, since this method is the core with its defaults."""
        return config
