"""E-GAN: evolution without annealing."""

from __future__ import annotations

import dataclasses

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved


class EGAN(Evolved):
    """E-GAN (Wang et al. 2019): the same objectives and fitness; the best offspring always wins.

    The paper at hand compares with it on labelled data and does not say how it is told classes;
    here it is AGGAN without annealing, with AGGAN's class head and loss. The discriminator takes
    one step a generation, as in AGGAN, where E-GAN's own code takes several.
    """

    title = "E-GAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Accept always."""
        return dataclasses.replace(config, mutations="minimax,nonsat,lsgan", selection=ALWAYS)
