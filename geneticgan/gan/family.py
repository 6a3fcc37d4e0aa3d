"""What a parent and its offspring have in common, computed once: the shared gradients.

All offspring of a parent share its forward pass through generator and discriminator. Since the
discriminator couples no samples, row i of the image gradient of any objective of the source
logits is ``W_i * ds_i/dx_i + dL_cls/dx_i`` with ``W = dM/ds``: two backward passes through the
discriminator serve any number of mutations. Nothing here waits for the device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from geneticgan.gan.environment import Judgement, SharedEnvironment
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import Mutation

Gradients = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Shown:
    """What came of showing an individual's images to the discriminator.

    Attributes
    ----------
    images : Tensor
        Shape (B, C, H, W); of a parent with a graph to its parameters.
    leaf : Tensor
        The same images, where the judgement's graph ends.
    buffers : dict of str to Tensor
        The individual's after this training pass.
    judgement : Judgement
        Of a parent with a graph to ``leaf``.
    gradients : tuple of Tensor
        Of the generated part of L_D, in the discriminator's parameters.
    loss : Tensor
        The generated part of L_D; a scalar without a graph.
    """

    images: torch.Tensor
    leaf: torch.Tensor
    buffers: dict[str, torch.Tensor]
    judgement: Judgement
    gradients: Gradients
    loss: torch.Tensor


def why_plain(environment: SharedEnvironment, mutations: Sequence[Mutation]) -> str:
    """Return why these cannot share gradients, as a clause for the user; empty if they can."""
    for mutation in mutations:
        cls = type(mutation)
        if cls.objective is not Mutation.objective or cls.mutate is not Mutation.mutate:
            return f"mutation {mutation.label!r} needs more than logits"
    return environment.why_unshared()


def show(environment: SharedEnvironment, individual: GeneratorIndividual, *, parent: bool) -> Shown:
    """Show an individual's images to the discriminator; of a parent keep the graph."""
    with torch.set_grad_enabled(parent):
        images, buffers = environment.generate(individual)
    leaf = images.detach().requires_grad_(parent)
    judgement = environment.judge(leaf)
    loss = environment.generated_loss(judgement)
    gradients = torch.autograd.grad(loss, environment.parameters, retain_graph=parent)
    return Shown(images, leaf, buffers, judgement, gradients, loss.detach())


def offspring_gradients(
    environment: SharedEnvironment,
    parent: GeneratorIndividual,
    shown: Shown,
    mutations: Sequence[Mutation],
) -> list[tuple[torch.Tensor, tuple[torch.Tensor | None, ...]]]:
    """Return loss and gradient of every mutation's objective in the parent's parameters.

    The graph that `show` kept is used up.
    """
    source = shown.judgement.source
    class_loss = environment.class_loss(shown.judgement)
    (by_class,) = torch.autograd.grad(class_loss, shown.leaf, retain_graph=True)
    (by_source,) = torch.autograd.grad(source.sum(), shown.leaf)
    real = environment.judge_real().source
    last = len(mutations) - 1
    found: list[tuple[torch.Tensor, tuple[torch.Tensor | None, ...]]] = []
    for number, mutation in enumerate(mutations):
        logits = source.detach().requires_grad_()
        loss = mutation.loss(logits, real)
        weights = _gradient_or_zeros(loss, logits).view(-1, *[1] * (by_source.dim() - 1))
        gradients = torch.autograd.grad(
            shown.images,
            parent.parameters,
            (weights * by_source + by_class).to(shown.images.dtype),
            retain_graph=number < last,
            allow_unused=True,
        )
        found.append(((loss + class_loss).detach(), gradients))
    return found


def _gradient_or_zeros(loss: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Return d loss / d logits; zeros for an objective that does not look at them."""
    if not loss.requires_grad:
        return torch.zeros_like(logits)
    (gradient,) = torch.autograd.grad(loss, logits, allow_unused=True, materialize_grads=True)
    return gradient
