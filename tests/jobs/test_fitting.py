"""A run of any method is a run."""

import json

import numpy as np
import pytest

import geneticgan
from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, PluginError, RunError
from geneticgan.jobs.export import augment, generate_images
from geneticgan.jobs.report import write_report
from geneticgan.jobs.train import evaluate, plan, resume, train
from geneticgan.methods.catalogue import create_method
from geneticgan.methods.of_run import core_config
from geneticgan.specs import Spec
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted

TINY = {
    "steps": 8,
    "batch_size": 8,
    "width": 2,
    "latent_dim": 4,
    "imbalance": "counts:12,9,9,8,7,6,6,6,6,5",
}


def trained(method, path, **more):
    config = TrainConfig(method=method, **TINY | more)
    begun = plan(config)
    return begun.split, train(config, path, begun, ())


@pytest.fixture(scope="module")
def dos(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "dos"
    return path, *trained("dos:k=3", path)


def test_its_network_is_the_classifier_of_the_run(dos):
    path, split, report = dos
    assert [row.title for row in report.rows] == ["DOS", "DOS, class offsets"]
    assert report.picture is None
    assert json.loads((path / "model.json").read_text())["classifier"]["network"] == "dos"
    run = geneticgan.load(path)
    found = run.predict(split.test.pixels)
    truth = [split.class_names[label] for label in split.test.labels]
    hits = [[a == b for a, b in zip(found, truth, strict=True) if b == n] for n in run.class_names]
    acsa = np.mean([np.mean(each) for each in hits])
    assert acsa == pytest.approx(report.rows[0].scores.acsa, abs=1e-12)


def test_it_is_evaluated_resumed_and_reported_without_training(dos):
    path, _, report = dos

    class NoTraining(Observer):
        def on_phase(self, title, steps):
            assert title.startswith("Decoding"), f"{title} was trained again"

    assert evaluate(path, [NoTraining()]).rows == report.rows
    assert resume(path, [NoTraining()]).rows == report.rows
    page = write_report([path]).read_text(encoding="utf-8")
    assert "DOS on digits" in page
    assert "--method dos:k=3" in page
    assert "What recall costs in precision" in page


def test_it_keeps_no_generator_and_says_so(dos, tmp_path):
    path, _, _ = dos
    for job in (
        lambda: generate_images(path, None, 1, tmp_path / "g", 0),
        lambda: augment(path, tmp_path / "a"),
    ):
        with pytest.raises(RunError, match="was trained with dos:k=3, which keeps no generator"):
            job()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("method", ["egan", "wgan:critic_steps=2"])
def test_another_gan_is_a_run_with_generators(method, tmp_path):
    _, report = trained(method, tmp_path / "run")
    assert report.rows[0].title.endswith(", class head")
    assert not report.rows[0].title.startswith("AGGAN")
    assert evaluate(tmp_path / "run", ()).rows == report.rows
    run = geneticgan.load(tmp_path / "run")
    assert run.generate("9", 2).shape == (2, 8, 8, 1)


def test_a_stopped_run_is_taken_up(tmp_path):
    config = TrainConfig(method="oscn", **TINY)

    class Stop(Observer):
        def on_progress(self, step):
            raise Interrupted(2)

    with pytest.raises(Interrupted):
        train(config, tmp_path / "run", plan(config), [Stop()])
    with pytest.raises(RunError, match="is not finished; continue with"):
        evaluate(tmp_path / "run", ())
    with pytest.raises(RunError, match="is not finished; continue with"):
        geneticgan.load(tmp_path / "run")
    rows = resume(tmp_path / "run", ()).rows
    assert rows == trained("oscn", tmp_path / "whole")[1].rows


def test_an_unknown_method_is_named_before_there_is_a_folder():
    with pytest.raises(PluginError, match=r"no method 'doss'.*dos"):
        plan(TrainConfig(method="doss"))


def test_a_run_takes_what_a_benchmark_takes():
    asked = "egan:schedule=linear(T=10,period=500),learning_rate=1e-2,steps=7"
    core = core_config(TrainConfig(method=asked))
    assert core.schedule == "linear:T=10,period=500"
    assert core.learning_rate == 1e-2
    assert core.steps == 7
    assert core.selection == create_method(Spec("egan", {})).settings(TrainConfig()).selection
    assert core_config(TrainConfig(method="oscn:classifier_learning_rate=1e-2")) is None
    with pytest.raises(ConfigError, match="a run has one method"):
        core_config(TrainConfig(method="egan,aggan"))


def test_a_network_that_cannot_be_made_is_known_before_there_is_a_folder(monkeypatch):
    def fail(self, split, config, device):
        raise ConfigError("its weights are missing")

    monkeypatch.setattr("geneticgan.methods.dos.DOS.build", fail)
    with pytest.raises(ConfigError, match="its weights are missing"):
        plan(TrainConfig(method="dos", **TINY))
