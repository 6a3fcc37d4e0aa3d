"""Forward passes of a generation, in one precision and with the same dropout masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch.func import functional_call

from geneticgan.data.augmentation import Augmentation, Drawn
from geneticgan.gan.dropout import has_dropout, same_masks
from geneticgan.gan.environment import Judgement


class Passes:
    """Runs generators and a discriminator.

    Parameters
    ----------
    discriminator : torch.nn.Module
        Images to (source logits (B,), class logits (B, K)).
    seed : int
        Draws dropout masks, which are a function of the seed and the generation.
    precision : {"float32", "bf16"}
        Of the passes (autocast); weights stay float32.
    augmentation : Augmentation
        Of what the discriminator is shown, real or generated.

    Attributes
    ----------
    generation : int
        Whose masks are drawn.
    changes : dict of str to Drawn
        By the kind of images, what their augmentation drew.
    """

    def __init__(
        self,
        discriminator: torch.nn.Module,
        seed: int,
        precision: str,
        augmentation: Augmentation,
    ) -> None:
        self.generation = 0
        self._discriminator = discriminator
        self._device = next(discriminator.parameters()).device
        self._seed = seed
        self._augmentation = augmentation
        self.changes: dict[str, Drawn] = {}
        self._bf16 = precision == "bf16"

    def generate(
        self,
        module: torch.nn.Module,
        latent: torch.Tensor,
        labels: torch.Tensor,
        buffers: dict[str, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return a generator's images in a training pass.

        Its batch statistics advance, or those in ``buffers``, which is changed, in their place.
        """
        with self._within("generator", module):
            if buffers is None:
                images: torch.Tensor = module(latent, labels)
            else:
                images = functional_call(module, buffers, (latent, labels))
        return images

    def judge(self, images: torch.Tensor, kind: str) -> Judgement:
        """Return the discriminator's judgement; each kind of images has draws of its own."""
        discriminator: Any = self._discriminator
        images = self._augmentation.apply(images, self.changes[kind])
        with self._within(kind, discriminator):
            if getattr(discriminator, "guide", None) is None:
                logits = discriminator(images)
            else:
                logits = discriminator.guided(images)
        return Judgement(*map(_at_least_float32, logits))

    def classes_with(
        self, parameters: Mapping[str, torch.Tensor], images: torch.Tensor
    ) -> torch.Tensor:
        """Return the class logits that the discriminator would give with other parameters."""
        with self._within("held out", self._discriminator):
            _, classes = functional_call(self._discriminator, dict(parameters), (images,))
        return _at_least_float32(classes)

    @contextmanager
    def _within(self, kind: str, module: torch.nn.Module) -> Iterator[None]:
        autocast = torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16)
        with autocast, self._masks(kind, module):
            yield

    def _masks(self, kind: str, module: torch.nn.Module) -> AbstractContextManager[None]:
        """Fix the dropout masks of a generation: they are common random numbers too."""
        if not has_dropout(module):
            return nullcontext()
        return same_masks(self._seed, f"dropout {kind}", self.generation, self._device)


def _at_least_float32(logits: torch.Tensor) -> torch.Tensor:
    """Return logits in a precision that losses and fitness can be computed in."""
    return logits.float() if logits.dtype in (torch.bfloat16, torch.float16) else logits
