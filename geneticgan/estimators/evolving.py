"""Runs Algorithm 1 on the rows of a codec, without a folder, checkpoints or screen output."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from deap import tools

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.schedule import SCHEDULES, Schedule
from geneticgan.annealing.selection import create_selection
from geneticgan.config import TrainConfig
from geneticgan.data.dataset import count_groups
from geneticgan.data.draws import Draws
from geneticgan.data.grouping import hold_out_groups
from geneticgan.data.stores import upload
from geneticgan.errors import ConfigError
from geneticgan.estimators.codec import Codec, Int64Array
from geneticgan.gan.batch import Labelled
from geneticgan.gan.fitness import FitnessFunction, create_fitness
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import GeneratorIndividual, same_weights
from geneticgan.gan.mutation import create_mutations
from geneticgan.networks import CONVOLUTIONAL, Discriminator, Generator
from geneticgan.seeding import numpy_stream
from geneticgan.specs import options_of, parse_specs
from geneticgan.training.build import RealImages, build_machine
from geneticgan.training.device import resolve_device
from geneticgan.training.model import Model, make_adam
from geneticgan.training.plugins import Plugins
from geneticgan.training.precision import multiplying
from geneticgan.training.rates import RunRates, full_rates


@dataclass(frozen=True)
class Evolved:
    """The result of evolution.

    Attributes
    ----------
    generator : Generator
        The last survivor, ready to generate.
    discriminator : Discriminator
        The discriminator, whose class head is ready to classify.
    logbook : deap.tools.Logbook
        One record per generation: gen, temperature, quality and diversity of the survivor, the
        mutation that made it and whether it was accepted in this generation.
    """

    generator: Generator
    discriminator: Discriminator
    logbook: tools.Logbook


def evolve(
    codec: Codec,
    codes: Int64Array,
    config: TrainConfig,
    generations: int,
    progress: Callable[[int], None],
    start: Evolved | None = None,
    groups: Int64Array | None = None,
) -> Evolved:
    """Evolve a generator and a discriminator.

    Parameters
    ----------
    codec : Codec
        Provides the rows.
    codes : array of int64
        Labels 0..K-1, of shape (N,).
    config : TrainConfig
        The options of the run.
    generations : int
        Number of generations, >= 0.
    progress : callable
        Called with the number of finished generations.
    start : Evolved, optional
        A result whose networks are trained further, with new optimizers; by default the codec
        makes new networks.
    groups : array of int64 or None
        Groups of the rows, of shape (N,); a group is never split if the fitness needs held-out
        rows.

    Raises
    ------
    GeneticGanError
        For problems that the user can solve.
    """
    classes = int(codes.max()) + 1
    plugins = _plugins(config)
    if start is None:
        generator, discriminator = codec.networks(config.width, config.latent_dim, config.seed)
    else:
        generator = copy.deepcopy(start.generator).train().requires_grad_(True)
        discriminator = copy.deepcopy(start.discriminator).train().requires_grad_(True)
    codec.to(plugins.device)
    learnt, held = held_out_parts(plugins.fitness, codes, groups, config)
    labels = torch.from_numpy(codes).to(plugins.device)

    def drawing(rows: Int64Array, name: str, how: str) -> Callable[[int], Labelled]:
        plan = Draws(codes[rows], classes, config.seed, name).plan(how, config.batch_size)

        def draw(number: int) -> Labelled:
            chosen = upload(torch.from_numpy(rows[plan(number)]), plugins.device)
            return codec.batch(chosen, number), labels[chosen]

        return draw

    rates = full_rates(config)
    adam = partial(make_adam, lr=rates.of_generators)
    parent = GeneratorIndividual(generator.to(plugins.device), adam, (1.0, config.lambda_))
    model = Model([parent], discriminator.to(plugins.device), plugins.device, rates)
    real = RealImages(
        drawing(learnt, "real", config.drawing),
        np.bincount(codes[learnt]).tolist(),
        drawing(held, "held out", "batches") if len(held) else None,
    )
    machine = build_machine(config, plugins, model, real)
    machine.set_rates = RunRates(config, rates, machine.discriminator.optimizer)
    logbook = tools.Logbook()

    def record(generation: Generation) -> bool:
        (survivor,) = generation.survivors
        quality, diversity = survivor.fitness.values
        logbook.record(
            gen=generation.number,
            temperature=generation.temperature,
            quality=quality,
            diversity=diversity,
            mutation=survivor.mutation,
            accepted=generation.accepted[0],
        )
        progress(generation.number + 1)
        return False

    if generations:
        best = tools.HallOfFame(1, similar=same_weights)
        with multiplying(config.precision):
            Generations(machine).run(0, generations, best, record)
        machine.discriminator.check()
    found: Generator = machine.population[0].module.eval()  # type: ignore[assignment]
    judge: Discriminator = model.discriminator.eval()
    return Evolved(found.requires_grad_(False), judge.requires_grad_(False), logbook)


def _plugins(config: TrainConfig) -> Plugins:
    """Make the plugins of an estimator; its codec makes the networks."""
    return Plugins(
        tuple(create_mutations(config.mutations)),
        make_schedule(config),
        create_fitness(config.fitness),
        create_selection(config.selection),
        CONVOLUTIONAL,
        resolve_device(config.device),
    )


def held_out_parts(
    fitness: FitnessFunction, codes: Int64Array, groups: Int64Array | None, config: TrainConfig
) -> tuple[Int64Array, Int64Array]:
    """Return the rows for training, and those that are held out for the fitness.

    Parameters
    ----------
    fitness : FitnessFunction
        The fitness, for which rows are held out only if it needs them.
    codes : array of int64
        The labels, of shape (N,).
    groups : array of int64 or None
        Groups of the rows, of shape (N,); a group is never split.
    config : TrainConfig
        Provides the share of held-out rows and the seed.

    Raises
    ------
    ConfigError
        If a class cannot be on both sides.
    """
    rows = np.arange(len(codes), dtype=np.int64)
    if not fitness.needs_held_out:
        return rows, rows[:0]
    alone = rows if groups is None else groups
    names = [str(code) for code in range(int(codes.max()) + 1)]
    if min(count_groups(codes, alone, len(names))) < 2:
        of = "rows" if groups is None else "groups"
        raise ConfigError(
            f"the fitness {config.fitness} needs held-out rows, and a class of y has fewer than "
            f"two {of}; use another fitness"
        )
    rng = numpy_stream(config.seed, "validation")
    held = hold_out_groups(codes, alone, names, config.validation_fraction, rng, "validation")
    return np.setdiff1d(rows, held), held


def make_schedule(config: TrainConfig) -> Schedule:
    """Return the schedule, with T and alpha if it has such options."""
    (spec,) = parse_specs(config.schedule)
    known = options_of(SCHEDULES.get(spec.name).factory)
    cooling = {"T": config.T, "alpha": config.alpha}
    return SCHEDULES.create(spec, **{k: v for k, v in cooling.items() if k in known})
