import copy
import math

import numpy as np
import pytest
import torch
from deap import tools

from geneticgan.annealing.fitness import FAILED, SumFitness, weighted_sum
from geneticgan.gan.fitness import diversity, quality
from geneticgan.gan.individual import same_weights


def test_order_is_by_the_weighted_sum_not_lexicographic():
    low_first = SumFitness((1.0, 2.0), (0.1, 1.0))  # sum 2.1
    high_first = SumFitness((1.0, 2.0), (0.9, 0.1))  # sum 1.1
    assert low_first > high_first
    assert high_first < low_first
    assert low_first >= high_first
    assert weighted_sum(low_first) == pytest.approx(2.1)


def test_equal_sums_of_different_parts_are_not_equal_but_ordered():
    one, other = SumFitness((1, 1), (0.25, 0.75)), SumFitness((1, 1), (0.75, 0.25))
    assert one != other
    assert (one < other) != (other < one)


def test_a_weight_of_zero_keeps_the_value_and_ignores_it():
    fitness = SumFitness((1.0, 0.0), (0.5, -3.0))
    assert fitness.values == (0.5, -3.0)
    assert weighted_sum(fitness) == 0.5


@pytest.mark.parametrize("weights", [(1.0, 1.0), (1.0, 0.0)])
def test_a_dead_fitness_loses_against_everything(weights):
    dead = SumFitness(weights, FAILED)
    assert weighted_sum(dead) == -math.inf
    assert dead < SumFitness(weights, (-1e300, -1e300))


def test_nan_counts_as_dead():
    assert weighted_sum(SumFitness((1, 1), (math.nan, 1.0))) == -math.inf


def test_deleting_the_values_invalidates():
    fitness = SumFitness((1, 1), (1, 2))
    del fitness.values
    assert not fitness.valid
    assert fitness.values == ()


def test_a_copy_keeps_weights_and_values():
    fitness = copy.deepcopy(SumFitness((1, 0.3), (1, 2)))
    assert fitness.weights == (1, 0.3)
    assert fitness.values == (1, 2)


def test_the_wrong_number_of_values_is_an_error():
    with pytest.raises(ValueError, match="1 fitness values for 2 weights"):
        SumFitness((1, 1), (1,))


def test_quality_is_the_mean_probability():
    logits = torch.tensor([0.0, math.log(3.0)])
    assert quality(logits).item() == pytest.approx((0.5 + 0.75) / 2)


def test_diversity_is_minus_the_log_of_the_whole_norm():
    gradients = [torch.tensor([3.0]), torch.tensor([[0.0, 4.0]])]
    assert diversity(gradients).item() == pytest.approx(-math.log(5.0))


def test_deap_tools_work_on_generators(make_individual):
    population = [make_individual(seed) for seed in range(4)]
    for individual, values in zip(
        population, [(0.1, 0.9), (0.9, 0.05), (0.5, 0.3), (0.05, 0.04)], strict=True
    ):
        individual.fitness.values = values
    assert tools.selBest(population, 2) == [population[0], population[1]]
    # 3 is dominated by all the others, which do not dominate each other
    assert set(map(id, tools.selNSGA2(population, 3))) == set(map(id, population[:3]))
    hall = tools.HallOfFame(2, similar=same_weights)
    hall.update(population)
    hall.update(population)
    assert [member.fitness.values for member in hall] == [(0.1, 0.9), (0.9, 0.05)]
    assert hall[0] is not population[0]
    statistics = tools.Statistics(lambda individual: individual.fitness.values)
    statistics.register("mean", np.mean, axis=0)
    logbook = tools.Logbook()
    logbook.record(gen=0, **statistics.compile(population))
    assert logbook.select("mean")[0] == pytest.approx([0.3875, 0.3225])
