"""Generations that stay on the device against those that the host runs."""

import contextlib
import dataclasses
import math
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from deap import tools
from hypothesis import given, settings
from hypothesis import strategies as st

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.metropolis import metropolis_accept
from geneticgan.gan.capture import READ_EVERY, CapturedStep, has_begun, why_not
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import GeneratorIndividual, same_weights
from geneticgan.gan.mutation import take_step
from geneticgan.gan.step import step_toolbox
from geneticgan.testing.replays import expect_replays

from .test_step import WORLD, Cusp, Dead, Halving, Minimax, NonSaturating, build, worlds

fitness_values = st.one_of(
    st.floats(-5, 5), st.sampled_from([-math.inf, math.inf, math.nan, 0.0, 1.0])
)


@given(
    candidate=fitness_values,
    incumbent=fitness_values,
    temperature=st.one_of(st.floats(0, 10), st.sampled_from([0.0, 1e-300, math.inf])),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_the_device_accepts_what_the_host_accepts(candidate, incumbent, temperature, draw):
    expected = metropolis_accept(candidate, incumbent, temperature, draw)
    tensors = torch.tensor([candidate, incumbent, temperature, draw], dtype=torch.float64)
    assert bool(metropolis_accept(*tensors)) == expected


def run_on_host(world, dtype, generations):
    machine, seen = build(world, dtype), []

    def note(generation):
        seen.append((record(generation), dict(machine.discriminator.last_losses)))

    toolbox = step_toolbox(machine)
    ea_annealing(machine.population, toolbox, machine.schedule, generations, on_generation=note)
    return seen, machine


def run_on_device(world, dtype, generations, pause=lambda _: False):
    machine, seen = build(world, dtype), []

    def note(generation):
        seen.append((record(generation), dict(machine.discriminator.last_losses)))

    begin(machine, generations, note)
    first = len(seen)
    if first < generations:
        CapturedStep(machine).run(first, generations - first, pause, note)
    return seen, machine


def begin(machine, most=20, note=lambda _: None):
    """Run generations on the host until the others can follow."""

    def noted(generation):
        note(generation)
        return has_begun(generation)

    ea_annealing(
        machine.population, step_toolbox(machine), machine.schedule, most, on_generation=noted
    )


def record(generation):
    everyone = generation.parents + generation.offspring
    return {
        "number": generation.number,
        "temperature": generation.temperature,
        "values": [individual.fitness.values for individual in everyone],
        "mutations": [individual.mutation for individual in everyone],
        "failures": [individual.failure for individual in everyone],
        "lineages": [individual.lineage for individual in everyone],
        "accepted": generation.accepted,
    }


def assert_same_runs(host, device, close):
    for (ours, losses), (theirs, expected) in zip(device[0], host[0], strict=True):
        close(ours.pop("values"), theirs.pop("values"))
        assert ours == theirs
        close(losses, expected)
    ours, theirs = device[1], host[1]
    for mine, its in zip(ours.population, theirs.population, strict=True):
        assert (mine.mutation, mine.lineage) == (its.mutation, its.lineage)
        close(mine.fitness.values, its.fitness.values)
        close(mine.to_tensors()[0], its.to_tensors()[0])
    ours, theirs = ours.discriminator, theirs.discriminator
    close(ours.module.state_dict(), theirs.module.state_dict())
    close(ours.optimizer.state_dict()["state"], theirs.optimizer.state_dict()["state"])


close64 = partial(torch.testing.assert_close, rtol=1e-5, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(world=worlds)
def test_device_and_host_run_the_same_generations(world):
    world = world | {
        "generator": "ours",
        "dropout": False,
        "critic_steps": 1,
        "offspring_steps": 1,
    }
    host = run_on_host(world, torch.float64, 4)
    device = run_on_device(world, torch.float64, 4)
    assert_same_runs(host, device, close64)


def test_it_reads_in_portions_and_whenever_a_pause_is_asked_for():
    world = WORLD | {"optimizer": "sgd", "population": 1}
    count = 2 * READ_EVERY + 5
    host = run_on_host(world, torch.float64, count)
    device = run_on_device(world, torch.float64, count, pause=lambda number: number == 7)
    assert [entry["number"] for entry, _ in device[0]] == list(range(count))
    assert_same_runs(host, device, close64)


def begun(world=WORLD, dtype=torch.float64, **parts):
    """Return the machine of a world after as many generations as a device needs."""
    machine = dataclasses.replace(build(world, dtype), **parts)
    begin(machine)
    return machine


def test_the_champion_is_the_best_that_was_seen():
    machine = begun(schedule=Halving(10.0))  # accepts what is worse
    hall, best = tools.HallOfFame(1), {}

    def keep(generation):
        for individual in generation.parents + generation.offspring:
            best[sum(individual.fitness.wvalues)] = individual

    step, population = CapturedStep(machine), machine.population
    step.run(1, 12, lambda number: True, keep, hall)
    champion, expected = step.champion(), best[max(best)]
    assert champion.fitness.values == expected.fitness.values == hall[0].fitness.values
    assert champion.mutation == expected.mutation
    assert champion is not population[champion.lineage]
    assert not same_weights(champion, population[champion.lineage])


def test_only_the_last_generation_of_a_portion_is_settled():
    settled = []
    step = CapturedStep(begun())
    step.run(1, 6, lambda number: number == 3, lambda g: settled.append(g.settled))
    assert settled == [False, False, True, False, False, True]


def test_failed_offspring_never_take_the_place_of_their_parent():
    machine = build(WORLD | {"mutations": [Dead, Cusp], "temperature": 1e3}, torch.float64)
    for individual in machine.population:
        take_step(
            individual, torch.zeros(()), [torch.ones_like(p) for p in individual.parameters], ""
        )
    seen = []
    CapturedStep(machine).run(0, 5, lambda _: False, lambda g: seen.append(record(g)))
    for entry in seen:
        assert entry["accepted"] == [False, False]
        assert entry["failures"][2:] == ["non-finite loss", "non-finite gradient"] * 2
    for individual in machine.population:
        assert all(torch.isfinite(tensor).all() for tensor in individual.state_tensors())


def test_no_individual_or_module_is_copied_in_the_loop(monkeypatch):
    step = CapturedStep(begun())
    step.run(1, 1, lambda _: False, lambda _: None)

    def refuse(*_):
        raise AssertionError("copied")

    monkeypatch.setattr("copy.deepcopy", refuse)
    step.run(2, 3, lambda _: False, lambda _: None)


def test_replayed_images_are_changed_by_what_was_drawn_anew():
    world = WORLD | {"augmentation": "flip,translation,deformation,cutout", "optimizer": "sgd"}
    expect_replays(lambda: build(world, torch.float64))


class Full(list):
    """A hall of fame that no one enters any more."""

    def update(self, population):
        """Nothing."""


def test_offspring_of_the_host_are_written_over_on_the_device(monkeypatch):
    monkeypatch.setattr("geneticgan.gan.capture.is_wanted", lambda device: True)
    machine, made, settled = build(WORLD | {"population": 1}, torch.float64), [], []
    copy = GeneratorIndividual.__deepcopy__
    monkeypatch.setattr(
        GeneratorIndividual, "__deepcopy__", lambda one, memo: made.append(1) or copy(one, memo)
    )
    hall = Full([SimpleNamespace(fitness=SimpleNamespace(wvalues=(math.inf,)))])
    Generations(machine).run(0, 4, hall, lambda g: settled.append(g.settled), lambda number: False)
    assert settled == [True, False, False, True]  # one on the host, three on the device
    assert len(made) == len(machine.mutations)


def test_what_cannot_stay_on_the_device_says_why():
    assert why_not(build(WORLD, torch.float64)) == ""
    assert "dropout" in why_not(build(WORLD | {"dropout": True}, torch.float64))
    assert why_not(build(WORLD | {"augmentation": "deformation"}, torch.float64)) == ""
    for option in ("critic_steps", "offspring_steps"):
        assert "several steps" in why_not(build(WORLD | {option: 2}, torch.float64))


class Stuck(Halving):
    """Gives a temperature that is none after the second generation."""

    def temperature(self, generation):
        return self.start if generation < 2 else self.wrong


@pytest.mark.parametrize("wrong", [math.nan, -1.0])
def test_a_temperature_that_is_none_is_refused_before_it_is_uploaded(wrong):
    machine = begun()
    machine.schedule = Stuck(1.0)
    machine.schedule.wrong = wrong
    with pytest.raises(ValueError, match="temperature must be >= 0"):
        CapturedStep(machine).run(1, 4, lambda _: False, lambda _: None)


class Stream:
    """A stream of a GPU that notes what waits for what."""

    def __init__(self, name, order):
        self.name, self.order = name, order

    def wait_stream(self, other):
        self.order.append(f"{self.name} waits for {other.name}")


@pytest.mark.parametrize("fails", ["to capture", "at the begin", "at the end"])
def test_where_no_graph_can_be_captured_the_run_goes_on_without_one(monkeypatch, fails):
    order, given = [], []
    current, side = Stream("current", order), Stream("side", order)

    @contextlib.contextmanager
    def graph(graph, *, stream, **kwargs):
        given.append(stream)
        if fails == "at the begin":
            raise RuntimeError("operation not permitted when stream is capturing\nand more")
        with monkeypatch.context() as capturing:
            capturing.setattr(CapturedStep, "generation", lambda *_: None)  # it computes nothing
            yield
        if fails == "at the end":
            raise RuntimeError("operation not permitted when stream is capturing\nand more")

    @contextlib.contextmanager
    def within(stream):
        order.append(f"begin on {stream.name}")
        yield
        order.append(f"end on {stream.name}")

    monkeypatch.setattr("torch.cuda.CUDAGraph", object)
    monkeypatch.setattr("torch.cuda.synchronize", lambda: None)
    monkeypatch.setattr("torch.cuda.current_stream", lambda: current)
    monkeypatch.setattr("torch.cuda.stream", within)
    monkeypatch.setattr("torch.cuda.set_stream", lambda stream: order.append(stream.name))
    monkeypatch.setattr("torch.cuda.is_current_stream_capturing", lambda: fails != "to capture")
    monkeypatch.setattr("torch.cuda.graph", graph)
    plain, _ = run_on_device(WORLD, torch.float64, 8)
    machine, notes, seen = build(WORLD, torch.float64), [], []

    def note(generation):
        seen.append((record(generation), dict(machine.discriminator.last_losses)))

    begin(machine, 8, note)
    step = CapturedStep(machine, notes.append)
    step.until_capture, step._stream = 1, side  # as on CUDA, with a generation to warm up
    step.run(len(seen), 8 - len(seen), lambda _: False, note)
    cause = (
        "the stream does not capture"
        if fails == "to capture"
        else "operation not permitted when stream is capturing"
    )
    assert notes == [f"Running without a CUDA graph, which is slower: {cause}."]
    # The generation before warms up the stream that is to capture; then all goes on where it was.
    assert order == [
        "side waits for current", "begin on side", "end on side", "current waits for side",
        "current",
    ]  # fmt: skip
    assert given == [side]
    assert seen == plain


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_captured_graph_runs_the_same_generations():
    world = WORLD | {
        "mutations": [Minimax, NonSaturating],
        "optimizer": "sgd",
        "device": "cuda",
        "augmentation": "flip,translation,deformation,cutout",
    }
    host = run_on_host(world, torch.float64, 30)
    device = run_on_device(world, torch.float64, 30)
    assert_same_runs(host, device, close64)
