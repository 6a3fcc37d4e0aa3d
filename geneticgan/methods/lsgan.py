"""LSGAN with a class head."""

from __future__ import annotations

import dataclasses

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved


class LSGAN(Evolved):
    """LSGAN (Mao et al. 2017) with a class head: squares on the bare logit, on both sides.

    The AGGAN paper does not say how it classifies; here it uses its class head, like ACGAN. AGGAN's
    least-squares mutation applies a sigmoid to the logit; as in LSGAN's paper, this does not.
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
