"""ACGAN, LSGAN, WGAN, E-GAN and AGGAN: settings of one evolutionary core."""

from __future__ import annotations

import dataclasses
import shutil
from abc import abstractmethod
from typing import Any, ClassVar

from geneticgan.config import TrainConfig
from geneticgan.methods.contract import Fitted, Method, Task, Trials
from geneticgan.recipes import RECIPES
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder

ALWAYS = "always"
"""The selection under which every living best offspring takes its parent's place."""

RATES: Trials = ({}, {"learning_rate": 5e-4}, {"learning_rate": 1e-4})


class Evolved(Method):
    """A GAN whose discriminator has a class head, trained by the evolutionary core."""

    trials: ClassVar[Trials] = RATES

    @abstractmethod
    def settings(self, config: TrainConfig) -> TrainConfig:
        """Return the config that makes the core this method."""

    def fit(self, task: Task) -> Fitted:
        """Evolve; the class head of the last discriminator classifies."""
        shutil.rmtree(task.folder, ignore_errors=True)
        config = self.settings(task.config)
        folder = RunFolder.create(task.folder, config)
        evolution = Evolution(config, task.split, folder, task.observers, task.stop)
        model = evolution.run()
        return Fitted(model.discriminator, model.generators)


class AGGAN(Evolved):
    """AGGAN: the paper's method; three objectives, the best offspring, annealed acceptance.

    Parameters
    ----------
    mutations : str
        The objectives, joined by +.
    T, alpha : float
        Of the exponential schedule.
    recipe : str
        Of `geneticgan.recipes.RECIPES`; the config's own options if empty.
    """

    title = "AGGAN"

    def __init__(
        self,
        mutations: str = "minimax+nonsat+lsgan",
        T: float = 1000.0,
        alpha: float = 0.99,
        recipe: str = "",
    ) -> None:
        if recipe and recipe not in RECIPES:
            raise ValueError(f"recipe must be one of {', '.join(RECIPES)}, got {recipe!r}")
        self.mutations = mutations.replace("+", ",")
        self.schedule = f"exponential:T={T},alpha={alpha}"
        self.recipe = recipe

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set objectives and schedule, and the recipe's options."""
        if self.recipe:
            chosen: dict[str, Any] = {"recipe": self.recipe, **RECIPES[self.recipe]}
            config = dataclasses.replace(config, **chosen)
        return dataclasses.replace(
            config, mutations=self.mutations, schedule=self.schedule, T=None, alpha=None
        )


class EGAN(Evolved):
    """E-GAN (Wang et al. 2019): the same objectives and fitness; the best offspring always wins.

    In the paper at hand it is AGGAN without annealing, with AGGAN's class head.
    """

    title = "E-GAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Accept always."""
        return dataclasses.replace(config, mutations="minimax,nonsat,lsgan", selection=ALWAYS)


class ACGAN(Evolved):
    """ACGAN (Odena et al. 2017): one objective, the non-saturating one, always accepted."""

    title = "ACGAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set one mutation."""
        return dataclasses.replace(config, mutations="nonsat", selection=ALWAYS)


class LSGAN(Evolved):
    """LSGAN (Mao et al. 2017) with a class head: squares on the bare logit, on both sides."""

    title = "LSGAN"

    def settings(self, config: TrainConfig) -> TrainConfig:
        """Set the least-squares objective and discriminator."""
        return dataclasses.replace(
            config,
            mutations="lsgan:sigmoid=false",
            adversary="least-squares",
            selection=ALWAYS,
        )


class WGAN(Evolved):
    """WGAN (Arjovsky et al. 2017) with a class head, which is not clipped.

    The paper at hand says no more than that; here the critic takes several steps for each of the
    generator's, each on its own real batch, so the budget of real images allows so many times
    fewer generator steps. Adam, as all methods here, not RMSprop.

    Parameters
    ----------
    clip : float
        Largest absolute weight of the critic; 0 for none.
    critic_steps : int
        For each of the generator's.
    gradient_penalty : float
        Weight of the penalty of Gulrajani et al. 2017 (usually 10, with clip=0).
    """

    title = "WGAN"
    trials: ClassVar[Trials] = ({}, {"clip": 0.05}, {"clip": 0.0, "gradient_penalty": 10.0})

    def __init__(
        self, clip: float = 0.01, critic_steps: int = 5, gradient_penalty: float = 0.0
    ) -> None:
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
