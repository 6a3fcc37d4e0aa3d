"""What a choice hands over is compared with fixed methods as the table says."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from geneticgan_cli.main import cli

A, B = ("a", "auto"), ("b", "auto")


@pytest.fixture
def handed_over(load_benchmark):
    return load_benchmark("handed_over")


def test_the_fixed_method_is_the_best_of_the_other_data_sets(handed_over):
    tables = {
        A: {"oscn": {0: 80.0, 1: 82.0}, "dos": {0: 85.0, 1: 87.0}},
        B: {"oscn": {0: 95.0, 1: 95.0}, "dos": {0: 90.0, 1: 90.0}},
    }
    papers = {key: {"oscn": {0: 70.0, 1: 71.0}} for key in tables}
    choice = handed_over.HandedOver
    choices = {A: [choice("dos", 0, 85.0), choice("oscn", 1, 82.0)], B: [choice("oscn", 0, 95.0)]}
    rows = handed_over.compare(choices, tables, papers)
    assert (rows[A].best, rows[A].fixed) == ("dos", "oscn")
    assert rows[A].regret == pytest.approx((0.0, 5.0))
    assert rows[A].over_fixed == pytest.approx((5.0, 0.0))
    assert rows[A].over_paper == pytest.approx((15.0, 11.0))
    assert (rows[B].best, rows[B].fixed) == ("oscn", "dos")
    assert rows[B].over_fixed == pytest.approx((5.0,))
    assert rows[A].picks == {"dos": 1, "oscn": 1}


def test_it_reads_what_choose_and_benchmark_leave(handed_over, tmp_path):
    words = "choose --dataset digits --imbalance exponential:ratio=5,largest=40 --steps 2 --width 1"
    chosen = tmp_path / "chosen"
    options = ["--splits", "2", "--methods", "cn", "--workers", "1", "--out", str(chosen)]
    result = CliRunner().invoke(cli, [*words.split(), *options])
    assert result.exit_code == 0, result.output
    key, handed = handed_over.read_choice(chosen)
    assert key == ("digits", "exponential:ratio=5,largest=40")
    assert (handed.method, handed.seed) == ("oscn", 0)
    assert f"{handed.acsa:.1f}" in result.output
    results = Path(handed_over.__file__).parent / "results"
    tables = handed_over.read_tables([results / "mnist-v-600", results / "digits-v-600"])
    assert tables.keys() == {("mnist", "auto"), ("digits", "auto")}
    table = tables["mnist", "auto"]
    assert sorted(table["oscn"]) == [0, 1, 2, 3, 4]
    assert all(90 < each < 100 for each in table["oscn"].values())
