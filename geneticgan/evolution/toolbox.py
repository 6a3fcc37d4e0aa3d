"""Everything that evolves generators, registered in one DEAP toolbox."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from deap import base

from geneticgan.evolution.breeding import breed_plain
from geneticgan.evolution.environment import Environment
from geneticgan.evolution.mutation import Mutation
from geneticgan.evolution.selection import sel_annealing


def build_toolbox(
    environment: Environment, mutations: Sequence[Mutation], rng: np.random.Generator
) -> base.Toolbox:
    """Register Algorithm 1's operators for `ea_annealing`.

    Parameters
    ----------
    environment : Environment
        The discriminator's side.
    mutations : sequence of Mutation
        One offspring of each parent for each of them.
    rng : numpy.random.Generator
        Of the Metropolis criterion.

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
    toolbox.register("select", sel_annealing, rng=rng)
    toolbox.register("breed", breed_plain, toolbox=toolbox, brood_size=1)
    toolbox.mutations = [partial(each.mutate, environment=environment) for each in mutations]
    return toolbox
