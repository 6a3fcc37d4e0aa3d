"""What offspring of one parent have in common, computed once: the shared gradients.

All offspring of a parent share its forward pass through generator and discriminator. Since the
discriminator couples no samples, row i of the image gradient of any objective of the source
logits is ``W_i * ds_i/dx_i + dL_cls/dx_i`` with ``W = dM/ds``: two backward passes through the
discriminator serve any number of mutations. Where the discriminator's loss on the parent's images
has that same class part, one does: its backward pass is needed anyway, and what it gives of the
images is ``w_i * ds_i/dx_i + dL_cls/dx_i`` with ``w = dL_S/ds``. The gradients of L_D, which the
fitness needs, are kept: the survivor's is the discriminator's own update. Nothing here waits for a
device.
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
    """Return why gradients cannot be shared, as a clause for the user; empty if they can."""
    for mutation in machine.mutations:
        if looks_beyond_logits(mutation):
            return f"mutation {mutation.label!r} needs more than logits"
    if getattr(machine.discriminator.module, "couples_samples", False):
        return "the discriminator couples the samples of a batch"
    if machine.discriminator.penalty:
        return "the gradient penalty needs real and generated images together"
    if machine.batches.fitness_batches > 1:
        return "the fitness is taken on more images than offspring are born of"
    return ""


@dataclass(frozen=True)
class Evaluation:
    """An individual's images in a generation, and what follows from them.

    Attributes
    ----------
    images : Tensor
        Those of this process's rows; a parent's with a graph to its parameters.
    leaf : Tensor
        The same images, where the graph of ``logits`` ends.
    buffers : dict of str to Tensor
        The individual's after this training pass.
    logits : Logits
        The discriminator's output on them; a parent's with a graph to ``leaf``.
    gradients : tuple of Tensor
        Of the generated part of L_D, one for each of the discriminator's parameters; what comes of
        this process's rows.
    by_image : Tensor or None
        That part's gradient by the images, where offspring are made of it.
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
    """Let the discriminator judge an individual's images; of a parent keep the graph.

    Parameters
    ----------
    machine : Machine
        The parts of the run.
    individual : GeneratorIndividual
        Left as it is.
    batch : Batch
        What it meets.
    parent : bool
        Whether `offspring_gradients` follows.
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
    """Return gradients of the real part of L_D and evaluations, with those of all processes.

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
    """Return quality and diversity, shape (2,), float64 (Algorithm 1, lines 3 and 8-9).

    Parameters
    ----------
    machine : Machine
        The parts of the run.
    evaluation : Evaluation
        With the gradients of all processes.
    batch : Batch
        What the individual met.
    real : tuple of Tensor
        Gradients of the real part of L_D.
    """
    whole = torch._foreach_add(real, evaluation.gradients)
    found = machine.evaluator.values(evaluation.leaf, evaluation.logits, whole, batch)
    return torch.stack(found).double()


def offspring_gradients(
    machine: Machine, parent: GeneratorIndividual, evaluation: Evaluation, batch: Batch
) -> list[tuple[torch.Tensor, tuple[torch.Tensor | None, ...]]]:
    """Return loss and gradient of every mutation's objective in the parent's parameters.

    The graph that `evaluate` kept is used up. The batch's real logits are to be known.
    """
    assert batch.real_logits is not None  # as is said above
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
        loss = mutation.loss(logits, batch.real_logits.source)
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
    """Return an image gradient of the class loss, and with which weights ``ds/dx`` is in it."""
    source = evaluation.logits.source.detach().requires_grad_()
    if evaluation.by_image is None:
        (by_class,) = torch.autograd.grad(class_loss, evaluation.leaf, retain_graph=True)
        return by_class, torch.zeros_like(source)
    return evaluation.by_image, _gradient_or_zeros(
        machine.discriminator.loss.generated_source(source), source
    )


def _gradient_or_zeros(loss: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Return d loss / d logits; zeros for an objective that does not look at them."""
    if not loss.requires_grad:
        return torch.zeros_like(logits)
    (gradient,) = torch.autograd.grad(loss, logits, allow_unused=True, materialize_grads=True)
    return gradient
