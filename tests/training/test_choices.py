"""Runs with other fitness functions, selections and schedules than the paper's."""

import contextlib
import dataclasses
import json

import pytest

from geneticgan.data.splits import split_source
from geneticgan.errors import ConfigError
from geneticgan.gan import capture
from geneticgan.gan.generations import Generations
from geneticgan.gan.processes import Processes
from geneticgan.recipes import RECIPES
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder


class Notes(Observer):
    def __init__(self):
        self.texts = []

    def on_note(self, text):
        self.texts.append(text)


@pytest.fixture
def run(tmp_path, tiny_config, split, stop_after):
    def evolve(name="run", stop_at=None, parts=split, **options):
        config = dataclasses.replace(tiny_config, imbalance="auto", **options)
        path = tmp_path / name
        folder = RunFolder(path) if path.exists() else RunFolder.create(path, config)
        notes, stop = Notes(), StopRequest()
        observers = [notes, stop_after(stop_at, stop)] if stop_at else [notes]
        with contextlib.suppress(Interrupted):
            Evolution(config, parts, folder, observers, stop).run()
        records = [json.loads(line) for line in (path / "log.jsonl").read_text().splitlines()]
        for record in records:
            del record["images_per_second"], record["seconds"]
        return records, notes.texts

    return evolve


@pytest.mark.parametrize("fitness", ["paper", "class-balanced", "validation"])
def test_every_fitness_guides_a_run_the_same_way_however_it_is_bred(run, fitness, monkeypatch):
    plain, _ = run("plain", fitness=fitness, breeding="plain")
    shared, _ = run("shared", fitness=fitness, breeding="shared")
    monkeypatch.setattr(capture, "is_wanted", lambda device: True)
    device, _ = run("device", fitness=fitness, breeding="shared")
    for one, two, three in zip(plain, shared, device, strict=True):
        parents = [record["families"][0]["parent"] for record in (one, two, three)]
        for other in parents[1:]:
            assert other == pytest.approx(parents[0], rel=1e-3, abs=1e-4)


def test_fitness_functions_differ(run):
    found = {
        fitness: run(fitness, fitness=fitness)[0][0]["families"][0]["parent"]["quality"]
        for fitness in ("paper", "class-balanced", "validation")
    }
    assert len(set(found.values())) == 3
    assert found["validation"] < 0


def test_a_fitness_that_needs_held_out_images_says_so(run, source):
    parts = split_source(source, source.default_counts, 0.0, seed=0)
    with pytest.raises(ConfigError, match="needs held-out images; use a --validation-fraction"):
        run(fitness="validation", parts=parts)


def test_always_accepts_and_elitist_takes_no_loss(run):
    always, _ = run("always", selection="always", schedule="zero")
    assert all(family["accepted"] for record in always for family in record["families"])
    elitist, _ = run("elitist", selection="elitist", schedule="constant:T=1e9")
    for record in elitist:
        (family,) = record["families"]
        worth = [sum(p[k] for k in ("quality", "diversity"))
                 for p in (family["parent"], *family["offspring"])]  # fmt: skip
        assert family["accepted"] == (max(worth[1:]) >= worth[0])


def test_nsga2_guides_a_population(run, monkeypatch):
    shared, _ = run("shared", selection="nsga2", population=2, breeding="shared")
    monkeypatch.setattr(capture, "is_wanted", lambda device: True)
    records, notes = run(selection="nsga2", population=2)
    assert len(records) == 6
    assert any("NSGA2 selects there" in text for text in notes)
    assert records == shared


def test_a_schedule_that_learns_is_resumed_as_if_it_had_not_stopped(run, monkeypatch):
    monkeypatch.setattr(capture, "is_wanted", lambda device: True)
    schedule = "adaptive:T=0.001,gain=1,period=5"
    whole, notes = run("whole", schedule=schedule)
    assert any("learns from every generation" in text for text in notes)
    assert len({record["T"] for record in whole}) == 6
    part, _ = run("part", stop_at=3, schedule=schedule)
    assert len(part) == 3
    resumed, _ = run("part", schedule=schedule)
    assert resumed == whole


def test_a_threshold_is_selected_on_the_device_as_on_the_host(run, monkeypatch):
    options = {"selection": "threshold", "schedule": "constant:T=0.01"}
    host, _ = run("host", breeding="shared", **options)
    monkeypatch.setattr(capture, "is_wanted", lambda device: True)
    device, notes = run("device", **options)
    assert notes == []
    assert [r["families"][0]["accepted"] for r in host] == [
        r["families"][0]["accepted"] for r in device
    ]


def test_a_recipe_is_trained_the_same_way_however_it_is_bred_and_resumed(run):
    chosen = dict(RECIPES["best"])
    whole, _ = run("whole", **chosen)
    plain, _ = run("plain", breeding="plain", **chosen)
    for one, other in zip(whole, plain, strict=True):
        (ours,), (theirs,) = one["families"], other["families"]
        assert ours["parent"] == pytest.approx(theirs["parent"], rel=1e-3, abs=1e-4)
    part, _ = run("part", stop_at=3, **chosen)
    assert len(part) == 3
    resumed, _ = run("part", **chosen)
    assert resumed == whole
    paper, _ = run("paper")
    assert paper != whole


@pytest.mark.parametrize(
    ("breeding", "alone", "several"),
    [
        ("auto", True, False),
        ("shared", True, True),
        ("host", False, False),
        ("plain", False, False),
    ],
)
def test_several_processes_are_captured_only_if_asked(
    machine, monkeypatch, breeding, alone, several
):
    monkeypatch.setattr(capture, "is_wanted", lambda device: True)
    assert Generations(machine, breeding).captures is alone
    processes = Processes()
    processes.size = 2
    machine.discriminator.forward.processes = processes
    assert Generations(machine, breeding).captures is several
