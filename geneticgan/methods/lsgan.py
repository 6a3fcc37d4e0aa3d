"""LSGAN with a class head."""

from __future__ import annotations

import dataclasses

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved


class LSGAN(Evolved):
    """LSGAN (Mao et al. 2017) with a class head: squares on the bare logit, on both sides.

    The paper at hand does not say how it classifies; here its class head does, as ACGAN's. AGGAN's
    own least-squares mutation puts the logit through a sigmoid; this does not, as in LSGAN's paper.
    """

    title = "LSGAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set the least-squares objective and discriminator."""
        return dataclasses.replace(
            config,
            mutations="lsgan:sigmoid=false",
            adversary="least-squares",
            selection=ALWAYS,
        )
