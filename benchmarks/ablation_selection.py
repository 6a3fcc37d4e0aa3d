"""Whether fitness is more than noise, and whether it tells what comes of an offspring later."""

from __future__ import annotations

import argparse
import copy
import dataclasses
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from deap import tools
from scipy.stats import spearmanr, ttest_1samp

from benchmarks.ablation_grid import CPU, line
from geneticgan.annealing.schedule import create_schedule
from geneticgan.annealing.selection import create_selection
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.generation_metrics import score_generated
from geneticgan.evaluation.scoring import score_network
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import GeneratorIndividual, same_weights
from geneticgan.gan.machine import Machine, leave_rates
from geneticgan.gan.mutation import create_mutations
from geneticgan.gan.plain import evaluate
from geneticgan.jobs.features import Extractor, reference_classifier
from geneticgan.protocols.development import development_part
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import load_parts

Float64Array = npt.NDArray[np.float64]

BATCHES = 60
"""Batches on which a fitness is averaged, for its true value."""

ELSEWHERE = 10**7
"""Number of the first of these batches, away from those of training."""

LOOKS = 8
"""Moments of a run that are looked at."""

HORIZONS = (0, 10, 50, 200)
"""Generations after birth."""


@dataclass(frozen=True)
class Moment:
    """One generation, taken apart.

    Attributes
    ----------
    noise : float
        Standard deviation over batches of a difference in fitness between offspring and parent.
    spread : float
        Standard deviation of the offspring's mean fitness, over the offspring.
    right : float
        Share of batches on which the offspring of the highest mean fitness has the highest.
    ranks : dict
        From a horizon and a measure to the rank correlation of the fitness at birth with it.
    """

    noise: float
    spread: float
    right: float
    ranks: dict[tuple[int, str], float]


def study(base: TrainConfig, seeds: Sequence[int], options: argparse.Namespace) -> None:
    """Take generations apart and print what is found."""
    torch.set_num_threads(1)
    moments: list[Moment] = []
    for seed in seeds:
        config = dataclasses.replace(base, seed=seed, validate_every=10**6, checkpoint_every=10**6)
        source, split = load_parts(config)
        split = dataclasses.replace(split, test=development_part(source, split))
        path = options.out / "selection" / f"seed-{seed}"
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = RunFolder.create(path, config)
        with StopRequest() as stop:
            extractor = reference_classifier(source, config, CPU, (), stop)
            for look in range(1, LOOKS + 1):
                reached = config.steps * look // LOOKS
                part = dataclasses.replace(config, steps=reached)
                evolution = Evolution(part, split, folder, (), stop)
                model = evolution.run()
                moments.append(
                    take_apart(evolution.machine, model.population[0], reached, split, extractor)
                )
                print(f"seed {seed}, generation {reached}", file=sys.stderr)
        shutil.rmtree(path)
    show(moments)


def take_apart(
    machine: Machine,
    parent: GeneratorIndividual,
    generation: int,
    split: Split,
    extractor: Extractor,
) -> Moment:
    """Bear a parent's offspring, and follow each of them as if it had been chosen."""
    offspring = []
    drawn = machine.batches.draw(generation)
    for mutation in create_mutations("minimax,nonsat,lsgan"):
        child = copy.deepcopy(parent)
        mutation.mutate(child, machine.discriminator, drawn.offspring)
        offspring.append(child)
    born = [sum(evaluate(child, machine.evaluator, drawn.fitness)) for child in offspring]
    everywhere = np.array(
        [fitnesses([parent, *offspring], machine, ELSEWHERE + n) for n in range(BATCHES)]
    )
    gains = everywhere[:, 1:] - everywhere[:, :1]
    truth = gains.mean(axis=0)
    later = [follow(child, machine, generation, split, extractor) for child in offspring]
    ranks = {}
    for key in later[0]:
        outcomes = [each[key] for each in later]
        if len(set(outcomes)) > 1:
            ranks[key] = float(spearmanr(born, outcomes).statistic)
    return Moment(
        float(gains.std(axis=0, ddof=1).mean()),
        float(truth.std(ddof=1)),
        float((gains.argmax(axis=1) == truth.argmax()).mean()),
        ranks,
    )


def fitnesses(
    individuals: Sequence[GeneratorIndividual], machine: Machine, number: int
) -> list[float]:
    """Return the paper's fitness, lambda being 1, of each on one batch."""
    batch = machine.batches.draw(number).fitness
    return [sum(evaluate(individual, machine.evaluator, batch)) for individual in individuals]


def follow(
    child: GeneratorIndividual,
    machine: Machine,
    generation: int,
    split: Split,
    extractor: Extractor,
) -> dict[tuple[int, str], float]:
    """Train on from an offspring with one objective; return its measures at each horizon.

    The discriminator learns from it as from a survivor. All offspring see the same batches.
    """
    discriminator = copy.deepcopy(machine.discriminator)
    population = [copy.deepcopy(child)]
    discriminator.update(population, machine.batches.draw(generation).discriminator)
    world = dataclasses.replace(
        machine,
        population=population,
        discriminator=discriminator,
        evaluator=dataclasses.replace(machine.evaluator, discriminator=discriminator),
        mutations=create_mutations("nonsat"),
        selection=create_selection("always"),
        schedule=create_schedule("zero"),
        rng=np.random.default_rng(0),
        set_rates=leave_rates,
    )
    breeding = Generations(world)
    real = extractor.extract(split.test.pixels)
    seen = extractor.extract(split.train.pixels)
    labels = torch.from_numpy(split.test.labels)
    found: dict[tuple[int, str], float] = {}
    at = 0
    for horizon in HORIZONS:
        if horizon > at:
            hall_of_fame: Any = tools.HallOfFame(1, similar=same_weights)
            first = generation + 1 + at
            breeding.run(first, horizon - at, hall_of_fame, lambda _: False)
            at = horizon
        acsa = score_network(discriminator.module, split.test, split, CPU).acsa
        module: Any = population[0].module
        made = extractor.extract(generate([module], labels, 0, CPU).numpy())
        scores = score_generated(made, real, seen, 0)
        found[horizon, "accuracy"] = acsa
        if scores is not None and scores.fid is not None:
            found[horizon, "likeness"] = -scores.fid
    return found


def show(moments: Sequence[Moment]) -> None:
    """Print the tables."""
    noise = np.median([moment.noise for moment in moments])
    spread = np.median([moment.spread for moment in moments])
    right = [moment.right for moment in moments]
    p = ttest_1samp(right, 1 / 3).pvalue if len(set(right)) > 1 else 1.0
    print(
        f"{len(moments)} generations. Fitness of an offspring against its parent's, medians: "
        f"{noise:.4f} is its standard deviation between batches, and {spread:.4f} that between "
        f"the three offspring's means over {BATCHES} batches. The offspring of the highest "
        f"mean is the fittest on {100 * np.mean(right):.0f}% of batches; chance is 33% "
        f"(p = {p:.2g}).\n\nRank correlation of the fitness at birth with what comes of an "
        "offspring, means over generations:\n"
    )
    print(f"{line(['generations later', 'class head (ACSA)', 'likeness (-FID)'])}\n|---|---|---|")
    for horizon in HORIZONS:
        cells = []
        for measure in ("accuracy", "likeness"):
            found = [m.ranks[horizon, measure] for m in moments if (horizon, measure) in m.ranks]
            p = ttest_1samp(found, 0).pvalue if len(set(found)) > 1 else 1.0
            cells.append(f"{np.mean(found):+.2f} (p = {p:.2g})" if found else "")
        print(line([horizon, *cells]))
