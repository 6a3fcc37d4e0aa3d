"""AGGAN: the paper's method."""

from __future__ import annotations

import dataclasses

from geneticgan.config import TrainConfig
from geneticgan.methods.evolved import Evolved
from geneticgan.recipes import OF_IMAGES, RECIPES


class AGGAN(Evolved):
    """AGGAN (Hao et al.): three objectives, the best offspring, annealed acceptance.

    The paper leaves open lambda (1 here), the networks and what an offspring starts from (weights
    and optimizer state of its parent), and prints the acceptance rule with a sign that accepts
    everything; docs/algorithm.md says how each was settled.

    Parameters
    ----------
    mutations : str
        The objectives, joined by +.
    T, alpha : float
        Of the exponential schedule.
    recipe : str
        Of `geneticgan.recipes.RECIPES`; the config's own options if empty. What images are
        shown stays as the config says, which is the same for every method of a comparison.
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
        """Set objectives and schedule, and the recipe's options but for what images are shown."""
        if self.recipe:
            kept = {name: getattr(config, name) for name in OF_IMAGES}
            config = dataclasses.replace(config.with_recipe(self.recipe), **kept)
        return dataclasses.replace(
            config, mutations=self.mutations, schedule=self.schedule, T=None, alpha=None
        )
