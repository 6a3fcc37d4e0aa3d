"""Generations that stay on the device against those that the host runs."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from deap import tools
from hypothesis import given, settings
from hypothesis import strategies as st

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.metropolis import metropolis_accept
from geneticgan.gan.individual import same_weights
from geneticgan.gan.mutation import take_step
from geneticgan.gan.plain import shared_toolbox
from geneticgan.gan.resident import (
    READ_EVERY,
    ResidentEvolution,
    has_begun,
    why_not_resident,
)

from .test_shared import WORLD, Cusp, Dead, Halving, Minimax, NonSaturating, build, worlds

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
    population, environment, mutations = build(world, dtype)
    seen = []
    toolbox = shared_toolbox(environment, mutations, np.random.default_rng(world["seed"]))
    schedule = Halving(world["temperature"])

    def note(generation):
        seen.append((record(generation), dict(environment.last_losses)))

    ea_annealing(population, toolbox, schedule, generations, on_generation=note)
    return seen, population, environment


def run_on_device(world, dtype, generations, pause=lambda _: False):
    population, environment, mutations = build(world, dtype)
    seen = []
    rng = np.random.default_rng(world["seed"])
    toolbox = shared_toolbox(environment, mutations, rng)
    schedule = Halving(world["temperature"])

    def note(generation):
        seen.append((record(generation), dict(environment.last_losses)))

    begin(population, toolbox, schedule, generations, note)
    first = len(seen)
    if first < generations:
        resident = ResidentEvolution(population, environment, mutations, schedule, rng)
        resident.run(first, generations - first, pause, note)
    return seen, population, environment


def begin(population, toolbox, schedule, most=20, note=lambda _: None):
    """Run generations on the host until the others can follow."""

    def noted(generation):
        note(generation)
        return has_begun(generation)

    ea_annealing(population, toolbox, schedule, most, on_generation=noted)


def record(generation):
    everyone = generation.parents + generation.offspring
    return {
        "number": generation.number,
        "temperature": generation.temperature,
        "values": [individual.fitness.values for individual in everyone],
        "mutations": [individual.mutation for individual in everyone],
        "deaths": [individual.cause_of_death for individual in everyone],
        "lineages": [individual.lineage for individual in everyone],
        "accepted": generation.accepted,
    }


def assert_same_runs(host, device, close):
    for (ours, losses), (theirs, expected) in zip(device[0], host[0], strict=True):
        close(ours.pop("values"), theirs.pop("values"))
        assert ours == theirs
        close(losses, expected)
    for mine, its in zip(device[1], host[1], strict=True):
        assert (mine.mutation, mine.lineage) == (its.mutation, its.lineage)
        close(mine.fitness.values, its.fitness.values)
        close(mine.to_tensors()[0], its.to_tensors()[0])
    close(device[2].discriminator.state_dict(), host[2].discriminator.state_dict())
    close(device[2].optimizer.state_dict()["state"], host[2].optimizer.state_dict()["state"])


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


def test_the_champion_is_the_best_that_was_seen():
    world = WORLD | {"temperature": 10.0}  # accepts what is worse
    population, environment, mutations = build(world, torch.float64)
    rng = np.random.default_rng(0)
    begin(population, shared_toolbox(environment, mutations, rng), Halving(10.0))
    hall, best = tools.HallOfFame(1), {}

    def keep(generation):
        for individual in generation.parents + generation.offspring:
            best[sum(individual.fitness.wvalues)] = individual

    resident = ResidentEvolution(population, environment, mutations, Halving(10.0), rng)
    resident.run(1, 12, lambda number: True, keep, hall)
    champion, expected = resident.champion(), best[max(best)]
    assert champion.fitness.values == expected.fitness.values == hall[0].fitness.values
    assert champion.mutation == expected.mutation
    assert champion is not population[champion.lineage]
    assert not same_weights(champion, population[champion.lineage])


def test_only_the_last_generation_of_a_portion_is_settled():
    population, environment, mutations = build(WORLD, torch.float64)
    rng = np.random.default_rng(0)
    begin(population, shared_toolbox(environment, mutations, rng), Halving(0.0))
    settled = []
    resident = ResidentEvolution(population, environment, mutations, Halving(0.0), rng)
    resident.run(1, 6, lambda number: number == 3, lambda g: settled.append(g.settled))
    assert settled == [False, False, True, False, False, True]


def test_dead_offspring_never_take_the_place_of_their_parent():
    world = WORLD | {"mutations": [Dead, Cusp], "temperature": 1e3}
    population, environment, mutations = build(world, torch.float64)
    for individual in population:
        take_step(
            individual, torch.zeros(()), [torch.ones_like(p) for p in individual.parameters], ""
        )
    seen = []
    rng = np.random.default_rng(0)
    resident = ResidentEvolution(population, environment, mutations, Halving(1e3), rng)
    resident.run(0, 5, lambda _: False, lambda g: seen.append((record(g), None)))
    for entry, _ in seen:
        assert entry["accepted"] == [False, False]
        assert entry["deaths"][2:] == ["non-finite loss", "non-finite gradient"] * 2
    for individual in population:
        assert all(torch.isfinite(tensor).all() for tensor in individual.state_tensors())


def test_no_individual_or_module_is_copied_in_the_loop(monkeypatch):
    population, environment, mutations = build(WORLD, torch.float64)
    rng = np.random.default_rng(0)
    begin(population, shared_toolbox(environment, mutations, rng), Halving(0.0))
    resident = ResidentEvolution(population, environment, mutations, Halving(0.0), rng)

    def refuse(*_):
        raise AssertionError("copied")

    monkeypatch.setattr("copy.deepcopy", refuse)
    resident.run(1, 3, lambda _: False, lambda _: None)


def test_what_cannot_stay_on_the_device_says_why():
    population, environment, _ = build(WORLD, torch.float64)
    assert why_not_resident(environment, population) == ""
    population, environment, _ = build(WORLD | {"dropout": True}, torch.float64)
    assert "dropout" in why_not_resident(environment, population)
    population, environment, _ = build(WORLD | {"augmentation": "deformation"}, torch.float64)
    assert why_not_resident(environment, population) == ""
    for option in ("critic_steps", "offspring_steps"):
        population, environment, _ = build(WORLD | {option: 2}, torch.float64)
        assert "several steps" in why_not_resident(environment, population)


def test_where_no_graph_can_be_captured_the_run_goes_on_without_one(monkeypatch):
    def refuse(graph, **kwargs):
        raise RuntimeError("operation not permitted when stream is capturing\nand more")

    monkeypatch.setattr("torch.cuda.CUDAGraph", object)
    monkeypatch.setattr("torch.cuda.synchronize", lambda: None)
    monkeypatch.setattr("torch.cuda.graph", refuse)
    plain, _, _ = run_on_device(WORLD, torch.float64, 8)
    population, environment, mutations = build(WORLD, torch.float64)
    rng, notes, seen = np.random.default_rng(WORLD["seed"]), [], []
    schedule = Halving(WORLD["temperature"])

    def note(generation):
        seen.append((record(generation), dict(environment.last_losses)))

    begin(population, shared_toolbox(environment, mutations, rng), schedule, 8, note)
    resident = ResidentEvolution(population, environment, mutations, schedule, rng, notes.append)
    resident._until_capture = 1  # as on CUDA, after a generation to warm up
    resident.run(len(seen), 8 - len(seen), lambda _: False, note)
    assert notes == [
        "Running without a CUDA graph, which is slower: operation not permitted when stream is "
        "capturing."
    ]
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
