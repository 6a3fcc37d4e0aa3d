"""Shared gradients: what the offspring of one parent have in common is computed only once.

All offspring of a parent share its forward pass through generator and discriminator. Since the
discriminator couples no samples, row i of the image gradient of any objective of the source
logits is ``W_i * ds_i/dx_i + dL_cls/dx_i`` with ``W = dM/ds``: two backward passes through the
discriminator serve any number of mutations. If the discriminator's loss on the parent's images
has that same class part, one pass is enough: that loss's backward pass is needed anyway, and its
image gradient is ``w_i * ds_i/dx_i + dL_cls/dx_i`` with ``w = dL_S/ds``. The gradients of L_D,
which the fitness needs, are kept: the survivor's is the discriminator's own update. Nothing here
waits for a device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from geneticgan.gan.batch import Batch, Logits
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import looks_beyond_logits

Gradients = tuple[torch.Tensor, ...]


def why_plain(machine: Machine) -> str:
    """Return a clause that tells the user why gradients cannot be shared; empty if they can."""
    for mutation in machine.mutations:
        if looks_beyond_logits(mutation):
            return f"mutation {mutation.label!r} needs more than logits"
    if getattr(machine.discriminator.module, "couples_samples", False):
        return "the discriminator couples the samples of a batch"
    if machine.discriminator.penalty:
        return "the gradient penalty needs real and generated images together"
    if machine.batches.fitness_batches > 1:
        return "the fitness uses more images than offspring are made from"
    return ""


@dataclass(frozen=True)
class Evaluation:
    """An individual's images in a generation, and the results computed from them.

    Attributes
    ----------
    images : Tensor
        The images of this process's rows; those of a parent have a graph to its parameters.
    leaf : Tensor
        The same images, as the leaf at which the graph of ``logits`` ends.
    buffers : dict of str to Tensor
        The individual's buffers after this training pass.
    logits : Logits
        The discriminator's output on the images; for a parent with a graph to ``leaf``.
    gradients : tuple of Tensor
        Gradients of the generated part of L_D, one per parameter of the discriminator, for this
        process's rows.
    by_image : Tensor or None
        That part's gradient with respect to the images, if offspring are made from it.
    loss : Tensor
        The generated part of L_D; a scalar without a graph.
    """

    images: torch.Tensor
    leaf: torch.Tensor
    buffers: dict[str, torch.Tensor]
    logits: Logits
    gradients: Gradients
    by_image: torch.Tensor | None
    loss: torch.Tensor


def evaluate(
    machine: Machine, individual: GeneratorIndividual, batch: Batch, *, parent: bool = False
) -> Evaluation:
    """Run the discriminator on an individual's images; keep the graph for a parent.

    Parameters
    ----------
    machine : Machine
        The parts of the run.
    individual : GeneratorIndividual
        The individual, which is not changed.
    batch : Batch
        The batch on which it is evaluated.
    parent : bool
        Whether it is a parent, for which `offspring_gradients` is called next.
    """
    discriminator = machine.discriminator
    with torch.set_grad_enabled(parent):
        images, buffers = discriminator.generate(individual, batch)
    leaf = images.detach().requires_grad_(parent)
    logits = discriminator.forward.generated(leaf, batch)
    loss = discriminator.generated_loss(logits, batch)
    shared = parent and discriminator.loss.has_generators_class_loss(logits)
    wanted = [*discriminator.parameters, *([leaf] if shared else [])]
    gradients = torch.autograd.grad(loss, wanted, retain_graph=parent)
    by_image = gradients[-1] if shared else None
    gradients = gradients[: len(discriminator.parameters)]
    return Evaluation(images, leaf, buffers, logits, gradients, by_image, loss.detach())


def reduced(
    machine: Machine, real: Gradients, evaluations: Sequence[Evaluation]
) -> tuple[Gradients, list[Evaluation]]:
    """Sum the gradients of the real part of L_D and of all evaluations over the processes.

    All are reduced at once.
    """
    size = len(real)
    found = machine.discriminator.forward.processes.sum(
        (*real, *(gradient for each in evaluations for gradient in each.gradients))
    )
    whole = [found[first : first + size] for first in range(0, len(found), size)]
    return whole[0], [
        replace(each, gradients=gradients)
        for each, gradients in zip(evaluations, whole[1:], strict=True)
    ]


def fitness_values(
    machine: Machine, evaluation: Evaluation, batch: Batch, real: Gradients
) -> torch.Tensor:
    """Return quality and diversity as float64 of shape (2,) (Algorithm 1, lines 3 and 8-9).

    Parameters
    ----------
    machine : Machine
        The parts of the run.
    evaluation : Evaluation
        An evaluation with gradients over all processes.
    batch : Batch
        The batch on which the individual is evaluated.
    real : tuple of Tensor
        Gradients of the real part of L_D over all processes.
    """
    whole = torch._foreach_add(real, evaluation.gradients)
    found = machine.evaluator.values(evaluation.leaf, evaluation.logits, whole, batch)
    return torch.stack(found).double()


def offspring_gradients(
    machine: Machine, parent: GeneratorIndividual, evaluation: Evaluation, batch: Batch
) -> list[tuple[torch.Tensor, tuple[torch.Tensor | None, ...]]]:
    """Return every mutation's loss, and its gradients with respect to the parent's parameters.

    This frees the graph that `evaluate` kept. The batch must have its real logits.
    """
    assert batch.real_logits is not None  # required above
    source = evaluation.logits.source
    class_loss = machine.discriminator.class_loss(evaluation.logits, batch)
    rest, known = _without_source(machine, evaluation, class_loss)
    (by_source,) = torch.autograd.grad(source.sum(), evaluation.leaf)
    last = len(machine.mutations) - 1
    processes = machine.discriminator.forward.processes
    losses: list[torch.Tensor] = []
    found: list[torch.Tensor | None] = []
    for number, mutation in enumerate(machine.mutations):
        logits = source.detach().requires_grad_()
        loss = mutation.checked_loss(logits, batch.real_logits.source)
        weights = _gradient_or_zeros(loss, logits) - known
        weights = processes.own(weights).view(-1, *[1] * (by_source.dim() - 1))
        found += torch.autograd.grad(
            evaluation.images,
            parent.parameters,
            (weights * by_source + rest).to(evaluation.images.dtype),
            retain_graph=number < last,
            allow_unused=True,
        )
        losses.append((loss + class_loss).detach())
    offspring = zip(*[iter(processes.sum(tuple(found)))] * len(parent.parameters), strict=True)
    return list(zip(losses, offspring, strict=True))


def _without_source(
    machine: Machine, evaluation: Evaluation, class_loss: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return an image gradient of the class loss, and the weights of the ``ds/dx`` within it."""
    source = evaluation.logits.source.detach().requires_grad_()
    if evaluation.by_image is None:
        (by_class,) = torch.autograd.grad(class_loss, evaluation.leaf, retain_graph=True)
        return by_class, torch.zeros_like(source)
    return evaluation.by_image, _gradient_or_zeros(
        machine.discriminator.loss.generated_source(source), source
    )


def _gradient_or_zeros(loss: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Return d loss / d logits; zeros for an objective that does not use them."""
    if not loss.requires_grad:
        return torch.zeros_like(logits)
    (gradient,) = torch.autograd.grad(loss, logits, allow_unused=True, materialize_grads=True)
    return gradient
