"""Searches for a training recipe."""

import math

import numpy as np
import pytest

from geneticgan.benchmark.search.recipe import (
    CHOICES,
    RATE,
    RATES,
    Recipe,
    default_recipe,
    draw_recipe,
    mutate,
)
from geneticgan.benchmark.search.strategies import SEARCHES
from geneticgan.config import TrainConfig

FIRST = default_recipe(TrainConfig())


class Landscape:
    """A judge without a training: the nearer to one recipe, the better."""

    def __init__(self):
        self.recipes, self.scores = [], []

    def __call__(self, recipes):
        scores = [self.worth(each.genes) for each in recipes]
        self.recipes += recipes
        self.scores += scores
        return scores

    @staticmethod
    def worth(genes):
        if genes["smoothing"] == 0.2:
            return -math.inf  # a training that failed
        right = (genes["drawing"] == "root") + (genes["mixup"] == 0.5) + (genes["tau"] == 0.5)
        return 0.1 * right - 0.1 * abs(math.log(genes[RATE] / 2e-3))


def judged(search, trials, seed=0):
    landscape = Landscape()
    SEARCHES[search](landscape, FIRST, trials, seed)
    return landscape


@pytest.mark.parametrize("search", list(SEARCHES))
def test_a_search_judges_as_many_recipes_as_it_is_told_the_default_first(search):
    longer, shorter = judged(search, 11), judged(search, 6)
    genes = [each.genes for each in longer.recipes]
    assert len(genes) == 11
    assert genes[0] == FIRST.genes
    assert [each.genes for each in shorter.recipes] == genes[:6]  # so that it can be gone on with
    assert [each.genes for each in judged(search, 11, seed=1).recipes] != genes
    assert len(judged(search, 1).recipes) == 1
    for each in genes[1:]:
        assert set(each) == {*CHOICES, RATE}
        assert all(each[name] in values for name, values in CHOICES.items())
        assert RATES[0] <= each[RATE] <= RATES[1]


def test_annealing_and_tpe_learn_from_what_they_judged():
    late = {
        search: np.mean([max(judged(search, 60, seed).scores[-20:]) for seed in range(4)])
        for search in SEARCHES
    }
    assert late["annealing"] > late["random"]
    assert late["tpe"] > late["random"]


def test_a_mutation_changes_a_part_at_least_and_stays_in_the_space():
    rng = np.random.default_rng(0)
    recipe = draw_recipe(rng)
    for _ in range(50):
        before = dict(recipe.genes)
        assert mutate(recipe, rng) == (recipe,)
        changed = [name for name in before if before[name] != recipe.genes[name]]
        assert changed or before[RATE] in RATES  # a rate at its limit may stay there
        assert all(recipe.genes[name] in values for name, values in CHOICES.items())
        assert RATES[0] <= recipe.genes[RATE] <= RATES[1]


def test_a_recipe_is_handed_over_as_options_of_a_run():
    genes = FIRST.genes | {"mixup": 0.5, "augmentation": "flip,deformation", RATE: 1e-3}
    config = Recipe(genes).handed(TrainConfig(width=8))
    assert config.method == "tailored:drawing=root,mixup=0.5,smoothing=0.0,tau=1.0"
    assert (config.augmentation, config.classifier_learning_rate) == ("flip,deformation", 1e-3)
    assert config.width == 8
