"""The table of paired differences: its numbers, and what it leaves out."""

import pytest

from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.result import CellResult
from geneticgan.evaluation.metrics import Scores


@pytest.fixture
def table(load_benchmark):
    return load_benchmark("paired").table


def write(folder, method, seed, acsa, smallest, dataset="digits", **others):
    scores = {"head": Scores(acsa, acsa, acsa, smallest, ((1,),))}
    scores |= {name: Scores(value, value, value, value, ((1,),)) for name, value in others.items()}
    result = CellResult(method, dataset, "auto", seed, title=method, scores=scores)
    BenchmarkFolder(folder).write(result)


def test_differences_are_of_the_seeds_that_both_have(table, tmp_path):
    for seed, (ours, theirs) in enumerate([(0.9, 0.8), (0.8, 0.6)]):
        write(tmp_path, "ours", seed, ours, 0.5)
        write(tmp_path, "theirs", seed, theirs, 0.5)
    write(tmp_path, "theirs", 2, 0.1, 0.5)
    failed = CellResult("ours", "digits", "auto", 2, error="killed")
    BenchmarkFolder(tmp_path).write(failed)
    # Two common seeds are not enough for a p.
    *_, ours, theirs = table(tmp_path, "ours", ["head"])
    assert ours == "| ours | 85.0 ± 7.1 | 50.0 ± 0.0 |  |  |"
    assert theirs.startswith("| theirs | 70.0 ± 14.1 | 50.0 ± 0.0 | +15.0 | +0.0 |")


def test_several_data_sets_are_folds_of_one(table, tmp_path):
    for fold, (ours, theirs) in enumerate([(0.9, 0.8), (0.8, 0.7), (0.7, 0.5)]):
        write(tmp_path, "ours", 0, ours, 0.5, f"digits:part=fold={fold}")
        write(tmp_path, "theirs", 0, theirs, 0.5, f"digits:part=fold={fold}")
    ours, theirs = table(tmp_path, "ours", ["head"])[4:]
    assert ours.startswith("| ours | 80.0 ± 10.0 |")
    assert "+13.3 (p = 0.057)" in theirs


def test_a_method_that_is_not_there_is_named(table, tmp_path):
    write(tmp_path, "theirs", 0, 0.8, 0.5)
    with pytest.raises(SystemExit, match="no cell of ours judged by head"):
        table(tmp_path, "ours", ["head"])


def test_protocols_stand_beside_each_other(table, tmp_path):
    for seed in range(2):
        write(tmp_path, "ours", seed, 0.8, 0.5, calibrate=0.88 + 0.04 * seed)
        write(tmp_path, "theirs", seed, 0.7 - 0.01 * seed, 0.5 - 0.01 * seed)
    rows = table(tmp_path, "ours, calibrate", ["head", "calibrate"])[4:]
    assert [row.split("|")[1].strip() for row in rows] == [
        "ours, calibrate",
        "ours, head",
        "theirs, head",
    ]
    assert "+20.5" in rows[2]
