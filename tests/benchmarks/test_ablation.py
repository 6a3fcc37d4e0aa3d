"""The studies of what makes selection and generated images pay run, and count as they say."""

import sys

import numpy as np
import pytest

from geneticgan.jobs import features


@pytest.fixture
def ablation(monkeypatch, load_benchmark):
    monkeypatch.setattr(features, "STEPS", 3)
    return load_benchmark("ablation")


@pytest.fixture
def run(ablation, monkeypatch, capsys, tmp_path):
    def execute(study, *words):
        size = ("--dataset", "digits", "--steps", "8", "--width", "2", "--seeds", "2")
        place = ("--workers", "1", "--out", str(tmp_path))
        monkeypatch.setattr(sys, "argv", ["ablation", study, *size, *place, *words])
        ablation.main()
        return capsys.readouterr().out

    return execute


def test_the_grid_is_filled_and_what_follows_takes_its_generators(run, tmp_path):
    shown = run("grid", "--variants", "oscn", "paper", "random")
    assert [line.split("|")[1].strip() for line in shown.splitlines()[4:]] == [
        "oscn",
        "paper",
        "random",
    ]
    assert len(list((tmp_path / "cells").rglob("*.json"))) == 6
    assert len(list((tmp_path / "distances").rglob("*.json"))) == 4  # Os+CN generates nothing
    table = run("images", "--variants", "paper")
    for title in ("Os+CN", "as many unseen real images", "paper: labels corrected"):
        assert f"| {title} | " in table


def test_without_generators_there_are_no_images_to_study(run):
    with pytest.raises(SystemExit, match="run the grid first"):
        run("images", "--variants", "paper")


@pytest.mark.long
def test_generations_are_taken_apart(run, ablation, monkeypatch):
    selection = sys.modules["benchmarks.ablation_selection"]
    monkeypatch.setattr(selection, "BATCHES", 3)
    monkeypatch.setattr(selection, "LOOKS", 2)
    monkeypatch.setattr(selection, "HORIZONS", (0, 2))
    shown = run("selection")
    assert shown.splitlines()[2].startswith("4 generations.")
    assert "| 0 | " in shown
    assert "| 2 | " in shown
    assert "nan" not in shown


def test_thresholds_are_told_from_skill(run, tmp_path):
    shown = run("thresholds", "--variants", "oscn", "paper")
    rows = shown.splitlines()[6:]
    assert [row.split("|")[1].strip() for row in rows] == ["oscn", "paper"]
    assert "nan" not in shown
    kept = list((tmp_path / "logits").rglob("*.npz"))
    assert len(kept) == 4
    for path in kept:
        path.touch()
    times = [path.stat().st_mtime_ns for path in kept]
    assert run("thresholds", "--variants", "oscn", "paper") == shown
    assert [path.stat().st_mtime_ns for path in kept] == times


def test_a_shift_is_found_and_skill_is_not_made_up(ablation, tmp_path):
    thresholds = sys.modules["benchmarks.ablation_thresholds"]
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat(np.arange(3), 400))
    skilled = rng.normal(size=(1200, 3)) + 2.5 * np.eye(3)[labels]

    def read(logits):
        kinds = {
            "study": logits,
            "held_out": logits[:300],
            "deformed": logits + np.array([9, 0, 0]),
        }
        labelled = {f"{name}_labels": labels[: len(each)] for name, each in kinds.items()}
        np.savez(tmp_path / "kept.npz", smallest=2, **kinds, **labelled)
        return thresholds.read(tmp_path / "kept.npz")

    plain, shifted = read(skilled), read(skilled - [0, 0, 4])
    assert abs(plain.moved - plain.acsa) < 1
    assert shifted.acsa < plain.acsa - 15
    assert shifted.smallest < 20
    assert abs(shifted.moved - plain.moved) < 0.5
    assert abs(shifted.held_out - plain.moved) < 2
    assert plain.deformed < plain.acsa - 15  # of images that are not like these
    assert abs(shifted.smallest_moved - plain.smallest_moved) < 3
    clueless = read(rng.normal(size=(1200, 3)))
    assert abs(clueless.moved - 100 / 3) < 5
    assert abs(clueless.auc - 50) < 5
    assert plain.auc > 90


def test_differences_are_paired(ablation):
    grid = sys.modules["benchmarks.ablation_grid"]
    assert grid.against([2.0, 3.0, 4.5], [1.0, 2.0, 3.0]).startswith("+1.2 (p = 0.02")
    assert grid.against([1.0], [3.0]) == "-2.0"
    assert grid.against([1.0, 2.0], [1.0, 2.0]) == "+0.0"
    assert grid.spread([1.0, 3.0]) == "2.0 ± 1.4"


def test_every_variant_can_be_made(ablation):
    from geneticgan.config import TrainConfig
    from geneticgan.methods.catalogue import METHODS, create_method
    from geneticgan.specs import options_of, parse_specs
    from geneticgan.training.plugins import make_plugins

    grid = sys.modules["benchmarks.ablation_grid"]
    for name in grid.VARIANTS:
        cell = grid.cell(name, TrainConfig(), 0)
        (spec,) = parse_specs(cell.method)
        own = options_of(METHODS.get(spec.name).factory)
        values = dict(cell.values)
        method = create_method(spec, **{k: v for k, v in values.items() if k in own})
        rest = {k: v for k, v in values.items() if k not in own}
        config = TrainConfig(**rest)
        if hasattr(method, "settings"):
            make_plugins(method.settings(config))
