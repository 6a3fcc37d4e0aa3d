"""A training recipe as a DEAP individual, and the space from which recipes are drawn."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from deap import base

from geneticgan.config import TrainConfig
from geneticgan.methods.asked import with_given
from geneticgan.methods.tailored import Tailored
from geneticgan.specs import Spec, options_of

Value = float | str

METHOD = "tailored"
"""The method that recipes train."""

CHOICES: Mapping[str, tuple[Value, ...]] = {
    "augmentation": ("none", "deformation", "deformation,cutout", "flip,deformation"),
    "drawing": ("balanced", "root", "natural"),
    "mixup": (0.0, 0.1, 0.2, 0.5),
    "rate_schedule": ("cosine", "constant"),
    "smoothing": (0.0, 0.05, 0.1, 0.2),
    "tau": (0.5, 1.0, 1.5),
    "weight_decay": (0.0, 0.05),
}
"""Parts of a recipe with a few possible values each: options of the method or of a run."""

RATE = "classifier_learning_rate"
RATES = (3e-4, 1e-2)
"""Range of the rate, which is drawn uniformly on a logarithmic scale."""

RATE_CHANGE = 0.5
"""Standard deviation by which a mutation changes the rate's logarithm."""


class Fitness(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """The judge's score, which is maximised."""

    weights: ClassVar[tuple[float]] = (1.0,)


@dataclass
class Recipe:
    """How a classifier is trained, as a DEAP individual.

    Attributes
    ----------
    genes : dict of str to value
        A value for each of `CHOICES`, and the learning rate.
    fitness : Fitness
        The recipe's fitness; empty until it is evaluated.
    lineage : object
        Label of the parent that it comes from; set by the loop.
    """

    genes: dict[str, Value]
    fitness: Fitness = field(default_factory=Fitness)
    lineage: object = None

    def handed(self, config: TrainConfig) -> TrainConfig:
        """Return the config that trains with this recipe."""
        own = options_of(Tailored)
        mine = {key: str(value) for key, value in self.genes.items() if key in own}
        given = {key: value for key, value in self.genes.items() if key not in own}
        config = dataclasses.replace(config, method=str(Spec(METHOD, mine)))
        return with_given(config, given)


Objective = Callable[[Sequence[Recipe]], list[float]]
"""Maps recipes to the judge's score of each, -inf if a training failed."""


def default_recipe(config: TrainConfig) -> Recipe:
    """Return the recipe with which a config trains without a search."""
    own = options_of(Tailored)
    names = (*CHOICES, RATE)
    return Recipe({n: own[n].default if n in own else getattr(config, n) for n in names})


def draw_recipe(rng: np.random.Generator) -> Recipe:
    """Draw each part of a recipe uniformly."""
    genes: dict[str, Value] = {
        name: values[int(rng.integers(len(values)))] for name, values in CHOICES.items()
    }
    low, high = map(math.log, RATES)
    genes[RATE] = rounded(math.exp(rng.uniform(low, high)))
    return Recipe(genes)


def mutate(recipe: Recipe, rng: np.random.Generator) -> tuple[Recipe]:
    """Change about two parts of a recipe, at least one, in place as DEAP's mutations do."""
    names = [*CHOICES, RATE]
    changed = rng.random(len(names)) < 1 / len(names)
    changed[rng.integers(len(names))] = True
    for name in np.array(names)[changed]:
        if name == RATE:
            moved = float(recipe.genes[RATE]) * math.exp(rng.normal(0, RATE_CHANGE))
            recipe.genes[RATE] = rounded(min(max(moved, RATES[0]), RATES[1]))
        else:
            others = [value for value in CHOICES[name] if value != recipe.genes[name]]
            recipe.genes[str(name)] = others[int(rng.integers(len(others)))]
    return (recipe,)


def rounded(rate: float) -> float:
    """Return a rate rounded to two digits, which are easy to type."""
    return float(f"{rate:.2g}")
