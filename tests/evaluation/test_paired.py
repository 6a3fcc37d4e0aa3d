"""What is said of differences: nothing where there is not enough, and no more than there is."""

import math

import pytest
from scipy import stats

from geneticgan.evaluation.paired import holm, paired
from geneticgan.evaluation.ranks import critical_difference, rank


def test_differences_that_are_equal_up_to_rounding_prove_nothing():
    for seeds in (2, 3, 5):
        ours = [80.1 + 0.3 * i for i in range(seeds)]
        found = paired(ours, [value - 0.1 for value in ours])
        assert found.difference == pytest.approx(0.1)
        assert (found.t_test, found.interval, found.wilcoxon) == (None, None, None)
        assert found.verdict == "not enough"


def test_two_seeds_are_not_enough_and_three_are():
    assert paired([80.0, 82.0], [70.0, 73.0]).verdict == "not enough"
    assert paired([80.0, 82.0, 81.0], [70.0, 73.0, 70.5]).verdict == "ahead"
    assert paired([70.0, 73.0, 70.5], [80.0, 82.0, 81.0]).verdict == "behind"
    assert paired([], []).verdict == "not enough"


def test_what_is_the_same_and_what_may_be_chance_is_a_tie():
    assert paired([80.0, 82.0, 81.0], [80.0, 82.0, 81.0]).verdict == "tie"
    found = paired([80.0, 82.0, 81.0], [81.0, 80.0, 81.5])
    assert found.verdict == "tie"
    low, high = found.interval
    assert low < 0 < high


def test_the_interval_excludes_zero_exactly_where_the_test_rejects():
    ours = [80.0, 82.0, 81.0, 79.5, 83.0]
    wiggles = (1, -1, 0.5, 0, -0.7)
    for shift in (0.0, 0.5, 1.0, 2.0, 4.0):
        theirs = [value - shift + wiggle for value, wiggle in zip(ours, wiggles, strict=True)]
        found = paired(ours, theirs)
        assert found.t_test == pytest.approx(stats.ttest_rel(ours, theirs).pvalue)
        assert (found.interval[0] > 0 or found.interval[1] < 0) == (found.t_test < 0.05)


def test_wilcoxon_is_left_out_where_it_can_never_be_small():
    ours, theirs = [80.0, 81, 82, 83, 84, 85], [70.0, 72, 71, 74, 73, 76]
    assert paired(ours[:5], theirs[:5]).wilcoxon is None
    assert paired(ours, theirs).wilcoxon == pytest.approx(2 / 2**6)


def test_holm_by_hand():
    # sorted .01 .02 .03 .04: times 4, 3, 2, 1, never falling
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize(("methods", "quantile"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_is_demsars(methods, quantile):
    """Table 5 of the paper."""
    expected = quantile * math.sqrt(methods * (methods + 1) / (6 * 14))
    assert critical_difference(methods, 14) == pytest.approx(expected, abs=1e-3)


def test_average_ranks_by_hand():
    found = rank(
        [
            {"a": 90.0, "b": 80.0, "c": 80.0 + 1e-12, "only here": 1.0},
            {"a": 70.0, "b": 75.0, "c": 60.0},
        ]
    )
    assert found.average == {"a": 1.5, "b": 1.75, "c": 2.75}
    assert list(found.average) == ["a", "b", "c"]
    assert found.groups() == [("a", "b", "c")]
    assert rank([{"a": 1.0, "b": 2.0}]) is None
    assert rank([{"a": 1.0}, {"a": 1.0}]) is None


def test_methods_are_told_apart_with_data_sets_enough():
    tables = [{"best": 90.0 + i, "middle": 50.0 + i, "worst": 10.0 + i} for i in range(12)]
    found = rank(tables)
    assert found.groups() == []  # ranks differ by 1, the critical difference is 0.957
    assert found.friedman < 0.001
    assert found.average["worst"] - found.average["best"] > found.critical_difference
