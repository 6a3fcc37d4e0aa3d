"""WGAN with a class head."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import ALWAYS, Evolved


class WGAN(Evolved):
    """WGAN (Arjovsky et al. 2017) with a class head, by default with a gradient penalty.

    The AGGAN paper gives no details. Here the critic takes ``critic_steps`` steps for each of the
    generator's, each on its own real batch, so the budget of real images allows that many times
    fewer generator steps. Like all methods here, it uses Adam, not RMSprop.

    Parameters
    ----------
    clip : float
        The largest absolute weight of the critic, as in the original; 0 does not clip. The class
        head shares the critic's trunk and learns little if that is clipped.
    critic_steps : int
        The number of critic steps for each generator step.
    gradient_penalty : float
        The weight of the penalty of Gulrajani et al. 2017, used by default; set it to 0 if
        ``clip`` is above 0.
    """

    title = "WGAN-GP"
    version: ClassVar[int] = 2

    def __init__(
        self, clip: float = 0.0, critic_steps: int = 5, gradient_penalty: float = 10.0
    ) -> None:
        self.title = "WGAN-GP" if gradient_penalty else "WGAN"
        self.clip = clip
        self.critic_steps = critic_steps
        self.gradient_penalty = gradient_penalty

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set the Wasserstein objective and critic, within the budget of real images."""
        return dataclasses.replace(
            config,
            mutations="wgan",
            adversary="wasserstein",
            clip=self.clip,
            critic_steps=self.critic_steps,
            gradient_penalty=self.gradient_penalty,
            steps=max(1, config.steps // self.critic_steps),
            validate_every=max(1, config.validate_every // self.critic_steps),
            selection=ALWAYS,
        )
