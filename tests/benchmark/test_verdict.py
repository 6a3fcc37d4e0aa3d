"""What choose says is what the numbers say."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from geneticgan.benchmark.candidates import Measured
from geneticgan.benchmark.known import Known
from geneticgan.benchmark.verdict import decide
from geneticgan.evaluation.resampled import Resampled, resampled, splits_to_tell


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


def compared(lead, spread, count=5, held_out=0.2, **other):
    """Return the verdict on a method whose lead differs between splits."""
    ours = BASE[:count] + lead + spread * np.array([1.0, -1.0, 0.5, -0.5, 0.0])[:count]
    both = {"oscn": measured(BASE[:count]), "dos": measured(ours, **{"title": "DOS"} | other)}
    return decide(both, "oscn", held_out)


def test_a_lead_within_chance_hands_over_plain_oversampling():
    verdict = compared(1.0, 1.0)
    best, *_ = verdict.candidates
    assert best.method == "dos"
    assert best.lead.standard_error < best.lead.mean < best.lead.half_width
    assert verdict.winner.method == "oscn"
    assert verdict.sentence == (
        "Use oscn: nothing is ahead of plain oversampling beyond chance with 5 splits; DOS has the "
        "highest mean, +1.0 ± 1.5 ACSA over it; even 30 splits would hardly tell it from chance, "
        "more images might; a difference under 1.5 cannot be told from chance with these images."
    )
    assert compared(1.0, 0.5).winner.method == "dos"  # the whole interval is above zero


KNOWN = Known("deep-ensemble", (1.0, 2.0, 3.0))


def safe(ensemble, other, count=5):
    """Return the verdict on a known method beside another, both within chance."""
    wide = np.array([3.0, -3.0, 2.0, -2.0, 0.0])
    found = {
        "oscn": measured(BASE[:count]),
        "deep-ensemble": measured((BASE + ensemble + wide)[:count], 30.0, "Deep ensemble"),
        "dos": measured((BASE + other - wide)[:count], title="DOS"),
    }
    return decide(found, "oscn", 0.2, KNOWN)


def test_within_chance_the_method_that_is_known_to_be_good_is_handed_over():
    verdict = safe(0.5, 0.2)
    assert verdict.winner.method == "deep-ensemble"
    assert verdict.sentence == (
        "Use deep-ensemble: nothing is ahead of plain oversampling beyond chance with 5 splits; "
        "Deep ensemble is +0.5 ± 4.7 ACSA over it here at 3.0 times the cost, and +2.0 on average "
        "in geneticgan's own tables: +1.6 weighed together; a difference under 9.5 cannot be told "
        "from chance with these images."
    )
    higher = safe(0.5, 0.7)
    assert higher.winner.method == "deep-ensemble"
    assert "weighed together; DOS is level with it at 0.3 times the cost; a" in higher.sentence
    assert safe(-0.1, 0.2).winner.method == "deep-ensemble"  # that may be chance
    assert safe(-7.0, 0.2).winner.method == "oscn"  # both leads together are negative
    assert safe(0.5, 0.2, 1).winner.method == "oscn"  # one split says nothing
    assert safe(0.5, 9.0).winner.method == "dos"  # ahead by more than chance


def test_the_expected_lead_lies_between_both_and_nearer_to_the_more_certain_one():
    def expected(error):
        return KNOWN.expected(Resampled(-4.0, error, error, 2 * error))

    assert expected(0.0) == -4.0
    assert expected(1.0) == pytest.approx((-4 + 2) / 2)  # the known leads have variance 1
    assert expected(1e6) == pytest.approx(KNOWN.mean)


def test_how_many_splits_are_likely_to_tell_is_said_where_it_can_be_known():
    verdict = compared(1.0, 0.63, 3, seconds=60.0)
    lead = verdict.candidates[0].lead
    needed = splits_to_tell(lead, 3, 0.2)
    assert (
        f"at 6.0 times the cost; if that is its lead, about {needed} splits (--splits {needed})"
        in (verdict.sentence)
    )
    rng = np.random.default_rng(0)
    deviation = lead.standard_error * math.sqrt(3)

    def told(count):
        """How often so many splits tell, whose training parts overlap as the test assumes."""
        shared = rng.normal(0, deviation * math.sqrt(0.25), (2000, 1))
        found = lead.mean + shared + rng.normal(0, deviation, (2000, count))
        each = [resampled(row, np.zeros(count), 0.2) for row in found]
        return np.mean([one.mean > one.half_width for one in each])

    assert told(3) < 0.6 < 0.75 < told(needed)
    two = compared(4.0, 1.0, 2).sentence
    assert "with 2 splits; DOS has the highest mean, +4.0 ±" in two
    assert "two splits tell little, 5 (--splits 5) tell more" in two
    by_seed = compared(1.0, 1.0, held_out=0.0)  # a judge of its own: chance in training alone
    assert by_seed.winner.method == "dos"
    assert splits_to_tell(compared(0.01, 1.0).candidates[0].lead, 5, 0.0) is None


def test_without_an_interval_nothing_is_ahead():
    alone = compared(4.0, 1.0, 1)
    assert alone.winner.method == "oscn"
    assert alone.sentence == (
        "Use oscn: one split alone says nothing of chance, so that plain oversampling is kept; DOS "
        "is at +5.0 ACSA beside it; how far chance reaches cannot be told from so little."
    )
    same = compared(2.5, 0.0, 2)
    assert same.winner.method == "oscn"
    assert "5 splits or more (--splits 5) say whether it always leads" in same.sentence
    assert same.sentence.endswith("how far chance reaches cannot be told from so little.")


def test_where_nothing_has_a_higher_mean_the_best_of_the_others_is_placed():
    level = compared(-0.1, 1.0, seconds=60.0)
    assert (
        "nothing is ahead of plain oversampling; the best of the others, DOS, is level with it"
        in (level.sentence)
    )
    assert "level with it at 6.0 times the cost; a difference under 1.5" in level.sentence
    behind = compared(-4.0, 1.0, seconds=5.0)
    assert "DOS, is 4.0 behind at 0.5 times the cost" in behind.sentence


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
    assert alone.sentence.startswith("Use oscn: nothing else was compared; more time (--budget)")


def test_the_reference_alone_needs_one_split():
    verdict = decide({"oscn": Measured("Os+CN", (80.0,), (60.0,), 1.0)}, "oscn", 0.2)
    assert verdict.sentence.startswith("Use oscn: nothing else was compared; more time (--budget)")
    assert dataclasses.astuple(verdict.winner.lead) == (0.0, 0.0, 0.0, 0.0)
