"""How generators evolve."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.options.definition import option
from geneticgan.recipes import DEFAULT_RECIPE, RECIPES

BREEDINGS = ("auto", "plain", "shared", "host")
EVOLUTION = "Evolution"


@dataclass(frozen=True)
class EvolutionOptions:
    """Mutations, fitness, selection and annealing."""

    recipe: str = option(
        DEFAULT_RECIPE,
        EVOLUTION,
        "The initial values of options: paper is the published method, best is what was measured "
        "to be better.",
        choices=tuple(RECIPES),
    )
    method: str = option(
        "aggan",
        EVOLUTION,
        "The method to train, a plugin: aggan, another GAN such as acgan or egan, or a classifier "
        "such as oscn, balanced-softmax or dos.",
    )
    mutations: str = option(
        "minimax,nonsat,lsgan",
        EVOLUTION,
        "The adversarial objectives; each makes one offspring per generation. Options follow a "
        "colon, as in nonsat,lsgan:b=0.9.",
    )
    schedule: str = option(
        "exponential",
        EVOLUTION,
        "The annealing schedule, such as exponential or linear:T=10,period=500.",
    )
    T: float | None = option(
        None,
        EVOLUTION,
        "The initial temperature of the schedule.",
        minimum=0,
        shown="1000 for exponential",
    )
    alpha: float | None = option(
        None,
        EVOLUTION,
        "The annealing coefficient of the schedule: the temperature is multiplied by it after "
        "every generation.",
        minimum=0,
        maximum=1,
        above=True,
        shown="0.99 for exponential",
    )
    fitness: str = option(
        "paper", EVOLUTION, "The fitness function by which offspring are compared, a plugin."
    )
    selection: str = option(
        "annealing",
        EVOLUTION,
        "The rule by which generators survive, a plugin: annealing, elitist, always, best "
        "(E-GAN), threshold, nsga2, amosa or random.",
    )
    lambda_: float = option(
        1.0, EVOLUTION, "The weight of diversity in the fitness (equation 4).", minimum=0
    )
    population: int = option(
        1, EVOLUTION, "The number of generators that survive each generation.", minimum=1
    )
    offspring_steps: int = option(
        1,
        EVOLUTION,
        "The number of optimizer steps that make an offspring, each on its own latents.",
        minimum=1,
        expert=True,
    )
    fitness_batches: int = option(
        1,
        EVOLUTION,
        "The number of generated batches on which the fitness is computed; with more than 1, a "
        "generation is computed the plain way.",
        minimum=1,
        expert=True,
    )
    breeding: str = option(
        "auto",
        EVOLUTION,
        "How a generation is computed; results agree up to rounding. plain computes every "
        "offspring on its own; shared computes once what offspring have in common, on a GPU as a "
        "CUDA graph; host is shared without a graph, and selects on the host. auto is shared "
        "wherever that is possible, and host with several processes.",
        choices=BREEDINGS,
        expert=True,
    )
