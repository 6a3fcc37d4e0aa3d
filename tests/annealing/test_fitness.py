"""A fitness that needs no class of DEAP's creator: it goes to other processes and back."""

import copy
import math
import pickle
import subprocess
import sys

import pytest
from deap import tools

from geneticgan.annealing.fitness import SumFitness


@pytest.mark.parametrize("values", [(), (1.0, -2.0), (-math.inf, 0.5)])
def test_it_is_pickled_and_copied_with_its_weights_and_values(values):
    fitness = SumFitness((1.0, -3.0), values)
    for again in (pickle.loads(pickle.dumps(fitness)), copy.deepcopy(fitness)):
        assert again is not fitness
        assert (again.weights, again.values) == (fitness.weights, fitness.values)
        assert again.wvalues == fitness.wvalues
        assert again.valid == fitness.valid == bool(values)
        assert hash(again) == hash(fitness)


def test_a_process_that_never_saw_it_takes_it_as_it_is():
    code = (
        "import pickle, sys\n"
        "fitness = pickle.loads(bytes.fromhex(sys.stdin.read()))\n"
        "fitness.values = (3.0, 1.0)\n"
        "assert 'torch' not in sys.modules\n"
        "print(pickle.dumps(fitness).hex())"
    )
    given = pickle.dumps(SumFitness((1.0, 2.0))).hex()
    printed = subprocess.run(
        [sys.executable, "-c", code], input=given, check=True, capture_output=True, text=True
    ).stdout
    found = pickle.loads(bytes.fromhex(printed.strip()))
    assert found.values == (3.0, 1.0)
    assert found > SumFitness((1.0, 2.0), (0.0, 2.0))


def test_deaps_tools_take_individuals_with_it():
    class Point(list):
        def __init__(self, values):
            super().__init__(values)
            self.fitness = SumFitness((1.0, 1.0), values)

    points = [Point([1.0, 5.0]), Point([5.0, 2.0]), Point([0.0, 0.0])]
    assert tools.selBest(points, 1) == [[5.0, 2.0]]
    assert tools.selNSGA2(points, 2) == points[:2]
    hall = tools.HallOfFame(1)
    hall.update(points)
    assert hall[0] == [5.0, 2.0]
