"""E-GAN: evolution without annealing."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved

BEST = "best"
"""The selection of the best of all offspring, whichever their parents."""


class EGAN(Evolved):
    """E-GAN (Wang et al. 2019): the same objectives and fitness; the best offspring always win.

    The AGGAN paper compares with it on labelled data but does not say how it is given the classes;
    here it is AGGAN without annealing, with AGGAN's class head and loss. With a ``--population`` of
    n > 1, the best n of all offspring survive. The discriminator takes one step per generation, as
    in AGGAN, whereas E-GAN's original code takes several.
    """

    title = "E-GAN"
    version: ClassVar[int] = 2

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Keep the best offspring."""
        # With one parent both are the same, and `always` decides without leaving the device.
        selection = BEST if config.population > 1 else ALWAYS
        return dataclasses.replace(config, mutations="minimax,nonsat,lsgan", selection=selection)
