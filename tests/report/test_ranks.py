"""Ranks over data sets in the report of a grid."""

import json

import pytest

from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.result import CellResult
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.ranks import rank
from geneticgan.jobs.report import write_report
from geneticgan.report.figures.critical import draw_ranks
from geneticgan.report.grid import benchmark_sections


def cell(method, dataset, seed, acsa):
    return CellResult(
        method, dataset, "auto", seed, title=method.upper(), asked=("head",),
        scores={"head": Scores(acsa, acsa, acsa, acsa, ((1, 1), (0, 2)))}, seconds=1.0,
        images_seen=100, train_counts=(5, 2), class_names=("a", "b"), config={"width": 2},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    def make(*datasets, at=tmp_path):
        found = BenchmarkFolder(at)
        for number, dataset in enumerate(datasets):
            for method, acsa in (("cn", 0.5), ("oscn", 0.7), ("aggan", 0.6 + 0.2 * number)):
                for seed in range(3):
                    found.write(cell(method, dataset, seed, acsa + 0.01 * seed))
        found.head.write_text(json.dumps({"config": {}}))
        return at

    return make


def ranked(path):
    sections = benchmark_sections(path)[1]
    return [section for section in sections if section.title == "Ranks over data sets"]


def test_two_data_sets_are_ranked_over(folder):
    (section,) = ranked(folder("digits", "mnist"))
    (picture,) = section.items
    assert "AGGAN 1.50, OSCN 1.50, CN 3.00" in picture.alt
    assert "critical difference 2.34" in picture.alt  # 2.343 * sqrt(3 * 4 / (6 * 2))
    assert "Friedman" in " ".join(section.text)


def test_over_one_data_set_nothing_is_ranked(folder):
    assert ranked(folder("digits")) == []


def test_grids_of_one_data_set_each_are_ranked_over_together(folder, tmp_path):
    grids = [folder("digits", at=tmp_path / "one"), folder("mnist", at=tmp_path / "two")]
    page = write_report(grids, tmp_path / "page").read_text()
    assert "Average ranks over 2 tables" in page
    assert (tmp_path / "page" / "figures" / "ranks-head.png").is_file()


def test_methods_that_are_told_apart_are_not_joined():
    tables = [{"a": 3.0, "b": 2.0, "c": 1.0}] * 12
    titles = {"a": "A $x$", "b": "B", "c": "C"}
    drawn = draw_ranks(rank(tables), titles, "ranks-head", "ACSA")
    assert drawn.alt.startswith("Average ranks by ACSA over 12 tables: A $x$ 1.00, B 2.00, C 3.00")
    assert drawn.png.startswith(b"\x89PNG")
