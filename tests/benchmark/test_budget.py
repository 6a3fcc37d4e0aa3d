"""What fits a time is the most that fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geneticgan.benchmark.budget import (
    FEWEST_STEPS,
    STEPS,
    Cost,
    fit_budget,
    parse_seconds,
)
from geneticgan.errors import ConfigError

costs = st.builds(Cost, st.floats(0, 20), st.floats(1e-4, 0.5))


def taken(budget, found, lasts, workers):
    each = [found[method].of(budget.steps) for method in budget.methods]
    last = max(lasts[method].of(budget.steps) for method in budget.methods)
    return max(budget.seeds * sum(each) / workers, max(each)) + last


def fit(found, seconds, workers, **more):
    return fit_budget(found, found, seconds, workers, "oscn", **more)


@given(
    st.dictionaries(st.sampled_from("abcdef"), costs, max_size=6),
    costs,
    st.floats(1, 20000),
    st.integers(1, 16),
)
def test_the_budget_holds_wherever_it_can(others, reference, seconds, workers):
    found = {"oscn": reference, **others}
    lasts = {method: cost.plus(3.0, 1.5) for method, cost in found.items()}
    budget = fit_budget(found, lasts, seconds, workers, "oscn")
    assert "oscn" in budget.methods
    assert sorted(budget.methods + budget.left_out) == sorted(found)
    assert budget.seconds == pytest.approx(taken(budget, found, lasts, workers))
    if budget.seconds > seconds:  # then nothing fits at all
        assert budget.methods == ("oscn",)
        assert (budget.seeds, budget.steps) == (1, min(STEPS))
    if budget.left_out:
        dearest = max(found[method].of(FEWEST_STEPS) for method in budget.left_out)
        kept = [found[method].of(FEWEST_STEPS) for method in budget.methods if method != "oscn"]
        assert all(cost <= dearest for cost in kept)
    if budget.steps < FEWEST_STEPS:  # a training worth the name is worth more than a third method
        assert len(budget.methods) <= 2


def test_time_goes_to_splits_before_it_goes_to_steps():
    found = {"oscn": Cost(0, 0.01), "aggan": Cost(0, 0.09)}
    assert (fit(found, 1e9, 2).seeds, fit(found, 1e9, 2).steps) == (5, 3000)
    five = fit(found, 300, 2)  # 5 x 0.1 / 2 + 0.09 seconds a step
    assert (five.seeds, five.steps) == (5, 700)
    short = fit(found, 80, 2)  # 3 x 0.1 / 2 + 0.09
    assert (short.seeds, short.steps) == (3, 300)
    assert fit(found, 20, 2).left_out == ()
    assert fit(found, 20, 2).steps == 75
    assert fit(found | {"dos": Cost(0, 0.02)}, 30, 2).left_out == ("aggan",)
    assert fit(found, 5, 2).left_out == ("aggan",)


def test_one_split_is_enough_where_nothing_is_compared():
    costs = {"oscn": Cost(1, 0.01), "aggan": Cost(900, 0.1)}
    budget = fit(costs, 300, 1)
    assert budget.methods == ("oscn",)
    assert (budget.seeds, budget.steps) == (1, max(STEPS))
    assert fit({"oscn": Cost(1, 0.01)}, 300, 1).seeds > 1  # where no other was asked for


def test_what_is_settled_stays():
    budget = fit({"oscn": Cost(1, 1)}, 10, 1, steps=(77,), seeds=(4,))
    assert (budget.steps, budget.seeds) == (77, 4)
    assert budget.seconds > 10


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1.5h", 5400), (" 30m ", 1800)])
def test_times_are_read(text, seconds):
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "0m", "-3m", "3 days", "infs"])
def test_other_times_are_refused(text):
    with pytest.raises(ConfigError, match="such as 90s, 30m or 2h"):
        parse_seconds(text)
