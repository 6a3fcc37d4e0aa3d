"""ACGAN: a GAN with a class head and one objective."""

from __future__ import annotations

import dataclasses

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved


class ACGAN(Evolved):
    """ACGAN (Odena et al. 2017): one objective, the non-saturating one, always accepted.

    The paper at hand compares with it and says neither which objective nor which networks; here
    it is AGGAN's core with one mutation, so that what differs is evolution alone. Its class head
    is the classifier, as AGGAN's is, and class-balanced batches feed it.
    """

    title = "ACGAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set one mutation."""
        return dataclasses.replace(config, mutations="nonsat", selection=ALWAYS)
