"""What all individuals of a generation meet: real images, latents and labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch

from geneticgan.data.augmentation import Augmentation, Drawn
from geneticgan.data.stores import upload
from geneticgan.gan.environment import Situation
from geneticgan.seeding import torch_stream

Batch = tuple[torch.Tensor, torch.Tensor]


class Parts(NamedTuple):
    """What a situation is made of.

    Attributes
    ----------
    real_images, real_labels : Tensor
        Shapes (B, C, H, W) and (B,).
    latent, labels : Tensor
        Shapes (B, L) and (B,); of the generated images.
    real_changes, generated_changes : Drawn
        Of what the discriminator is shown.
    held_out : tuple of Tensor
        Images and labels; empty where the fitness needs none.
    """

    real_images: torch.Tensor
    real_labels: torch.Tensor
    latent: torch.Tensor
    labels: torch.Tensor
    real_changes: Drawn
    generated_changes: Drawn
    held_out: tuple[torch.Tensor, ...]


class Situations:
    """Draws situations; generation n's is a function of the seed and n alone.

    Parameters
    ----------
    draw_real : callable
        From a number to real images (B, C, H, W) and labels (B,).
    draw_held_out : callable or None
        Likewise, of held-out images, where the fitness needs them.
    latent_dim, classes, batch_size : int
        Of the generated batch.
    seed : int
        Draws latents and labels.
    steps : int
        Steps of the discriminator in a generation, each with a situation of its own.
    like : Tensor
        Whose type and device the latents have.
    augmentation : Augmentation
        Of what the discriminator is shown.
    """

    def __init__(
        self,
        draw_real: Callable[[int], Batch],
        draw_held_out: Callable[[int], Batch] | None,
        latent_dim: int,
        classes: int,
        batch_size: int,
        seed: int,
        steps: int,
        like: torch.Tensor,
        augmentation: Augmentation,
    ) -> None:
        self._draw_real = draw_real
        self._draw_held_out = draw_held_out
        self._latent_dim = latent_dim
        self._classes = classes
        self._batch_size = batch_size
        self._seed = seed
        self._steps = steps
        self._dtype, self._device = like.dtype, like.device
        self._augmentation = augmentation

    def draw(self, generation: int, extra: int = 0) -> Situation:
        """Return the situation of a generation.

        With several steps, of the one that is ``extra`` steps after the first.
        """
        number = generation * self._steps + extra
        rng = torch_stream(self._seed, "latent", number)
        latent = torch.randn((self._batch_size, self._latent_dim), generator=rng)
        labels = torch.randint(self._classes, (self._batch_size,), generator=rng)
        images, real_labels = self._draw_real(number)
        return (
            images,
            real_labels,
            upload(latent.to(self._dtype), self._device),
            upload(labels, self._device),
            *self._augmentation.draw(images, "real", number),
            *self._augmentation.draw(images, "generated", number),
            *(self._draw_held_out(number) if self._draw_held_out else ()),
        )

    def parts(self, situation: Situation) -> Parts:
        """Tell which tensor of a situation is what."""
        images, real_labels, latent, labels, *rest = situation
        first, second = self._augmentation.tensors, 2 * self._augmentation.tensors
        changes = tuple(rest[:first]), tuple(rest[first:second])
        return Parts(images, real_labels, latent, labels, *changes, tuple(rest[second:]))
