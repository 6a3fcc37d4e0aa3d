"""From images to the training recipe that suits them."""

import json
import shlex

import pytest
from click.testing import CliRunner

from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, RunError
from geneticgan.jobs import tuning
from geneticgan.methods.tailored import Tailored
from geneticgan_cli.main import cli

QUICK = [
    "--dataset", "digits", "--imbalance", "exponential:ratio=10", "--steps",
    "3", "--width", "1", "--batch-size", "8", "--device", "cpu",
]  # fmt: skip


def tune(out, *more):
    words = ["tune", *QUICK, "--judge", "deformed:images_a_class=5", "--workers", "1"]
    return CliRunner().invoke(cli, [*words, "--out", str(out), *more])


def test_it_hands_over_the_best_recipe_as_a_command_and_as_a_file(tmp_path):
    out = tmp_path / "tuned"
    result = tune(out, "--trials", "5", "--search", "annealing")
    assert result.exit_code == 0, result.output
    assert "5 cells: 0 done" in result.output
    assert result.output.count("cells:") == 1  # one search, not one grid after another
    assert "[5/5]" in result.output
    judged = json.loads((out / "recipes.json").read_text())
    best = max(judged, key=lambda each: each["score"])
    assert len(judged) == 5
    assert f"The best of 5 recipes scores {100 * best['score']:.1f} on" in result.output

    def options(*words):
        dry = CliRunner().invoke(cli, [*words, "--dry-run"])
        assert dry.exit_code == 0, dry.output
        return json.loads(dry.output[dry.output.index("{") : dry.output.rindex("}") + 1])

    (typed,) = (line for line in result.output.splitlines() if line.startswith("Train with it: "))
    by_command = options(*shlex.split(typed.removeprefix("Train with it: "))[1:])
    assert by_command == options("train", "--config", str(out / "best.toml"))
    for name, value in best["recipe"].items():
        own = f"{name}={value}"
        assert own in by_command["method"] or by_command[name] == value
    assert by_command["width"] == 1
    assert by_command["imbalance"] == "exponential:ratio=10"

    again = tune(out, "--trials", "6", "--search", "annealing")
    assert again.exit_code == 0, again.output
    assert "6 cells: 4 done" in again.output or "6 cells: 5 done" in again.output
    assert json.loads((out / "recipes.json").read_text())[:5] == judged
    other = tune(out, "--trials", "6", "--search", "random")
    assert other.exit_code == 1
    assert "holds a search with other options or images; choose another --out" in other.output


def test_a_recipe_that_fails_is_never_the_best(tmp_path, monkeypatch):
    def fail(self, task):
        raise ConfigError("it diverged")

    monkeypatch.setattr(Tailored, "fit", fail)
    result = tune(tmp_path / "tuned", "--trials", "2")
    assert result.exit_code == 1
    assert "no recipe could be trained: it diverged" in result.output


def test_what_cannot_be_asked_is_refused(tmp_path):
    config = TrainConfig()
    with pytest.raises(ConfigError, match="search must be one of random, annealing, tpe"):
        tuning.make_request(config, "grid", 3, 1, "held-out", tmp_path)
    with pytest.raises(ConfigError, match="looks at the test part"):
        tuning.make_request(config, "random", 3, 1, "head", tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    request = tuning.make_request(config, "random", 3, 1, "deformed", tmp_path)
    with pytest.raises(RunError, match="is not empty; choose another --out"):
        tuning.tune(request, None, None)
