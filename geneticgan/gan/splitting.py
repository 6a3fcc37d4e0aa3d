"""Whether a run can be split among processes, and how much data they exchange per generation."""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from geneticgan.gan.forward import Forward
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import looks_beyond_logits
from geneticgan.gan.processes import ALONE

NEAR = 1e-3, 5e-2
"""Permitted difference, relative to the largest output: in float32, and in bf16."""


def why_whole(machine: Machine) -> str:
    """Return a clause that tells the user why a run cannot be split; empty if it can.

    All processes must call this together: they compare the output on their share of a batch with
    the output on the whole batch.
    """
    forward = machine.discriminator.forward
    size, batch_size = forward.processes.size, machine.batches.batch_size
    if size == 1:
        return ""
    if batch_size < size:
        return f"a batch of {batch_size} has no image for each of {size} processes"
    for mutation in machine.mutations:
        if looks_beyond_logits(mutation):
            return f"mutation {mutation.label!r} needs more than logits"
    if getattr(machine.discriminator.module, "couples_samples", False):
        return "the discriminator couples the samples of a batch"
    alone = copy.copy(forward)
    alone.processes = ALONE
    pairs = zip(_outputs(machine, alone), _outputs(machine, forward), strict=True)
    if forward.processes.most(int(not all(_near(*pair) for pair in pairs))):
        return (
            "a network couples the samples of a batch by something other than batch normalisation, "
            "or draws random numbers by something other than dropout"
        )
    return ""


@torch.no_grad()
def _outputs(machine: Machine, forward: Forward) -> list[torch.Tensor]:
    """Return this process's share of a generator's images, and the logits of real images."""
    batch, module = machine.batches.draw(0).offspring[0], machine.population[0].module
    buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
    images, logits = forward.generate(module, batch, buffers), forward.real(batch)
    if forward.processes.size == 1:
        images = machine.discriminator.forward.processes.own(images)
    return [images, logits.source, logits.classes]


def _near(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape:
        return False
    rough = torch.bfloat16 in (one.dtype, other.dtype)
    return bool((one - other).abs().max() <= NEAR[rough] * other.abs().max())


class Handed(NamedTuple):
    """What a process sends: how often, and how many bytes in total."""

    times: int
    bytes: int


def traffic(machine: Machine) -> dict[str, Handed]:
    """Return what a process sends to be reduced in a generation, by kind.

    This holds for shared gradients, one step of each network, float32 and the paper's fitness;
    another fitness may use images or held-out images, which are then exchanged as well.
    """
    parents, mutations = len(machine.population), len(machine.mutations)
    bred, evaluated = parents * mutations, parents * (1 + mutations)
    generator, discriminator = machine.population[0].module, machine.discriminator.module
    heads = [1, machine.batches.classes]
    if getattr(discriminator, "guide", None) is not None:
        heads.append(machine.batches.classes)
    whole = tuple(f"{name}." for name in getattr(generator, "of_latents", ()))
    channels = [
        each.num_features
        for name, each in generator.named_modules()
        if isinstance(each, _BatchNorm) and not f"{name}.".startswith(whole)
    ]
    statistics = evaluated * sum(8 * (2 * count + 1) for count in channels)
    statistics += bred * sum(4 * 2 * count for count in channels)
    logits = (1 + evaluated) * machine.batches.batch_size * sum(heads) * 4
    return {
        "gradients of generators": Handed(parents, bred * _bytes(generator)),
        "gradients of the discriminator": Handed(1, (1 + evaluated) * _bytes(discriminator)),
        "batch statistics": Handed((evaluated + bred) * len(channels), statistics),
        "logits": Handed(1 + evaluated, logits),
        "survivors": Handed(1, 8 * parents),
    }


def _bytes(module: torch.nn.Module) -> int:
    return sum(each.numel() * 4 for each in module.parameters() if each.requires_grad)
