"""Algorithm 1 written the way DEAP writes algorithms: clone, mutate, evaluate, select.

It is slow but easy to read, since individuals share nothing. It is the reference for
`geneticgan.gan.step`, and runs where gradients cannot be shared. The loop over generations is
`geneticgan.annealing.algorithm.ea_annealing`.
"""

from __future__ import annotations

import copy
from functools import partial

import torch
from deap import base

from geneticgan.annealing.algorithm import breed_plain
from geneticgan.annealing.fitness import FAILED
from geneticgan.gan.batch import Batch
from geneticgan.gan.fitness import Evaluator
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine


def plain_toolbox(machine: Machine) -> base.Toolbox:
    """Register Algorithm 1's operators for `ea_annealing`.

    The batches of a generation are arguments of its operators: ``observe`` draws them and
    registers the operators of this generation.

    Returns
    -------
    deap.base.Toolbox
        A toolbox with ``clone``, ``observe``, ``evaluate``, ``breed``, ``mutations``, ``select``
        and ``update``, any of which may be replaced.
    """
    toolbox = base.Toolbox()
    toolbox.register("clone", copy.deepcopy)
    toolbox.register("select", machine.selection.select, rng=machine.rng)  # lines 10-17
    toolbox.register("breed", breed_plain, toolbox=toolbox, brood_size=1)

    def observe(generation: int) -> None:
        machine.set_rates(generation, machine.population)
        drawn = machine.batches.draw(generation)
        met = [machine.discriminator.with_real_logits(batch) for batch in drawn.offspring]
        toolbox.mutations = [  # lines 4-7
            partial(each.mutate, discriminator=machine.discriminator, batches=met)
            for each in machine.mutations
        ]
        toolbox.register("evaluate", evaluate, evaluator=machine.evaluator, batch=drawn.fitness)
        update = machine.discriminator.update
        toolbox.register("update", update, batches=drawn.discriminator)  # lines 19-20

    toolbox.register("observe", observe)
    return toolbox


def evaluate(
    individual: GeneratorIndividual, evaluator: Evaluator, batch: Batch
) -> tuple[float, float]:
    """Return (quality, diversity) from the fitness function (lines 3 and 8-9).

    The individual generates as in training (with batch statistics) but on a copy of its buffers,
    so that the evaluation does not change it. The result is `FAILED` if its step failed or a
    value is not finite.
    """
    if individual.failed_to_step:
        return FAILED
    discriminator = evaluator.discriminator
    with torch.no_grad():
        images, _ = discriminator.generate(individual, batch)
    logits = discriminator.forward.generated(images, batch)
    real, _ = discriminator.real_loss(batch)
    loss = real + discriminator.generated_loss(logits, batch)  # L_D in equation 3
    gradients = discriminator.forward.gradients(loss, discriminator.parameters)
    values = torch.stack(evaluator.values(images, logits, gradients, batch))
    return individual.evaluated(*values.tolist())
