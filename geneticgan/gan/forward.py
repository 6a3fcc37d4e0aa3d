"""Forward passes of a generation, in one precision and with the same dropout masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch.func import functional_call
from torch.nn.modules.dropout import _DropoutNd

from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import Batch, Logits
from geneticgan.seeding import torch_seeded, torch_stream


class Forward:
    """Runs generators and a discriminator on a batch that is given.

    Parameters
    ----------
    discriminator : torch.nn.Module
        Images to (source logits (B,), class logits (B, K)).
    seed : int
        Draws dropout masks, which are a function of the seed and the generation.
    precision : {"float32", "tf32", "bf16"}
        Of the passes (``bf16`` by autocast; the others are `geneticgan.training.precision`'s);
        weights stay float32.
    augmentation : Augmentation
        Of what the discriminator is given, real or generated.
    """

    def __init__(
        self,
        discriminator: torch.nn.Module,
        seed: int,
        precision: str,
        augmentation: Augmentation,
    ) -> None:
        self._discriminator = discriminator
        self._device = next(discriminator.parameters()).device
        self._seed = seed
        self._augmentation = augmentation
        self._bf16 = precision == "bf16"

    def generate(
        self,
        module: torch.nn.Module,
        batch: Batch,
        buffers: dict[str, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return a generator's images in a training pass.

        Its batch statistics advance, or those in ``buffers``, which is changed, in their place.
        """
        with self._within("generator", module, batch.generation):
            if buffers is None:
                images: torch.Tensor = module(batch.latents, batch.labels)
            else:
                images = functional_call(module, buffers, (batch.latents, batch.labels))
        return images

    def generated(self, images: torch.Tensor, batch: Batch) -> Logits:
        """Return the discriminator's output on generated images."""
        return self._logits(images, batch.generated_changes, "generated", batch.generation)

    def real(self, batch: Batch) -> Logits:
        """Return the discriminator's output on the batch's real images."""
        return self._logits(batch.real_images, batch.real_changes, "real", batch.generation)

    def _logits(
        self, images: torch.Tensor, changes: tuple[torch.Tensor, ...], kind: str, generation: int
    ) -> Logits:
        discriminator: Any = self._discriminator
        images = self._augmentation.apply(images, changes)
        with self._within(kind, discriminator, generation):
            if getattr(discriminator, "guide", None) is None:
                logits = discriminator(images)
            else:
                logits = discriminator.guided(images)
        return Logits(*map(_at_least_float32, logits))

    def classes_with(
        self, parameters: Mapping[str, torch.Tensor], images: torch.Tensor, generation: int
    ) -> torch.Tensor:
        """Return the class logits that the discriminator would give with other parameters."""
        with self._within("held out", self._discriminator, generation):
            _, classes = functional_call(self._discriminator, dict(parameters), (images,))
        return _at_least_float32(classes)

    @contextmanager
    def _within(self, kind: str, module: torch.nn.Module, generation: int) -> Iterator[None]:
        with self._precision(), self._masks(kind, module, generation):
            yield

    def _precision(self) -> AbstractContextManager[Any]:
        return torch.autocast(self._device.type, torch.bfloat16) if self._bf16 else nullcontext()

    def _masks(
        self, kind: str, module: torch.nn.Module, generation: int
    ) -> AbstractContextManager[None]:
        """Fix the dropout masks of a generation: they are common random numbers too."""
        if not has_dropout(module):
            return nullcontext()
        seed = torch_stream(self._seed, f"dropout {kind}", generation).initial_seed()
        return torch_seeded(seed, self._device)


def _at_least_float32(logits: torch.Tensor) -> torch.Tensor:
    """Return logits in a precision that losses and fitness can be computed in."""
    return logits.float() if logits.dtype in (torch.bfloat16, torch.float16) else logits


def has_dropout(module: torch.nn.Module) -> bool:
    """Tell whether a module draws masks in training."""
    return any(isinstance(part, _DropoutNd) and part.p > 0 for part in module.modules())
