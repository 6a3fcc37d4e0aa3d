"""A generation on torch's meta device, where a wait for any value is an error.

So is any mixture of devices: what runs there needs nothing of the host, and can be captured.
"""

import dataclasses
from functools import partial

import pytest
import torch

from geneticgan.annealing.selection import SELECTIONS, BestOffspring
from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import Batch
from geneticgan.gan.capture import CapturedStep, why_not
from geneticgan.gan.fitness import FITNESS, FitnessFunction
from geneticgan.gan.forward import Forward
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import MUTATIONS, create_mutations
from geneticgan.gan.optimizer_state import step_with
from geneticgan.gan.processes import ALONE, Several
from geneticgan.testing.world import BATCH, CLASSES, LATENT, SIZE, make_world

CHANGES = "flip,translation,deformation,cutout"


def names(group):
    return [found.name for found in group.find()]


class OneOfThree(Several):
    """A process whose results nothing is added to."""

    def __init__(self):
        self.rank, self.size, self.reduced, self.times = 1, 3, 0, 0

    def _together(self, tensor, act):
        assert tensor.is_meta
        self.times += 1


def on_meta(mutations="minimax,nonsat", fitness="paper", selection="annealing", processes=ALONE):
    """Return the device's way to run a generation, and a batch, both without any value."""
    if isinstance(fitness, str):
        fitness = FITNESS.make(fitness)
    machine = make_world(create_mutations(mutations), fitness)
    augmentation = Augmentation(CHANGES, 0)
    sgd = partial(torch.optim.SGD, lr=0.1, momentum=0.9)
    training = machine.discriminator
    training.module.to("meta")
    module = training.module
    discriminator = dataclasses.replace(
        training,
        optimizer=sgd(module.parameters()),
        forward=Forward(module, 0, "float32", augmentation, processes),
    )
    counts = machine.evaluator.class_counts.to("meta")
    parent = GeneratorIndividual(machine.population[0].module.to("meta"), sgd)
    step_with(parent.optimizer, parent.parameters, [torch.zeros_like(p) for p in parent.parameters])
    evaluator = dataclasses.replace(
        machine.evaluator, discriminator=discriminator, class_counts=counts
    )
    sampler = dataclasses.replace(machine.batches, augmentation=augmentation)
    machine = dataclasses.replace(
        machine,
        population=[parent],
        discriminator=discriminator,
        evaluator=evaluator,
        selection=SELECTIONS.make(selection),
        batches=sampler,
    )
    batch = sampler.numbers(0, 0)
    tensors = iter([tensor.to("meta") for tensor in batch.tensors()])
    changes = batch.real_changes, batch.generated_changes
    groups = (*changes, batch.held_out, batch.real_features)
    singles = [next(tensors) for _ in range(4)]
    moved = Batch(0, *singles, *(tuple(next(tensors) for _ in group) for group in groups))
    return machine, moved


def test_the_batch_is_what_a_run_meets():
    _, batch = on_meta()
    assert batch.real_images.shape == (BATCH, 1, SIZE, SIZE)
    assert batch.latents.shape == (BATCH, LATENT)
    assert all(tensor.is_meta for tensor in batch.tensors())
    # A few numbers of each image; fields of displacements are made of them on the device.
    assert sum(each[0].numel() for each in batch.generated_changes) < 50 < SIZE * SIZE
    assert CLASSES == 3


@pytest.mark.parametrize("mutation", names(MUTATIONS))
def test_every_mutation_needs_no_value(mutation):
    machine, batch = on_meta(mutations=f"{mutation},nonsat")
    CapturedStep(machine).generation(batch)


@pytest.mark.parametrize("fitness", names(FITNESS))
def test_every_fitness_needs_no_value(fitness):
    machine, batch = on_meta(fitness=fitness)
    CapturedStep(machine).generation(batch)


@pytest.mark.parametrize("selection", names(SELECTIONS))
def test_every_selection_needs_no_value_or_says_that_it_selects_on_the_host(selection):
    machine, batch = on_meta(selection=selection)
    if not isinstance(machine.selection, BestOffspring):
        assert "selects there" in why_not(machine)
        return
    assert why_not(machine) == ""
    CapturedStep(machine).generation(batch)


@pytest.mark.parametrize("fitness", names(FITNESS))
def test_one_of_several_processes_needs_no_value(fitness):
    processes = OneOfThree()
    machine, batch = on_meta(
        mutations=",".join(names(MUTATIONS)), processes=processes, fitness=fitness
    )
    assert why_not(machine) == ""
    CapturedStep(machine).generation(batch)
    assert processes.times > len(names(MUTATIONS))


class Looking(FitnessFunction):
    """Waits for a number."""

    def evaluate(self, inputs):
        quality = inputs.logits.source.mean()
        return quality, quality * (2.0 if quality.item() > 0 else 1.0)


class Elsewhere(FitnessFunction):
    """Leaves the device."""

    def evaluate(self, inputs):
        quality = inputs.logits.source.mean()
        return quality, (inputs.logits.source + torch.ones(BATCH)).mean()


@pytest.mark.parametrize("fitness", [Looking(), Elsewhere()])
def test_a_fitness_that_needs_the_host_fails_here(fitness):
    machine, batch = on_meta(fitness=fitness)
    with pytest.raises((RuntimeError, NotImplementedError)):
        CapturedStep(machine).generation(batch)
