"""Probabilities, priors and thresholds, by what can be computed another way."""

import csv
import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.special import log_softmax, softmax

import geneticgan
from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, RunError
from geneticgan.evaluation.probabilities import (
    LARGEST,
    Calibration,
    calibration_error,
    fit_calibrations,
    fit_temperature,
    median_calibration,
)
from geneticgan.inference.facts import Facts, read_facts
from geneticgan.inference.held_out import read_predictions
from geneticgan.inference.priors import make_prior, move_to_prior
from geneticgan.inference.thresholds import Wish, decide, find_threshold, parse_wish
from geneticgan.jobs.train import plan
from geneticgan.report.decisions import decisions_section
from geneticgan_cli.main import cli

FACTS = Facts(1, 8, ("a", "b", "c"), (60, 30, 10), (0, 0, 0), (5, 5, 5))


def invoke(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def drawn(count=6000):
    """Logits that are right as they are, and the labels that were drawn from them."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.standard_normal((count, 3))
    shares = softmax(logits, axis=1)
    labels = (shares.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return logits, labels.clip(max=2)


@pytest.mark.parametrize("factor", [0.25, 1.0, 4.0])
def test_the_temperature_undoes_how_sure_a_network_is(factor):
    logits, labels = drawn()
    assert fit_temperature(factor * logits, labels) == pytest.approx(factor, rel=0.08)


def test_classes_weigh_alike():
    """Of one class the network is sure and wrong: repeating the other's images changes nothing."""
    logits = np.array([[3.0, 0.0]] * 4 + [[1.0, 0.0]] * 3 + [[0.0, 2.0]])
    labels = np.array([0] * 4 + [1] * 4)
    many = np.concatenate([np.arange(8), *[np.arange(4)] * 9])
    found = fit_temperature(logits[many], labels[many])
    grid = np.exp(np.linspace(-3, 3, 6001))
    weights = np.where(labels == 0, 1 / 4, 1 / 4) / 2
    count = 1 / (40 * (1 / 80) ** 2 + 4 * (1 / 8) ** 2)
    losses = [
        -(weights * log_softmax(logits / t, axis=1)[np.arange(8), labels]).sum()
        + np.log(t) ** 2 / 2 / count
        for t in grid
    ]
    assert found == pytest.approx(grid[np.argmin(losses)], rel=2e-3)


def test_few_images_that_are_told_apart_do_not_make_it_nought():
    found = fit_temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1]))
    assert 2 / LARGEST < found < 1


def test_the_calibration_error_of_known_bins():
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.3, 0.7]])
    error, sure, right = calibration_error(shares, np.array([0, 1, 1, 0]))
    np.testing.assert_allclose(sure, [0.7, 0.9])
    np.testing.assert_allclose(right, [0.5, 0.5])
    assert error == pytest.approx((0.2 + 0.4) / 2)


def test_priors():
    np.testing.assert_allclose(make_prior("balanced", FACTS), [1 / 3] * 3)
    np.testing.assert_allclose(make_prior("training", FACTS), [0.6, 0.3, 0.1])
    np.testing.assert_allclose(make_prior("c=0.5", FACTS), [0.25, 0.25, 0.5])
    np.testing.assert_allclose(make_prior({"a": 0.2, "b": 0.2, "c": 0.6}, FACTS), [0.2, 0.2, 0.6])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("some", "the prior 'some' cannot be read"),
        ("a=x", "the prior 'a=x' cannot be read"),
        ("d=0.5", "there is no class 'd'"),
        ("a=0.5,b=0.5", "is invalid: all shares"),
        ("a=0.5,b=0.1,c=0.1", "is invalid: all shares"),
        ("a=-0.5", "is invalid: all shares"),
    ],
)
def test_what_is_no_prior(asked, message):
    with pytest.raises(ConfigError, match=message):
        make_prior(asked, FACTS)


def test_a_prior_is_bayes_rule_on_counted_images():
    """Two classes and two kinds of image, counted: what a balanced count says is moved."""
    balanced = np.array([[80 / 90, 10 / 90], [20 / 110, 90 / 110]])  # of 100 a class
    moved = move_to_prior(balanced, np.array([0.9, 0.1]))  # of 900 and 100
    np.testing.assert_allclose(moved, [[720 / 730, 10 / 730], [180 / 270, 90 / 270]])


def test_the_threshold_of_a_recall_is_the_largest_that_reaches_it():
    own = np.array([0.9, 0.8, 0.4, 0.1, 0.7, 0.3, 0.2, 0.05])
    labels = np.array([2, 2, 2, 2, 0, 0, 1, 1])
    shares = np.stack([1 - own, np.zeros(8), own], axis=1)
    found = find_threshold(shares, labels, Wish(2, "recall", 0.75), FACTS)
    assert (found.threshold, found.recall, found.precision) == (0.4, 0.75, 0.75)
    assert (found.images, found.of) == (4, 8)
    found = find_threshold(shares, labels, Wish(2, "precision", 1.0), FACTS)
    assert (found.threshold, found.recall) == (0.8, 0.5)
    worst = np.stack([own, np.zeros(8), 1 - own], axis=1)
    with pytest.raises(ConfigError, match=r"no threshold gives class 'c' a precision of 0.9 on"):
        find_threshold(worst, labels, Wish(2, "precision", 0.9), FACTS)


def test_decisions_by_thresholds():
    shares = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.1, 0.45, 0.45], [0.8, 0.19, 0.01]])
    assert decide(shares, {2: 0.2}).tolist() == [2, 2, 2, 0]
    assert decide(shares, {2: 0.6}).tolist() == [0, 1, 1, 0]
    assert decide(shares, {1: 0.1, 2: 0.2}).tolist() == [1, 1, 1, 1]
    assert decide(shares, {0: 0.9, 1: 0.9, 2: 0.9}).tolist() == [0, 2, 1, 0]


@pytest.mark.parametrize("text", ["c", "c=0.9", "c=recall:2", "c=f1:0.9", "=recall:0.9"])
def test_what_is_no_wish(text):
    with pytest.raises(ConfigError, match=r"cannot be read; it is CLASS=recall:0\.95"):
        parse_wish(text, FACTS)


def test_offsets_undo_how_far_a_network_leans_to_a_class():
    logits, labels = drawn()
    leaning = 3 * (logits - np.array([0.0, 0.7, -0.4]))
    found = fit_calibrations(leaning, labels)
    assert found["temperature"].temperature == fit_temperature(leaning, labels)
    offsets = np.array(found["offsets"].offsets) / 3
    np.testing.assert_allclose(offsets - offsets.mean(), [-0.1, 0.6, -0.5], atol=0.1)
    shares = found["offsets"].probabilities(leaning)
    np.testing.assert_allclose(shares, softmax(logits, axis=1), atol=0.04)
    assert set(fit_calibrations(leaning, labels.clip(max=1))) == {"temperature"}
    assert fit_calibrations(leaning[:0], labels[:0]) == {}


def test_the_median_of_splits_ignores_what_offsets_have_in_common():
    splits = [
        Calibration("offsets", 2.0, (5.0, 6.0), 10),
        Calibration("offsets", 0.5, (-1.0, 1.0), 12),
        Calibration("offsets", 3.0, (0.0, 6.0), 11),
    ]
    found = median_calibration(splits)
    assert found == Calibration("offsets", 2.0, (-1.0, 1.0), 11, splits=3)
    assert Calibration.from_json(json.loads(json.dumps(found.to_json())), 2) == found
    assert "11 held-out images, the median of 3 splits (temperature 2.00)" in found.told()


@pytest.mark.parametrize(
    "wrong", [{"temperature": 0}, {"kind": "x"}, {"offsets": [1.0]}, {"offsets": [1.0, np.inf]}]
)
def test_what_is_no_calibration(wrong):
    with pytest.raises(ValueError, match=r"is no|finite"):
        Calibration.from_json({"temperature": 1, **wrong}, 2)


def test_offsets_decide_alike_in_table_predict_and_python(world, moved, tmp_path):
    run, said = moved
    facts, judged = read_facts(run), read_predictions(run, "test")
    assert "calibrated by class offsets on 7 held-out images" in said
    assert facts.classifier_title.endswith(", class offsets")
    assert "thresholds" not in facts.more  # they were of other probabilities
    rows = {row["method"]: row for row in json.loads((run / "results.json").read_text())}
    plain = facts.classifier_title.removesuffix(", class offsets")
    assert {plain, facts.classifier_title} < rows.keys()
    before = json.loads((world[1] / "results.json").read_text())
    assert list(rows.values()) == before  # the row of offsets is shown however it is calibrated
    images = world[0] / "images" / "test"
    assert invoke("predict", run, images, "--out", tmp_path / "p.csv").exit_code == 0
    with (tmp_path / "p.csv").open(newline="") as file:
        found = [(row["path"].split("/")[-2], row["predicted"]) for row in csv.DictReader(file)]
    names = facts.class_names
    confusion = [[found.count((a, b)) for b in names] for a in names]
    assert confusion == rows[facts.classifier_title]["confusion"]
    shares = softmax(
        (judged.logits + facts.calibration.offsets) / facts.calibration.temperature, axis=1
    )
    own = geneticgan.load(run).predict_proba(sorted(images.rglob("*.png")))
    np.testing.assert_allclose(np.sort(own, axis=0), np.sort(shares, axis=0), atol=1e-5)
    again = invoke("evaluate", run)
    assert "calibrated by class offsets on 7" in again.output  # it stays


def test_offsets_by_generated_images(world, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(world[1], run)
    result = invoke("evaluate", run, "--calibration", "generated-offsets")
    assert result.exit_code == 0, result.output
    assert "by class offsets on 1500 generated images" in result.output
    facts = read_facts(run)
    assert facts.classifier_title.endswith(", offsets by generated images")
    assert facts.calibration.offsets != Calibration().offsets
    table = [row["method"] for row in json.loads((run / "results.json").read_text())]
    assert facts.classifier_title in table
    assert invoke("evaluate", run, "--calibration", "temperature").exit_code == 0
    assert read_facts(run) == read_facts(world[1])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"calibration": "offsets", "validation_fraction": 0.0}, "fitted on held-out images, but"),
        (
            {"calibration": "generated-offsets", "method": "dos"},
            "keeps no generator to make images",
        ),
    ],
)
def test_what_cannot_be_calibrated_is_said_before_it_is_trained(more, message):
    with pytest.raises(ConfigError, match=message):
        plan(TrainConfig(**more))


def test_a_run_is_calibrated_on_what_it_held_out(world, tmp_path):
    root, run = world
    facts = read_facts(run)
    judged = read_predictions(run, "validation")
    assert facts.more["calibration"]["images"] == len(judged.labels) == 7
    assert facts.calibration.temperature == fit_temperature(judged.logits, judged.labels)
    assert facts.calibration.temperature != 1
    test = read_predictions(run, "test")
    files = [sorted((root / "images" / "test" / name).glob("*.png")) for name in facts.class_names]
    found = geneticgan.load(run).predict_proba([file for each in files for file in each])
    wanted = softmax(test.logits / facts.calibration.temperature, axis=1)
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(wanted, axis=0), atol=1e-5)


def test_predict_under_a_prior(world, tmp_path):
    root, run = world
    words = [root / "images" / "test", "--out", tmp_path / "p.jsonl"]
    found = {}
    for prior in ("balanced", "training", "red=0.98"):
        assert invoke("predict", run, *words, "--prior", prior).exit_code == 0
        lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
        found[prior] = np.array([list(line["probabilities"].values()) for line in lines])
    prior = make_prior("training", read_facts(run))
    moved = move_to_prior(found["balanced"], prior)
    np.testing.assert_allclose(found["training"], moved, atol=2e-5)
    assert (found["red=0.98"][:, 2] > found["balanced"][:, 2]).all()
    result = invoke("predict", run, *words, "--prior", "red=2")
    assert result.exit_code == 1
    assert "is invalid: all shares" in result.output


def test_thresholds_are_set_by_evaluate_and_used_by_predict(world, tmp_path):
    root, run = world
    own = tmp_path / "run"
    shutil.copytree(run, own)
    images = root / "images" / "test"
    result = invoke("predict", own, images, "--out", tmp_path / "p.csv", "--thresholds")
    assert result.exit_code == 1
    assert "keeps no thresholds; set one with 'geneticgan evaluate" in result.output
    result = invoke("evaluate", own, "--threshold", "blue=recall:1")
    assert result.exit_code == 0, result.output
    assert "On the 7 held-out images, 2 of them of this class, recall is 100.0%" in result.output
    kept = read_facts(own).more["thresholds"]["blue"]
    judged = read_predictions(own, "validation")
    shares = read_facts(own).calibration.probabilities(judged.logits)
    assert kept["threshold"] == pytest.approx(shares[judged.labels == 0, 0].min())
    model = geneticgan.load(own)
    files = sorted(images.rglob("*.png"))
    by_hand = decide(model.predict_proba(files), {0: kept["threshold"]})
    names = [model.class_names[label] for label in by_hand]
    assert model.predict(files, thresholds=True) == names
    result = invoke("predict", own, images, "--out", tmp_path / "p.csv", "--thresholds")
    assert result.exit_code == 0, result.output
    with (tmp_path / "p.csv").open(newline="") as file:
        assert [row["predicted"] for row in csv.DictReader(file)] == names
    with pytest.raises(ConfigError, match="thresholds are for balanced probabilities"):
        model.predict(files, prior="training", thresholds=True)


def test_where_nothing_was_held_out_it_is_said(tmp_path):
    run = tmp_path / "run"
    words = ["--steps", 2, "--width", 2, "--batch-size", 4, "--device", "cpu"]
    result = invoke("train", "--validation-fraction", 0, "--out", run, *words)
    assert result.exit_code == 0, result.output
    assert "not calibrated, since no images were held out" in result.output
    facts = read_facts(run)
    assert (facts.more["calibration"], facts.calibration.temperature) == (None, 1.0)
    result = invoke("evaluate", run, "--threshold", "9=recall:0.9")
    assert result.exit_code == 1
    assert "held out no images, on which thresholds are set; train with" in result.output


def test_a_damaged_file_of_logits_is_named(tmp_path):
    with pytest.raises(RunError, match=r"holds no held-out.npz; it is made by: geneticgan"):
        read_predictions(tmp_path, "test")
    (tmp_path / "held-out.npz").write_bytes(b"no archive")
    with pytest.raises(RunError, match="is damaged"):
        read_predictions(tmp_path, "test")


def test_logits_with_other_labels_are_damaged(world, tmp_path):
    with np.load(world[1] / "held-out.npz") as file:
        found = dict(file)
    found["test_labels"] = found["test_labels"][::-1]
    np.savez(tmp_path / "held-out.npz", **found)
    with pytest.raises(RunError, match="is damaged: test_labels was changed after it was written"):
        read_predictions(tmp_path, "test")
    read_predictions(tmp_path, "validation")


def test_the_report_draws_it(world):
    section = decisions_section(world[1])
    assert "on the 12 test images" in section.text[0]
    reliability, costs = section.items
    assert len(reliability.lines) == 3  # perfect calibration, as trained, calibrated
    assert len(costs.lines) == 3
    for line in costs.lines.values():
        assert line.x.max() == 1
