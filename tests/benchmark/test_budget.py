"""What fits a time is the most that fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geneticgan.benchmark.budget import SEEDS, STEPS, Cost, fit_budget, parse_seconds
from geneticgan.errors import ConfigError

costs = st.builds(Cost, st.floats(0, 20), st.floats(1e-4, 0.5))


def taken(budget, found, workers):
    each = [found[method].of(budget.steps) for method in budget.methods]
    return max(budget.seeds * sum(each) / workers, max(each)) + max(each)


@given(
    st.dictionaries(st.sampled_from("abcdef"), costs, max_size=6),
    costs,
    st.floats(1, 20000),
    st.integers(1, 16),
)
def test_the_budget_holds_wherever_it_can(others, reference, seconds, workers):
    found = {"oscn": reference, **others}
    budget = fit_budget(found, seconds, workers, "oscn")
    assert "oscn" in budget.methods
    assert sorted(budget.methods + budget.left_out) == sorted(found)
    assert budget.seconds == pytest.approx(taken(budget, found, workers))
    if budget.seconds > seconds:  # then nothing fits at all
        assert budget.methods == ("oscn",)
        assert (budget.seeds, budget.steps) == (min(SEEDS), min(STEPS))
    if budget.left_out:
        dearest = max(found[method].of(min(STEPS)) for method in budget.left_out)
        kept = [found[method].of(min(STEPS)) for method in budget.methods if method != "oscn"]
        assert all(cost <= dearest for cost in kept)


def test_time_goes_to_splits_before_it_goes_to_steps():
    found = {"oscn": Cost(0, 0.01), "aggan": Cost(0, 0.09)}
    assert (fit_budget(found, 1e9, 2, "oscn").seeds, fit_budget(found, 1e9, 2, "oscn").steps) == (
        5,
        3000,
    )
    five = fit_budget(found, 300, 2, "oscn")  # 5 x 0.1 / 2 + 0.09 seconds a step
    assert (five.seeds, five.steps) == (5, 700)
    short = fit_budget(found, 80, 2, "oscn")  # 3 x 0.1 / 2 + 0.09
    assert (short.seeds, short.steps) == (3, 300)
    assert fit_budget(found, 20, 2, "oscn").left_out == ("aggan",)


def test_what_is_settled_stays():
    budget = fit_budget({"oscn": Cost(1, 1)}, 10, 1, "oscn", (77,), (4,))
    assert (budget.steps, budget.seeds) == (77, 4)
    assert budget.seconds > 10


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1.5h", 5400), (" 30m ", 1800)])
def test_times_are_read(text, seconds):
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "0m", "-3m", "3 days", "infs"])
def test_other_times_are_refused(text):
    with pytest.raises(ConfigError, match="such as 90s, 30m or 2h"):
        parse_seconds(text)
