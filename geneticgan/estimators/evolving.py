"""Algorithm 1 on rows that a codec gives: no folder, no checkpoint, no screen."""

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
from geneticgan.data.draws import Draws
from geneticgan.data.stores import upload
from geneticgan.errors import ConfigError
from geneticgan.estimators.codec import Codec, Int64Array
from geneticgan.gan.discriminator import DiscriminatorEnvironment
from geneticgan.gan.fitness import create_fitness
from geneticgan.gan.individual import GeneratorIndividual, same_weights
from geneticgan.gan.mutation import create_mutations
from geneticgan.networks import Discriminator, Generator
from geneticgan.registry import options_of, parse_specs
from geneticgan.seeding import numpy_stream
from geneticgan.training.breeding import Breeding
from geneticgan.training.device import resolve_device
from geneticgan.training.model import make_adam


@dataclass(frozen=True)
class Recipe:
    """How to evolve; the names are those of `geneticgan.TrainConfig`."""

    mutations: str
    schedule: str
    T: float
    alpha: float
    fitness: str
    selection: str
    lambda_: float
    steps: int
    batch_size: int
    width: int
    latent_dim: int
    learning_rate: float
    classifier_learning_rate: float
    device: str
    seed: int


@dataclass(frozen=True)
class Evolved:
    """What evolution leaves.

    Attributes
    ----------
    generator : Generator
        The last survivor, ready to generate.
    discriminator : Discriminator
        Whose class head classifies, ready to do so.
    logbook : deap.tools.Logbook
        A record a generation: gen, temperature, quality and diversity of the survivor, the
        mutation that made it and whether it was accepted just then.
    """

    generator: Generator
    discriminator: Discriminator
    logbook: tools.Logbook


def evolve(
    codec: Codec,
    codes: Int64Array,
    recipe: Recipe,
    progress: Callable[[int], None],
    start: Evolved | None = None,
) -> Evolved:
    """Evolve a generator and a discriminator.

    Parameters
    ----------
    codec : Codec
        Gives the rows.
    codes : array of int64
        Shape (N,), the labels, 0..K-1.
    recipe : Recipe
        How.
    progress : callable
        Told how many generations are done.
    start : Evolved, optional
        Whose networks go on, with optimizers that begin anew; otherwise the codec's begin.

    Raises
    ------
    GeneticGanError
        For what the user can mend.
    """
    classes = int(codes.max()) + 1
    device = resolve_device(recipe.device)
    mutations = create_mutations(recipe.mutations)
    schedule = make_schedule(recipe)
    selection, fitness = create_selection(recipe.selection), create_fitness(recipe.fitness)
    if fitness.needs_held_out:
        raise ConfigError(f"the fitness {recipe.fitness} needs held-out images; a sampler has none")
    if start is None:
        generator, discriminator = codec.networks(recipe.width, recipe.latent_dim, recipe.seed)
    else:
        generator = copy.deepcopy(start.generator).train().requires_grad_(True)
        discriminator = copy.deepcopy(start.discriminator).train().requires_grad_(True)
    codec.to(device)
    draws = Draws(codes, classes, recipe.seed, "real")
    labels = torch.from_numpy(codes).to(device)

    def draw_real(number: int) -> tuple[torch.Tensor, torch.Tensor]:
        rows = upload(torch.from_numpy(draws.balanced(number, recipe.batch_size)), device)
        return codec.batch(rows, number), labels[rows]

    adam = partial(make_adam, lr=recipe.learning_rate)
    parent = GeneratorIndividual(generator.to(device), adam, (1.0, recipe.lambda_))
    discriminator.to(device)
    environment = DiscriminatorEnvironment(
        discriminator,
        make_adam(discriminator.parameters(), recipe.classifier_learning_rate),
        draw_real,
        generator.latent_dim,
        classes,
        recipe.batch_size,
        recipe.seed,
        fitness=fitness,
        class_counts=np.bincount(codes).tolist(),
    )
    population, logbook = [parent], tools.Logbook()

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

    rng = numpy_stream(recipe.seed, "metropolis")
    breeding = Breeding(
        "auto", population, environment, mutations, schedule, rng, selection, lambda _: None
    )
    hall_of_fame = tools.HallOfFame(1, similar=same_weights)
    if recipe.steps:
        breeding.run(0, recipe.steps, lambda _: False, record, hall_of_fame)
        environment.check()
    found: Generator = population[0].module.eval()  # type: ignore[assignment]
    discriminator.eval().requires_grad_(False)
    return Evolved(found.requires_grad_(False), discriminator, logbook)


def make_schedule(recipe: Recipe) -> Schedule:
    """Return the schedule, with T and alpha where it has such options."""
    (spec,) = parse_specs(recipe.schedule)
    known = options_of(SCHEDULES.get(spec.name).factory)
    cooling = {"T": recipe.T, "alpha": recipe.alpha}
    return SCHEDULES.create(spec, **{k: v for k, v in cooling.items() if k in known})
