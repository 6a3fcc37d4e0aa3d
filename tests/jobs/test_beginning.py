"""A run that begins with the networks of another one, on more images or more classes."""

import json
import shlex
import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from sklearn.datasets import load_digits

import geneticgan
from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, RunError
from geneticgan.inference.loading import open_networks
from geneticgan.jobs.train import plan, train
from geneticgan.report.run import run_sections
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted
from geneticgan.training.tensors import load_tensors
from geneticgan_cli.main import cli

TINY = {"steps": 2, "batch_size": 6, "width": 2, "latent_dim": 4, "device": "cpu"}
TWO = {"imbalance": "two-class:positive=7,negative=3,ratio=4"}
TEN = {"imbalance": "counts:9,9,9,8,7,6,6,6,6,5"}
STILL = {"learning_rate": 1e-12, "generator_learning_rate": 1e-12}
"""Rates at which nothing is learnt in a few steps: what a run begins with is what it has."""


def trained(path, method, start=None, **more):
    config = TrainConfig(method=method, **TINY | more)
    train(config, path, plan(config, (), start), ())
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A GAN's and a classifier's run on the digits 3 and 7."""
    root = tmp_path_factory.mktemp("runs")
    return {name: trained(root / name, name, **TWO) for name in ("aggan", "dos")}


def weights(run, network):
    return load_tensors(run / "beginning" / f"{network}.safetensors")[0]


def test_a_gan_goes_on_with_more_classes_kept_by_name(runs, tmp_path):
    run = trained(tmp_path / "ten", "aggan", runs["aggan"], **TEN, **STILL)
    old, new = open_networks(runs["aggan"], "cpu"), open_networks(run, "cpu")
    assert old.facts.class_names == ("7", "3")
    before, after = old.generators[0], new.generators[0]
    torch.testing.assert_close(after.prototype.weight[[7, 3]], before.prototype.weight)
    torch.testing.assert_close(after.norms[0].scale.weight[[7, 3]], before.norms[0].scale.weight)
    torch.testing.assert_close(after.dense.weight, before.dense.weight)
    assert set(before.prototype.weight.flatten().tolist()).isdisjoint(
        after.prototype.weight[[0, 1]].flatten().tolist()
    )
    beside = {"discriminator", "generator-0", "balanced-softmax", "augmented", "oscn", "cn"}
    told = json.loads((run / "model.json").read_text())["beginning"]
    assert (told["kept"], len(told["added"]), set(told["networks"])) == (["3", "7"], 8, beside)
    for key in beside - {"generator-0", "discriminator"}:
        own, _ = load_tensors(runs["aggan"] / "classifiers" / f"{key}.safetensors")
        begun = weights(run, key)
        torch.testing.assert_close(begun["classifier.weight"][[7, 3]], own["classifier.weight"])
        torch.testing.assert_close(begun["trunk.0.weight"], own["trunk.0.weight"])


def test_a_classifier_goes_on_and_a_stop_changes_nothing(runs, tmp_path):
    whole = trained(tmp_path / "whole", "dos", runs["dos"], **TEN)
    assert set(weights(whole, "dos")) == set(open_networks(runs["dos"]).classifier.state_dict())
    config = TrainConfig(method="dos", **TINY | TEN)

    class Stop(Observer):
        def on_progress(self, step):
            raise Interrupted(2)

    stopped = tmp_path / "stopped"
    with pytest.raises(Interrupted):
        train(config, stopped, plan(config, (), runs["dos"]), [Stop()])
    with pytest.raises(RunError, match="is not finished; continue with"):
        plan(config, (), stopped)
    geneticgan.jobs.train.resume(stopped, ())
    assert (stopped / "results.json").read_text() == (whole / "results.json").read_text()
    fresh = trained(tmp_path / "fresh", "dos", **TEN)
    assert (fresh / "results.json").read_text() != (whole / "results.json").read_text()


def test_arrays_go_on_and_images_learnt_from_are_told_of(runs, tmp_path):
    digits = load_digits()
    chosen = np.isin(digits.target, [3, 7])
    images, labels = digits.images[chosen] / 16, digits.target[chosen]
    run = geneticgan.train(
        images, labels, start=runs["dos"], out=tmp_path / "a", steps=1, batch_size=6, device="cpu"
    )
    assert run.class_names == ("3", "7")
    facts = json.loads((tmp_path / "a" / "model.json").read_text())
    assert facts["beginning"]["added"] == []
    assert 0 < facts["beginning"]["tested"] < sum(facts["counts"]["test"])
    assert 0 < facts["beginning"]["held"] <= sum(facts["counts"]["validation"])
    assert json.loads((tmp_path / "a" / "config.json").read_text())["options"]["method"] == "dos"
    tested, there = facts["beginning"]["tested"], sum(facts["counts"]["test"])
    warning = f"{tested} of the {there} test images were learnt from by the run whose networks"
    judged = CliRunner().invoke(cli, ["evaluate", str(tmp_path / "a")], env={"COLUMNS": "300"})
    assert warning in judged.output
    (table,) = run_sections(tmp_path / "a")[1][0].items
    assert warning in table.caption
    assert "never seen" not in table.caption
    (other,) = run_sections(runs["dos"])[1][0].items
    assert "never seen in training" in other.caption


def test_the_command_line_takes_it_says_what_it_kept_and_is_reported(runs, tmp_path):
    words = ["train", "--from", str(runs["dos"]), "--imbalance", TEN["imbalance"], "--steps", "1"]
    out = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "more")], env={"COLUMNS": "300"})
    assert out.exit_code == 0, out.output
    assert f"The run starts from 1 network(s) of {runs['dos']}: dos." in out.output
    assert "Classes kept by name: 3, 7; new classes: 0, 1, 2, 4, 5, 6, 8, 9." in out.output
    made = run_sections(tmp_path / "more")[1][-1].text[0]
    assert "--method dos" in made
    assert made.endswith(shlex.join(["--from", str(runs["dos"])]))


@pytest.mark.parametrize(
    ("start", "method", "more", "message"),
    [
        ("dos", "aggan", TWO, "keeps no generator to start from; use --method dos"),
        ("dos", "probe", TWO, "leave out --from"),
        ("dos", "ensemble", TWO, "method 'ensemble' cannot start from the networks"),
        ("aggan", "aggan", TWO | {"width": 3}, "networks with width 2, not 3"),
        (
            "aggan",
            "aggan",
            {"imbalance": "two-class:positive=7,negative=4,ratio=4"},
            r"knows the class\(es\) 3, but there are no images of them here \(here: 7, 4\)",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(runs, start, method, more, message):
    with pytest.raises(ConfigError, match=message):
        plan(TrainConfig(method=method, **TINY | more), (), runs[start])


def test_a_size_that_only_the_run_knows_is_not_asked_of_other_images(runs, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(runs["dos"], run)
    for name, change in (
        ("config.json", lambda found: found["options"].update(image_size=16)),
        ("model.json", lambda found: found.update(size=16)),
    ):
        found = json.loads((run / name).read_text())
        found.pop("sha256", None)  # as earlier versions wrote it
        change(found)
        (run / name).write_text(json.dumps(found))
    result = CliRunner().invoke(cli, ["train", "--from", str(run), "--dataset", "digits"])
    assert result.exit_code == 1
    assert "images of 16 x 16 pixels with 1 channel(s), but these have 8 x 8" in result.output


def test_other_images_do_not_fit(runs, tmp_path):
    images = np.zeros((20, 16, 16, 3), np.uint8)
    with pytest.raises(ConfigError, match=r"8 x 8 pixels with 1 channel\(s\), but these have 16"):
        geneticgan.train(images, [3, 7] * 10, start=runs["dos"], out=tmp_path / "run")
