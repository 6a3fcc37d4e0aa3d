"""E-GAN: evolution without annealing."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved

BEST = "best"
"""The selection of the best of all offspring, whoever bore them."""


class EGAN(Evolved):
    """E-GAN (Wang et al. 2019): the same objectives and fitness; the best offspring always win.

    The paper at hand compares with it on labelled data and does not say how it is told classes;
    here it is AGGAN without annealing, with AGGAN's class head and loss. Of a ``--population`` of
    several, as many of all offspring survive as there are places. The discriminator takes one step
    a generation, as in AGGAN, where E-GAN's own code takes several.
    """

    title = "E-GAN"
    version: ClassVar[int] = 2

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Keep the best offspring."""
        # With one parent the two are the same, and `always` decides without leaving the device.
        selection = BEST if config.population > 1 else ALWAYS
        return dataclasses.replace(config, mutations="minimax,nonsat,lsgan", selection=selection)
