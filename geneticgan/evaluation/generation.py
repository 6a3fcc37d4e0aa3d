"""Images from trained generators."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from geneticgan.data.sampling import to_uint8
from geneticgan.errors import RunError
from geneticgan.networks import Generator
from geneticgan.seeding import torch_stream

CHUNK = 250
"""Number of images generated at once, which limits the memory."""


@torch.no_grad()
def generate(
    generators: Sequence[Generator], labels: torch.Tensor, seed: int, device: torch.device
) -> torch.Tensor:
    """Return images of the given labels.

    Parameters
    ----------
    generators : sequence of Generator
        One or more generators, which take turns at chunks of images.
    labels : Tensor
        The labels, of shape (N,) and type int64.
    seed : int
        Seeds the latents: the same seed, weights and labels give the same images.
    device : torch.device
        The generators' device.

    Returns
    -------
    Tensor
        Images of shape (N, C, H, W) and type uint8, on the CPU.

    Raises
    ------
    RunError
        If a value is not finite.
    """
    rng = torch_stream(seed, "generation")
    images = []
    for number, chunk in enumerate(torch.split(labels, CHUNK)):
        generator = generators[number % len(generators)]
        training = generator.training
        generator.eval()
        latent = torch.randn((len(chunk), generator.latent_dim), generator=rng)
        made = generator(latent.to(device), chunk.to(device))
        generator.train(training)
        if not torch.isfinite(made).all():
            raise RunError("generated images hold numbers that are not finite: train again")
        images.append(to_uint8(made).cpu())
    return torch.cat(images)


def check_visible(images: torch.Tensor) -> None:
    """Raise `RunError` if every one of some images, of shape (N, C, H, W), is of one colour."""
    pixels = images.flatten(2)
    if len(pixels) and (pixels == pixels[:, :, :1]).all():
        raise RunError(
            "every generated image is of one colour: the generators are damaged or have collapsed; "
            "train again, with a lower --learning-rate or more steps"
        )
