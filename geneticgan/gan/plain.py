"""Everything that evolves generators, registered in one DEAP toolbox."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from deap import base

from geneticgan.annealing.algorithm import breed_plain
from geneticgan.annealing.selection import Annealing, Selection
from geneticgan.gan.environment import Environment, SharedEnvironment
from geneticgan.gan.mutation import Mutation
from geneticgan.gan.shared import SharedBreeding


def plain_toolbox(
    environment: Environment,
    mutations: Sequence[Mutation],
    rng: np.random.Generator,
    selection: Selection | None = None,
) -> base.Toolbox:
    """Register Algorithm 1's operators the plain way: clone, one step, evaluate.

    Parameters
    ----------
    environment : Environment
        The discriminator's side.
    mutations : sequence of Mutation
        One offspring of each parent for each of them.
    rng : numpy.random.Generator
        Of the selection.
    selection : Selection, optional
        Annealing by default.

    Returns
    -------
    deap.base.Toolbox
        ``observe``, ``evaluate``, ``breed``, ``mutations``, ``select``, ``update``; any of them
        may be registered anew.
    """
    toolbox = base.Toolbox()
    toolbox.register("observe", environment.observe)
    toolbox.register("evaluate", environment.evaluate)
    toolbox.register("update", environment.update)
    toolbox.register("select", (selection or Annealing()).select, rng=rng)
    toolbox.register("breed", breed_plain, toolbox=toolbox, brood_size=1)
    toolbox.mutations = [partial(each.mutate, environment=environment) for each in mutations]
    return toolbox


def shared_toolbox(
    environment: SharedEnvironment,
    mutations: Sequence[Mutation],
    rng: np.random.Generator,
    selection: Selection | None = None,
) -> base.Toolbox:
    """Register the same operators by the shared-gradient step; parameters as `plain_toolbox`.

    The conditions are those of `geneticgan.gan.family.why_plain`.
    """
    toolbox = plain_toolbox(environment, mutations, rng, selection)
    shared = SharedBreeding(environment, mutations)
    toolbox.register("observe", shared.observe)
    toolbox.register("evaluate", shared.evaluate)
    toolbox.register("breed", shared.breed)
    toolbox.register("update", shared.update)
    return toolbox
