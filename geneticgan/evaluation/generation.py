"""Images out of trained generators."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from geneticgan.data.sampling import to_uint8
from geneticgan.networks import Generator
from geneticgan.seeding import torch_stream

CHUNK = 250
"""Images made at once; bounds the memory."""


@torch.no_grad()
def generate(
    generators: Sequence[Generator], labels: torch.Tensor, seed: int, device: torch.device
) -> torch.Tensor:
    """Return images of the given labels.

    Parameters
    ----------
    generators : sequence of Generator
        With several, each makes every so-many-th chunk.
    labels : Tensor
        Shape (N,), int64.
    seed : int
        Draws the latents: the same seed, weights and labels give the same images.
    device : torch.device
        Where the generators are.

    Returns
    -------
    Tensor
        Shape (N, C, H, W), uint8, on the CPU.
    """
    rng = torch_stream(seed, "generation")
    images = []
    for number, chunk in enumerate(torch.split(labels, CHUNK)):
        generator = generators[number % len(generators)]
        training = generator.training
        generator.eval()
        latent = torch.randn((len(chunk), generator.latent_dim), generator=rng)
        images.append(to_uint8(generator(latent.to(device), chunk.to(device))).cpu())
        generator.train(training)
    return torch.cat(images)
