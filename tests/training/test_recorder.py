"""What the log says of a generation."""

from types import SimpleNamespace

import numpy as np
import pytest

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import SumFitness
from geneticgan.annealing.selection import Annealing
from geneticgan.training.recorder import generation_record


def individual(mutation, *values):
    fitness = SumFitness((1.0, 1.0), values)
    return SimpleNamespace(mutation=mutation, fitness=fitness, lineage=0, failure="")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_offspring_that_are_level_the_winner_is_the_one_that_was_selected(order):
    level = [individual("minimax", 0.25, 0.75), individual("nonsat", 0.75, 0.25)]
    parent, brood = individual("", 0.0, 0.0), [level[place] for place in order]
    survivors = Annealing().select(
        [parent, *brood], 1, temperature=1.0, rng=np.random.default_rng(0)
    )
    record = generation_record(Generation(0, 1.0, [parent], brood, survivors), {})
    (family,) = record["families"]
    assert family["winner"] == survivors[0].mutation == brood[0].mutation
    assert family["accepted"] is True
