"""The benchmark runs; what it finds is not a matter for a test."""

import pytest


@pytest.fixture
def speed(load_benchmark):
    return load_benchmark("speed")


@pytest.mark.parametrize("recipe", ["paper", "best"])
def test_every_contender_takes_its_steps(speed, recipe):
    medians, cells = speed.measure((8, 2, 4), 2, 0.0, cuda=False, recipe=recipe)
    assert cells.keys() == medians.keys() == speed.contenders_on_cpu((8, 2, 4), 1, recipe).keys()
    assert all(value > 0 for value in medians.values())
    assert len(speed.ratios(medians, 2, 1.0, 1.0, cuda=False)) == 7


def test_the_floor_is_that_of_counting_passes(speed):
    # n = 3 and g = d: 10 g + 16 d against 3 g + 8 d
    assert speed.floor(3, 1.0, 1.0) == pytest.approx(26 / 11)
