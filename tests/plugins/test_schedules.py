import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geneticgan_plugins.schedules.adaptive import Adaptive
from geneticgan_plugins.schedules.cauchy import Cauchy
from geneticgan_plugins.schedules.constant import Constant
from geneticgan_plugins.schedules.cosine import Cosine
from geneticgan_plugins.schedules.exponential import Exponential
from geneticgan_plugins.schedules.linear import Linear
from geneticgan_plugins.schedules.logarithmic import Logarithmic
from geneticgan_plugins.schedules.reheating import Reheating
from geneticgan_plugins.schedules.zero import Zero

ALL = [Exponential(), Linear(), Logarithmic(), Constant(), Zero(), Cosine(), Cauchy()]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Exponential(T=1000, alpha=0.5), {0: 1000, 1: 500, 3: 125}),
        (Exponential(T=2, alpha=1), {0: 2, 10**9: 2}),
        (Linear(T=8, period=4), {0: 8, 1: 6, 4: 0, 5: 0}),
        (Logarithmic(T=3), {0: 3, 10: 3 / math.log(10 + math.e)}),
        (Constant(T=7), {0: 7, 10**6: 7}),
        (Zero(), {0: 0, 10**6: 0}),
        (Cosine(T=4, period=10), {0: 4, 5: 2, 10: 0, 11: 0}),
        (Cauchy(T=6), {0: 6, 1: 3, 5: 1}),
        (
            Reheating(T=8, alpha=0.5, period=3, share=0.25),
            {0: 8, 1: 4, 2: 2, 3: 2, 4: 1, 6: 0.5},
        ),
    ],
)
def test_temperatures_are_those_of_the_formula(schedule, expected):
    for generation, temperature in expected.items():
        assert schedule.temperature(generation) == pytest.approx(temperature)


@pytest.mark.parametrize("schedule", ALL, ids=lambda s: type(s).__name__)
@given(generation=st.integers(min_value=0, max_value=10**12))
def test_never_negative_never_nan_never_rising(schedule, generation):
    now, then = schedule.temperature(generation), schedule.temperature(generation + 1)
    assert 0 <= then <= now < math.inf


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Exponential(T=-1), "T must be"),
        (lambda: Exponential(T=math.nan), "T must be"),
        (lambda: Exponential(alpha=0), r"alpha must be in \(0, 1\]"),
        (lambda: Exponential(alpha=1.01), "alpha must be"),
        (lambda: Exponential(alpha=math.nan), "alpha must be"),
        (lambda: Linear(period=0), "period must be"),
        (lambda: Logarithmic(T=math.inf), "T must be"),
        (lambda: Constant(T=-0.1), "T must be"),
        (lambda: Cosine(period=0), "period must be"),
        (lambda: Reheating(share=0), r"share must be in \(0, 1\]"),
        (lambda: Adaptive(target=1.5), "target must be"),
        (lambda: Adaptive(gain=0), "gain must be"),
    ],
)
def test_options_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_what_adapts_comes_to_the_share_it_aims_at():
    # Acceptance that depends on temperature alone: exp(-1 / T); T must find the share by itself.
    schedule = Adaptive(T=1e-3, target=0.6, period=10**9, gain=0.05)
    for generation in range(2000):
        schedule.learn(generation, math.exp(-1 / schedule.temperature(generation)))
    assert schedule.temperature(2000) == pytest.approx(-1 / math.log(0.6), rel=1e-3)


def test_what_adapts_has_cooled_at_the_end():
    schedule = Adaptive(T=1.0, target=0.9, period=1000)
    for generation in range(2000):
        schedule.learn(generation, math.exp(-1 / schedule.temperature(generation)))
    assert math.exp(-1 / schedule.temperature(2000)) < 0.02
