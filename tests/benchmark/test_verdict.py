"""What choose says is what the numbers say."""

import math

import numpy as np
import pytest
from scipy import stats

from geneticgan.benchmark.verdict import Measured, decide
from geneticgan.evaluation.resampled import resampled


def measured(acsa, seconds=10.0, title="A title"):
    return Measured(title, tuple(acsa), tuple(acsa), seconds)


BASE = np.array([70.0, 72.0, 71.0, 73.0, 69.0])
NOISE = np.array([0.1, -0.1, 0.2, -0.2, 0.0])


def test_the_interval_is_the_corrected_resampled_t_test():
    ours, theirs = BASE + 1 + NOISE, BASE
    found = resampled(ours, theirs, 0.2)
    assert found.mean == pytest.approx(1.0)
    variance = NOISE.var(ddof=1)
    assert found.standard_error == pytest.approx(math.sqrt(variance / 5))
    expected = stats.t.ppf(0.975, 4) * math.sqrt(variance * (1 / 5 + 0.2 / 0.8))
    assert found.half_width == pytest.approx(expected)
    assert math.isnan(resampled([1.0], [0.0], 0.2).half_width)


def test_a_clear_winner_is_named_with_its_lead():
    verdict = decide(
        {
            "oscn": measured(BASE),
            "dos": measured(BASE + 3 + NOISE, title="DOS"),
            "aggan": measured(BASE + 2 - NOISE, 60.0, "AGGAN"),
        },
        "oscn",
        0.2,
    )
    assert verdict.winner.method == "dos"
    assert [each.method for each in verdict.candidates] == ["dos", "aggan", "oscn"]
    assert verdict.sentence.startswith("Use dos: +3.0 ± 0.3 ACSA over plain oversampling; AGGAN is")
    assert "1.0 behind at 6.0 times the cost" in verdict.sentence
    assert "a difference under 0.6 cannot be told from chance" in verdict.sentence


def test_where_nothing_is_ahead_of_plain_oversampling_it_is_used():
    verdict = decide({"oscn": measured(BASE), "dos": measured(BASE + 5 * NOISE + 0.1)}, "oscn", 0.2)
    assert verdict.candidates[0].method == "dos"
    assert verdict.winner.method == "oscn"
    assert "nothing is ahead of plain oversampling" in verdict.sentence


def test_of_methods_that_are_level_the_cheap_one_is_used():
    verdict = decide(
        {
            "oscn": measured(BASE - 5 + NOISE),
            "aggan": measured(BASE + 2 * NOISE + 0.05, 60.0),
            "dos": measured(BASE, 10.0),
        },
        "oscn",
        0.2,
    )
    assert verdict.candidates[0].method == "aggan"
    assert verdict.winner.method == "dos"


def test_a_tie_is_called_one():
    verdict = decide({"oscn": measured(BASE), "dos": measured(BASE)}, "oscn", 0.2)
    assert verdict.winner.method == "oscn"
    assert verdict.sentence.endswith("on these images the two do not differ.")
    alone = decide({"oscn": measured(BASE)}, "oscn", 0.2)
    assert alone.sentence == "Use oscn: nothing else was compared."
