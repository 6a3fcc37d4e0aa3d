"""From images to the method to use, and to a run that it trained."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from sklearn.metrics import confusion_matrix

import geneticgan
from geneticgan.benchmark.budget import fit_budget
from geneticgan.benchmark.launchers import Local
from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, PluginError, RunError
from geneticgan.inference.facts import read_facts
from geneticgan.inference.held_out import read_held_out
from geneticgan.jobs.choosing import compare, hand_over
from geneticgan.jobs.planning import make_plan, make_request
from geneticgan.jobs.timing import time_methods
from geneticgan.report.decisions import decisions_section
from geneticgan.training.hooks import Observer
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import load_split
from geneticgan_cli.main import cli


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Two classes that colour tells apart."""
    root = tmp_path_factory.mktemp("choice") / "images"
    rng = np.random.default_rng(0)
    for name, colour, count in (("red", (200, 40, 40), 40), ("blue", (40, 40, 200), 15)):
        (root / name).mkdir(parents=True)
        for number in range(count):
            pixels = (np.array(colour) + rng.integers(-40, 40, (8, 8, 3))).clip(0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(root / name / f"{number}.png")
    return root


def words(images, out, *more):
    return [
        "choose", "--dataset", "folder", "--data-root", str(images), "--image-size", "8",
        "--methods", "dos", "--steps", "30", "--splits", "2", "--width", "2", "--batch-size", "8",
        "--workers", "1", "--device", "cpu", "--out", str(out), *more,
    ]  # fmt: skip


def test_it_ends_in_a_verdict_and_a_run(images, tmp_path):
    out = tmp_path / "choice"
    result = CliRunner().invoke(cli, words(images, out))
    assert result.exit_code == 0, result.output
    plan, _, end = result.output.partition("4 trainings: ")
    assert "To compare: oscn, dos; 2 splits" in plan  # said before it starts
    assert "This takes about" in plan
    assert "the estimate took" in plan
    assert "oscn, split 1: ACSA validation" in end
    verdict, _, handed_over = end.partition("on all training images")
    assert "over oversampling" in verdict
    assert "\nUse " in verdict
    assert f"Next: geneticgan predict {out / 'run'} IMAGES" in handed_over.splitlines()[-1]
    verdict = json.loads((out / "verdict.json").read_text())
    winner = verdict["winner"]["method"]
    run = geneticgan.load(out / "run")
    assert run.predict(str(images / "red" / "0.png")) == ["red"]
    config = json.loads((out / "run" / "config.json").read_text())["options"]
    assert config["method"] == winner
    assert config["validation_fraction"] == 0
    found = read_facts(out / "run").calibration
    assert (found.splits, found.images) == (2, 8)
    assert f"calibrated {found.told()}" in " ".join(result.output.split())
    wish = CliRunner().invoke(cli, ["evaluate", str(out / "run"), "--threshold", "blue=recall:0.9"])
    assert wish.exit_code == 0, wish.output
    assert read_facts(out / "run").calibration == found
    check_out_of_fold(out, images, winner, wish.output)

    again = CliRunner().invoke(cli, words(images, out))
    assert again.exit_code == 0, again.output
    assert "4 done, 0 running" in again.output  # nothing is trained twice
    assert again.output.splitlines()[-1] == result.output.splitlines()[-1]
    assert read_held_out(out / "run").networks == 2  # it was gone on with, and keeps them

    other = CliRunner().invoke(cli, words(images, out, "--width", "3"))
    assert other.exit_code == 1
    assert "holds a choice among other methods, images or options" in other.output


def check_out_of_fold(out, images, winner, said):
    """Thresholds of the run are set on what the splits' networks say of their held-out images."""
    held = read_held_out(out / "run")
    assert (held.networks, len(held.labels)) == (2, 2 * 8)
    config = TrainConfig(dataset="folder", data_root=str(images), image_size=8, device="cpu")
    asked = make_request(config, winner, out, 60, 1).config
    for seed in (0, 1):
        split, own = load_split(replace(asked, seed=seed)), held.splits == seed
        np.testing.assert_array_equal(held.images[own], split.validation_indices)
        np.testing.assert_array_equal(held.labels[own], split.validation.labels)
        cell = json.loads(next((out / "trials").rglob(f"{winner}/seed-{seed}.json")).read_text())
        matrix = confusion_matrix(held.labels[own], held.logits[own].argmax(axis=1))
        assert cell["scores"]["validation"]["confusion"] == matrix.tolist()
    kept = read_facts(out / "run").more["thresholds"]["blue"]
    assert (kept["splits"], kept["of"]) == (2, len(set(held.images)))
    assert kept["images"] == len(set(held.images[held.labels == 0]))
    shares = read_facts(out / "run").calibration.probabilities(held.logits)[:, 0]
    assert np.mean(shares[held.labels == 0] >= kept["threshold"]) == kept["recall"] >= 0.9
    told = f"On out-of-fold predictions of {kept['of']} images, {kept['images']} of them of this"
    assert f"{told} class (by networks trained on 2 splits; this run's is refitted on all" in said
    section = decisions_section(out / "run")
    assert "Thresholds are set on out-of-fold predictions: of 2 networks" in section.text[1]
    assert section.items[2].name == "precision-recall-out-of-fold"
    assert section.items[3].caption.startswith("Chosen on out-of-fold predictions")


def test_another_judge_holds_nothing_out(images, tmp_path):
    out = tmp_path / "choice"
    judge = "generated:steps=2,width=2,images_a_class=6+deformed:images_a_class=6"
    result = CliRunner().invoke(cli, words(images, out, "--judge", judge))
    assert result.exit_code == 0, result.output
    assert f"2 seeds, judged on {judge} images, learning from all of the" in result.output
    (cell, *_) = (out / "trials").rglob("seed-0.json")
    found = json.loads(cell.read_text())
    assert found["config"]["validation_fraction"] == 0
    assert sum(found["train_counts"]) == 44  # all but the test part
    refused = CliRunner().invoke(cli, ["evaluate", str(out / "run"), "--threshold", "0=recall:0.9"])
    assert "held out no images" in refused.output
    assert "or choose with --judge held-out" in refused.output
    verdict = json.loads((out / "verdict.json").read_text())
    scores = {}
    for path in (out / "trials").rglob("seed-*.json"):
        each = json.loads(path.read_text())
        both = [score["acsa"] for score in each["scores"].values()]
        assert len(both) == 2
        scores.setdefault(each["method"], []).append(50 * sum(both))
    for each in verdict["candidates"]:
        assert each["mean"] == pytest.approx(np.mean(scores[each["method"]]))


def test_splits_differ_within_one_training_part(images, tmp_path):
    config = TrainConfig(dataset="folder", data_root=str(images), image_size=8, steps=2, width=2)
    request = make_request(config, "dos", tmp_path / "c", 60, 1, 2, 2)
    first, second = (load_split(replace(request.config, seed=seed)) for seed in (0, 1))
    np.testing.assert_array_equal(first.test.pixels, second.test.pixels)
    assert set(first.validation_indices) != set(second.validation_indices)
    assert not set(first.test_indices) & set(second.train_indices)
    subset = set(first.train_indices) | set(first.validation_indices)
    assert subset == set(second.train_indices) | set(second.validation_indices)


def test_a_method_that_cannot_be_trained_is_left_out_and_said(images, tmp_path, monkeypatch):
    from geneticgan.methods.dos import DOS

    def fail(self, task):
        raise ConfigError("its weights are missing")

    monkeypatch.setattr(DOS, "fit", fail)
    result = CliRunner().invoke(cli, words(images, tmp_path / "choice"))
    assert result.exit_code == 0, result.output
    assert "Left out: dos, its weights are missing." in result.output
    assert "Use oscn: nothing else was compared; more time" in result.output


def test_the_plan_follows_the_time_and_an_interrupted_choice_goes_on(images, tmp_path):
    out = tmp_path / "choice"
    config = TrainConfig(
        dataset="folder", data_root=str(images), image_size=8, width=2, batch_size=8, device="cpu"
    )
    request = make_request(config, "dos,acgan", out, 1e6, 1, 20)
    plan = make_plan(request)
    assert (plan.budget.methods, plan.budget.seeds) == (("oscn", "dos", "acgan"), 5)
    said, ended = [], []

    def run_out(progress):
        if progress.cell is not None:
            ended.append((progress.cell.method, progress.cell.config.seed))
        if len(ended) == 4:  # as if the machine had been at a stand for days
            object.__setattr__(request, "seconds", request.spent)

    verdict = compare(request, plan, Local(1), run_out, tell=said.append)
    assert ended == [("oscn", 0), ("dos", 0), ("acgan", 0), ("oscn", 1)]
    assert plan.budget.seeds == 2
    assert said[0] == "Slower than planned: 4 trainings of each method."
    assert "Left out: acgan, because it does not fit the budget." in said
    assert set(plan.cannot) == {"dos", "acgan"}
    assert [each.method for each in verdict.candidates] == ["oscn"]

    same = make_plan(make_request(config, "dos,acgan", out, request.seconds, 1, 20))
    assert (same.budget, same.cannot, same.back) == (plan.budget, plan.cannot, None)
    assert same.spent > 0

    more = make_request(config, "dos,acgan", out, 1e6, 1, 20)
    again = make_plan(more)
    assert again.back == ("dos", "acgan")
    assert (again.budget.methods, again.budget.seeds, again.cannot) == (request.methods, 3, {})
    ended.clear()
    verdict = compare(more, again, Local(1), lambda each: ended.append(each.cell))
    trained = {(cell.method, cell.config.seed) for cell in ended if cell}
    assert trained.isdisjoint({("oscn", 0), ("dos", 0), ("acgan", 0), ("oscn", 1)})
    assert {each.method for each in verdict.candidates} == {"oscn", "dos", "acgan"}
    assert again.budget.seeds == 5  # there is time for more splits, too

    told = []

    class Hearing(Observer):
        def on_note(self, text):
            told.append(text)

    others = {each.method: each for each in verdict.candidates}
    for method in ("dos", "oscn"):
        hand_over(more, again, replace(verdict, winner=others[method]), [Hearing()])
        assert RunFolder.open(out / "run")[1].method == method
    assert RunFolder.open(out / "run-dos")[1].method == "dos"
    (moved,) = (text for text in told if "The verdict was" in text)
    assert moved == f"The verdict was dos before; that run is kept as {out / 'run-dos'}."


def test_a_method_is_not_timed_for_longer_than_it_could_be_trained(images):
    config = TrainConfig(
        dataset="folder", data_root=str(images), image_size=8, steps=2, width=2, device="cpu"
    )
    methods = ("oscn", "dos", "acgan")
    found = time_methods(config, methods, "oscn", load_split(config), (), seconds=0.0)
    assert (found.costs["dos"].of(2), found.costs["acgan"].of(2)) == (np.inf, np.inf)
    assert found.costs["oscn"].of(2) < np.inf  # the reference is trained whatever it takes
    assert not found.cannot
    assert fit_budget(found.costs, found.costs, 60, 1, "oscn").left_out == ("dos", "acgan")


def test_what_cannot_be_asked_is_refused_before_there_is_a_folder(images, tmp_path):
    config = TrainConfig(dataset="folder", data_root=str(images), image_size=8)
    with pytest.raises(PluginError, match="no method 'doss'"):
        make_request(config, "doss", tmp_path / "c", 60, 1)
    by_made = replace(config, calibration="generated-offsets")
    with pytest.raises(ConfigError, match="the winner need not generate images"):
        make_request(by_made, "dos", tmp_path / "c", 60, 1)
    with pytest.raises(ConfigError, match="--splits must be at least 2: one split says"):
        make_request(config, "dos", tmp_path / "c", 60, 1, 2, 1)
    with pytest.raises(ConfigError, match="head looks at the test part, by which nothing may be"):
        make_request(config, "dos", tmp_path / "c", 60, 1, judge="deformed+head")
    with pytest.raises(PluginError, match="method 'oscn' generates no images"):
        make_request(config, "dos", tmp_path / "c", 60, 1, judge="generated:by=oscn")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    request = make_request(config, "dos", tmp_path / "full", 60, 1, 2, 2)
    with pytest.raises(RunError, match="is not empty; choose another --out"):
        make_plan(request)
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"
