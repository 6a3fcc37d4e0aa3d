"""What choose takes for known is what the committed tables say."""

import statistics
from pathlib import Path

import pytest

from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.jobs.planned import FALLBACK, REFERENCE

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
TABLES = ("tiles-v", "fashion-mnist-v-600", "mnist-v-600", "cifar10-v-600", "digits-v-600")


def mean(table, method):
    scores = [r.scores["head"].acsa for r in table if r.method == method]
    assert len(scores) == 5
    return 100 * statistics.fmean(scores)


@pytest.mark.parametrize(("name", "lead"), list(zip(TABLES, FALLBACK.leads, strict=True)))
def test_the_known_lead_is_that_of_the_table(name, lead):
    table = list(BenchmarkFolder(RESULTS / name).results())
    assert mean(table, FALLBACK.method) - mean(table, REFERENCE) == pytest.approx(lead, abs=0.006)
