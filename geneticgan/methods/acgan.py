"""ACGAN: a GAN with a class head and one objective."""

from __future__ import annotations

import dataclasses

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved


class ACGAN(Evolved):
    """ACGAN (Odena et al. 2017): one objective, the non-saturating one, always accepted.

    The AGGAN paper compares with it but names neither the objective nor the networks. Here it is
    AGGAN's core with one mutation, so that only evolution differs. As in AGGAN, its class head is
    the classifier and is trained on class-balanced batches.
    """

    title = "ACGAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set one mutation."""
        return dataclasses.replace(config, mutations="nonsat", selection=ALWAYS)
