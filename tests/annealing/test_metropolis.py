import math
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geneticgan.annealing.metropolis import metropolis_accept, metropolis_probability
from geneticgan.annealing.schedule import Schedule

INF, NAN = math.inf, math.nan
P = math.exp(-0.5)  # candidate 1 worse than the incumbent, at T = 2


@pytest.mark.parametrize(
    ("candidate", "incumbent", "temperature", "draw", "accepted"),
    [
        # better and equal: always, whatever the temperature and the draw
        (2.0, 1.0, 5.0, 0.999999, True),
        (2.0, 1.0, 0.0, 0.999999, True),
        (1.0, 1.0, 5.0, 0.999999, True),
        (1.0, 1.0, 0.0, 0.999999, True),
        # worse: the draw decides, just below and just above P
        (1.0, 2.0, 2.0, math.nextafter(P, 0), True),
        (1.0, 2.0, 2.0, P, False),
        (1.0, 2.0, 2.0, math.nextafter(P, 1), False),
        # worse at T = 0: never, even with a draw of 0
        (1.0, 2.0, 0.0, 0.0, False),
        # worse at a T so small that the exponent overflows
        (1.0, 2.0, 5e-324, 0.0, False),
        # worse at a huge and at an infinite T
        (1.0, 2.0, 1e300, 0.999999, True),
        (1.0, 2.0, INF, 0.999999, True),
        # a draw of exactly 0 is like any other small one
        (1.0, 2.0, 2.0, 0.0, True),
        (1.0, INF, 2.0, 0.0, False),
        # both infinite
        (INF, INF, 0.0, 0.999999, True),
        (1.0, INF, INF, 0.999999, True),
        # a dead candidate: never
        (NAN, 1.0, INF, 0.0, False),
        (-INF, 1.0, INF, 0.0, False),
        (-INF, -INF, INF, 0.0, False),
        (NAN, NAN, 1.0, 0.0, False),
        # a living candidate in place of a dead incumbent: always
        (-1e300, -INF, 0.0, 0.999999, True),
        (-1e300, NAN, 0.0, 0.999999, True),
    ],
)
def test_metropolis_truth_table(candidate, incumbent, temperature, draw, accepted):
    assert metropolis_accept(candidate, incumbent, temperature, draw) is accepted


@given(
    candidate=st.floats(),
    incumbent=st.floats(),
    temperature=st.floats(min_value=0),
    draw=st.integers(0, 2**53 - 1).map(lambda n: n / 2**53),
)
def test_the_rule_accepts_with_the_probability(candidate, incumbent, temperature, draw):
    probability = metropolis_probability(candidate, incumbent, temperature)
    assume(not math.isclose(draw, probability, rel_tol=1e-12))
    assert metropolis_accept(candidate, incumbent, temperature, draw) is (draw < probability)


@pytest.mark.parametrize("temperature", [-1.0, -5e-324, NAN, -INF])
def test_a_temperature_below_zero_is_an_error(temperature):
    with pytest.raises(ValueError, match="temperature must be >= 0"):
        metropolis_probability(1.0, 2.0, temperature)
    with pytest.raises(ValueError, match="temperature must be >= 0"):
        metropolis_accept(1.0, 2.0, temperature, 0.5)


@given(
    candidate=st.floats(),
    incumbent=st.floats(),
    temperature=st.floats(min_value=0),
)
def test_the_probability_is_one_for_every_input(candidate, incumbent, temperature):
    assert 0.0 <= metropolis_probability(candidate, incumbent, temperature) <= 1.0


@given(
    loss=st.floats(min_value=1e-3, max_value=50),
    temperature=st.floats(min_value=1e-2, max_value=1e3),
)
def test_worse_is_accepted_less_often_than_it_cools(loss, temperature):
    warm = metropolis_probability(-loss, 0.0, temperature)
    cold = metropolis_probability(-loss, 0.0, temperature / 2)
    assert cold <= warm < 1.0
    assert warm == pytest.approx(math.exp(-loss / temperature))


def test_iterating_a_schedule_gives_its_temperatures_in_order():
    class Halving(Schedule):
        def temperature(self, generation):
            return 8 / 2**generation

    assert list(islice(Halving(), 4)) == [8, 4, 2, 1]
