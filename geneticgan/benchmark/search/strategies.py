"""Ways to search for a recipe at equal cost: each evaluates a given number of recipes."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from deap import base
from scipy.stats import loguniform
from sklearn.model_selection import ParameterSampler

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.schedule import SCHEDULES
from geneticgan.annealing.selection import sel_annealing
from geneticgan.benchmark.search.recipe import (
    CHOICES,
    RATE,
    RATES,
    Objective,
    Recipe,
    draw_recipe,
    mutate,
    rounded,
)
from geneticgan.errors import ConfigError
from geneticgan.seeding import numpy_stream

TOGETHER = 4
"""Number of recipes evaluated at once by a search that learns from its results; fixed, so that the
result does not depend on the number of processes."""

COOLING = "exponential:T=0.02,alpha=0.7"
"""Schedule of the annealed search, in units of the score: it starts at two percentage points and
falls to a tenth of one after eight generations."""


def search_randomly(objective: Objective, first: Recipe, trials: int, seed: int) -> None:
    """Evaluate recipes that scikit-learn's `ParameterSampler` draws."""
    space = {**{name: list(values) for name, values in CHOICES.items()}, RATE: loguniform(*RATES)}
    drawn = ParameterSampler(space, max(1, trials - 1), random_state=seed)
    others = [Recipe({**genes, RATE: rounded(float(genes[RATE]))}) for genes in drawn]
    objective([first, *others][:trials])


def search_by_annealing(objective: Objective, first: Recipe, trials: int, seed: int) -> None:
    """Evolve recipes by `ea_annealing` and `sel_annealing`: `TOGETHER` parents, one child each."""
    rng = numpy_stream(seed, "recipes")
    left = trials

    def judge(recipes: Sequence[Recipe]) -> list[tuple[float]]:
        nonlocal left
        left -= len(recipes)
        return [(score,) for score in objective(recipes)]

    def breed(parents: Sequence[Recipe]) -> Iterator[Recipe]:
        for parent in list(parents)[:left]:  # the last generation may be smaller
            (child,) = mutate(copy.deepcopy(parent), rng)
            del child.fitness.values
            yield child

    toolbox = base.Toolbox()
    toolbox.register("evaluate_all", judge)
    toolbox.register("breed", breed)
    toolbox.register("select", sel_annealing)
    drawn = [draw_recipe(rng) for _ in range(min(TOGETHER, trials) - 1)]
    population = [Recipe(dict(first.genes)), *drawn]
    generations = max(1, math.ceil((trials - len(population)) / TOGETHER))
    ea_annealing(population, toolbox, SCHEDULES.make(COOLING), generations, rng=rng)


def search_by_tpe(objective: Objective, first: Recipe, trials: int, seed: int) -> None:
    """Evaluate proposals of Optuna's tree-structured Parzen estimator (Bergstra et al. 2011).

    Raises
    ------
    ConfigError
        If Optuna is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise ConfigError("--search tpe needs Optuna: pip install 'geneticgan[tune]'") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    objective([first])
    for number in range(1, trials, TOGETHER):
        asked = [study.ask() for _ in range(min(TOGETHER, trials - number))]
        scores = objective([Recipe(_suggested(trial)) for trial in asked])
        for trial, score in zip(asked, scores, strict=True):
            if np.isfinite(score):
                study.tell(trial, score)
            else:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)


def _suggested(trial: Any) -> dict[str, float | str]:
    genes = {name: trial.suggest_categorical(name, values) for name, values in CHOICES.items()}
    return {**genes, RATE: rounded(trial.suggest_float(RATE, *RATES, log=True))}


Search = Callable[[Objective, Recipe, int, int], None]

SEARCHES: Mapping[str, Search] = {
    "random": search_randomly,
    "annealing": search_by_annealing,
    "tpe": search_by_tpe,
}
"""Searches by name. Each takes an objective, the first recipe, the number of recipes to evaluate
and a seed, and leaves its results to the objective. A longer search begins with the recipes of a
shorter one."""
