"""Forward passes of a generation, all in one precision and with the same dropout masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import torch
from torch.func import functional_call
from torch.nn.modules.dropout import _DropoutNd

from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import Batch, Logits
from geneticgan.gan.processes import ALONE, Processes
from geneticgan.seeding import torch_seeded, torch_stream


class Forward:
    """Runs generators and a discriminator on a given batch.

    With several processes each handles the images of its own rows of the batch; the
    discriminator's output on the whole batch is known to all of them.

    Parameters
    ----------
    discriminator : torch.nn.Module
        Maps images to (source logits (B,) or (B, K), class logits (B, K)).
    seed : int
        Seeds the dropout masks, which are a function of the seed and the generation.
    precision : {"float32", "tf32", "bf16"}
        Precision of the passes (``bf16`` by autocast; `geneticgan.training.precision` sets the
        others); weights stay float32.
    augmentation : Augmentation
        Augments the discriminator's inputs, real or generated.
    processes : Processes
        The processes of the run.
    """

    def __init__(
        self,
        discriminator: torch.nn.Module,
        seed: int,
        precision: str,
        augmentation: Augmentation,
        processes: Processes = ALONE,
    ) -> None:
        self.processes = processes
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
        """Return a generator's images of this process's rows of the batch, in a training pass.

        The pass updates its batch statistics, or those in ``buffers`` (in place) if given.
        """
        own, of_latents = self.processes.own, getattr(module, "of_latents", ())
        inputs: tuple[Any, ...] = (own(batch.latents), own(batch.labels))
        if self.processes.size > 1 and of_latents:
            inputs = (batch.latents, own(batch.labels), own)
        with self._within("generator", module, batch.generation, len(batch.labels)):
            if buffers is None:
                images: torch.Tensor = module(*inputs)
            else:
                images = functional_call(module, buffers, inputs)
        return images

    def generated(self, images: torch.Tensor, batch: Batch) -> Logits:
        """Return the discriminator's output on all generated images, given this process's share."""
        changes = batch.generated_changes
        return self._logits(images, batch.labels, changes, "generated", batch.generation)

    def real(self, batch: Batch) -> Logits:
        """Return the discriminator's output on the batch's real images."""
        if batch.real_features:
            return self._judged(batch)
        images, labels = self.processes.own(batch.real_images), batch.real_labels
        return self._logits(images, labels, batch.real_changes, "real", batch.generation)

    def read(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return what a discriminator with frozen reading reads in images, as in a batch."""
        discriminator: Any = self._discriminator
        with torch.no_grad(), self._in_precision():
            for_source, features = discriminator.read(images)
        return *for_source, features

    def _judged(self, batch: Batch) -> Logits:
        """Return the output on real images that have been read."""
        discriminator: Any = self._discriminator
        *for_source, features = map(self.processes.own, batch.real_features)
        count = len(batch.real_labels)
        with self._within("real", discriminator, batch.generation, count):
            logits = discriminator.judge(tuple(for_source), features)
        return self._all_logits(logits, batch.real_labels)

    def _logits(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        changes: tuple[torch.Tensor, ...],
        kind: str,
        generation: int,
    ) -> Logits:
        discriminator: Any = self._discriminator
        images = self._augmentation.apply(images, tuple(map(self.processes.own, changes)))
        with self._within(kind, discriminator, generation, len(labels)):
            if getattr(discriminator, "guide", None) is None:
                logits = discriminator(images)
            else:
                logits = discriminator.guided(images)
        return self._all_logits(logits, labels)

    def _all_logits(self, own: Sequence[torch.Tensor], labels: torch.Tensor) -> Logits:
        """Return the output on a whole batch with these labels, given that on this process's rows.

        If an image has a source logit for each class, that of its label counts.
        """
        source, *classes = own
        if source.dim() > 1:
            source = source.gather(1, self.processes.own(labels)[:, None]).squeeze(1)
        return Logits(*self._all_rows([source, *classes], len(labels)))

    def _all_rows(self, own: Sequence[torch.Tensor], count: int) -> Sequence[torch.Tensor]:
        """Return the logits of the whole batch, given those of this process's rows.

        Their precision is sufficient for losses and fitness.
        """
        low = (torch.bfloat16, torch.float16)
        own = [each.float() if each.dtype in low else each for each in own]
        if self.processes.size == 1:
            return own
        side_by_side = torch.cat([each.reshape(len(each), -1) for each in own], dim=1)
        whole = self.processes.whole(side_by_side, count)
        parts = torch.split(whole, [each[0].numel() for each in own], dim=1)
        return [part.view(-1, *each.shape[1:]) for part, each in zip(parts, own, strict=True)]

    def gradients(
        self,
        loss: torch.Tensor,
        parameters: Sequence[torch.nn.Parameter],
        *,
        allow_unused: bool = False,
    ) -> tuple[torch.Tensor, ...]:
        """Return the gradients of a loss that is computed from the output on whole batches.

        With ``allow_unused`` the gradient of an unused parameter is None.
        """
        found = torch.autograd.grad(loss, parameters, allow_unused=allow_unused)
        return self.processes.sum(found)

    def classes_with(
        self, parameters: Mapping[str, torch.Tensor], images: torch.Tensor, generation: int
    ) -> torch.Tensor:
        """Return the class logits that the discriminator would give with other parameters."""
        own, count = self.processes.own(images), len(images)
        with self._within("held out", self._discriminator, generation, count):
            _, classes = functional_call(self._discriminator, dict(parameters), (own,))
        return self._all_rows([classes], count)[0]

    @contextmanager
    def _within(
        self, kind: str, module: torch.nn.Module, generation: int, count: int
    ) -> Iterator[None]:
        """Compute in the run's precision, with the dropout masks of a generation."""
        with ExitStack() as stack:
            stack.enter_context(self._in_precision())
            if has_dropout(module):  # the masks are common random numbers too
                seed = torch_stream(self._seed, f"dropout {kind}", generation).initial_seed()
                stack.enter_context(torch_seeded(seed, self._device))
            stack.enter_context(self.processes.within_whole(count))
            yield

    def _in_precision(self) -> AbstractContextManager[Any]:
        """Compute in the run's precision."""
        if not self._bf16:
            return nullcontext()
        return torch.autocast(self._device.type, torch.bfloat16)


def has_dropout(module: torch.nn.Module) -> bool:
    """Return whether a module draws dropout masks in training."""
    return any(isinstance(part, _DropoutNd) and part.p > 0 for part in module.modules())
