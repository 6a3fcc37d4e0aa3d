"""The batches that all individuals of a generation share (common random numbers); immutable."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from geneticgan.data.augmentation import Augmentation, Drawn
from geneticgan.data.stores import upload
from geneticgan.seeding import torch_stream

Labelled = tuple[torch.Tensor, torch.Tensor]
"""Images (B, C, H, W) in [-1, 1] and their labels (B,)."""


@dataclass(frozen=True)
class Logits:
    """The discriminator's output on a batch of images.

    Attributes
    ----------
    source : Tensor
        Source logits of shape (B,); a larger one means more likely real.
    classes : Tensor
        Class logits of shape (B, K).
    guide : Tensor or None
        Class logits of shape (B, K) from a second class head, which learns from real images
        only; None if there is none.
    """

    source: torch.Tensor
    classes: torch.Tensor
    guide: torch.Tensor | None = None

    @property
    def guided(self) -> bool:
        """Whether there is a second class head for the generators."""
        return self.guide is not None

    @property
    def guidance(self) -> torch.Tensor:
        """The class logits that generators learn from."""
        return self.classes if self.guide is None else self.guide

    def detach(self) -> Logits:
        """Return the same logits without a graph."""
        guide = None if self.guide is None else self.guide.detach()
        return Logits(self.source.detach(), self.classes.detach(), guide)


@dataclass(frozen=True)
class Batch:
    """Real images, and the inputs of generated ones; never changed once drawn.

    Within a generation all individuals share the same real images, latents and labels, so that a
    difference in fitness is a difference between individuals.

    Attributes
    ----------
    generation : int
        Number of the generation; dropout masks are a function of it and the seed.
    real_images, real_labels : Tensor
        Real images and their labels, of shapes (B, C, H, W) and (B,).
    latents, labels : Tensor
        The inputs of generated images, of shapes (B, L) and (B,).
    real_changes, generated_changes : tuple of Tensor
        The random draws of the augmentation for either kind of image, or until
        `BatchSampler.lay_out` the numbers from which they are made.
    held_out : tuple of Tensor
        Held-out images and labels; empty if the fitness needs none.
    real_features : tuple of Tensor
        What the discriminator has read in the real images, the class heads' input last; empty if
        it has yet to read them.
    real_logits : Logits or None
        The discriminator's output on the real images, without a graph, once it is known.
    """

    generation: int
    real_images: torch.Tensor
    real_labels: torch.Tensor
    latents: torch.Tensor
    labels: torch.Tensor
    real_changes: Drawn = ()
    generated_changes: Drawn = ()
    held_out: tuple[torch.Tensor, ...] = ()
    real_features: tuple[torch.Tensor, ...] = ()
    real_logits: Logits | None = None

    def tensors(self) -> list[torch.Tensor]:
        """Return all drawn tensors, always in the same order."""
        single = [self.real_images, self.real_labels, self.latents, self.labels]
        changes = (*self.real_changes, *self.generated_changes)
        return [*single, *changes, *self.held_out, *self.real_features]

    def clone(self) -> Batch:
        """Return a batch with the same values in new tensors."""
        copies = iter([tensor.clone() for tensor in self.tensors()])
        singles = [next(copies) for _ in range(4)]
        groups = [
            tuple(next(copies) for _ in group)
            for group in (
                *(self.real_changes, self.generated_changes),
                *(self.held_out, self.real_features),
            )
        ]
        return Batch(self.generation, *singles, *groups)  # type: ignore[arg-type]  # 4 and 4

    def with_real_logits(self, logits: Logits) -> Batch:
        """Return the same batch together with the discriminator's output on its real images."""
        return dataclasses.replace(self, real_logits=logits.detach())


def joined(batches: Sequence[Batch]) -> Batch:
    """Return one batch with the generated images of several and the real images of the first.

    Parameters
    ----------
    batches : sequence of Batch
        At least one batch; all are of the same generation.
    """
    if len(batches) == 1:
        return batches[0]
    changes = zip(*(batch.generated_changes for batch in batches), strict=True)
    return dataclasses.replace(
        batches[0],
        latents=torch.cat([batch.latents for batch in batches]),
        labels=torch.cat([batch.labels for batch in batches]),
        generated_changes=tuple(map(torch.cat, changes)),
    )


@dataclass(frozen=True)
class Batches:
    """The batches of one generation, by purpose.

    Attributes
    ----------
    offspring : tuple of Batch
        One batch for each optimizer step that makes an offspring (Algorithm 1, lines 6-7).
    fitness : Batch
        The batch on which parents and offspring are evaluated (lines 3 and 8-9).
    discriminator : tuple of Batch
        One batch for each step of the discriminator (lines 19-20).
    """

    offspring: tuple[Batch, ...]
    fitness: Batch
    discriminator: tuple[Batch, ...]


def one_for_all(batch: Batch) -> Batches:
    """Return the batches of a generation in which one batch serves for everything."""
    return Batches((batch,), batch, (batch,))


@dataclass(frozen=True)
class BatchSampler:
    """Draws the batches of a generation as a function of the seed and its number only.

    Attributes
    ----------
    draw_real : callable
        Maps a number to real images (B, C, H, W) and labels (B,).
    latent_dim, classes, batch_size : int
        Length of a latent vector, number of classes, and generated images per batch.
    seed : int
        Seeds the draws of latents, labels and augmentation.
    like : Tensor
        A tensor whose data type and device the latents get.
    augmentation : Augmentation
        Augments the discriminator's inputs, real or generated.
    draw_held_out : callable or None
        Like ``draw_real``, for held-out images, where the fitness needs them.
    read_real : callable or None
        Maps a number and the real images of that batch to what the discriminator reads in them;
        None if every pass reads them again.
    offspring_steps : int
        Optimizer steps that make an offspring, >= 1, each on a batch of its own.
    fitness_batches : int
        Batches of generated images on which an individual is evaluated, >= 1.
    critic_steps : int
        Steps of the discriminator per generation, >= 1, each on a batch of its own.
    """

    draw_real: Callable[[int], Labelled]
    latent_dim: int
    classes: int
    batch_size: int
    seed: int
    like: torch.Tensor
    augmentation: Augmentation
    draw_held_out: Callable[[int], Labelled] | None = None
    read_real: Callable[[int, torch.Tensor], tuple[torch.Tensor, ...]] | None = None
    offspring_steps: int = 1
    fitness_batches: int = 1
    critic_steps: int = 1

    def draw(self, generation: int) -> Batches:
        """Return the batches of a generation (0-based)."""
        count = max(self.offspring_steps, self.fitness_batches, self.critic_steps)
        drawn = tuple(
            self.lay_out(self.numbers(generation, generation * count + step))
            for step in range(count)
        )
        return Batches(
            drawn[: self.offspring_steps],
            joined(drawn[: self.fitness_batches]),
            drawn[: self.critic_steps],
        )

    def numbers(self, generation: int, number: int) -> Batch:
        """Return a batch whose changes `lay_out` is still to make of their few numbers.

        Parameters
        ----------
        generation : int
            Whose batch it is.
        number : int
            Of the batch; that of the generation where it has only one.
        """
        rng = torch_stream(self.seed, "latent", number)
        latents = torch.randn((self.batch_size, self.latent_dim), generator=rng)
        labels = torch.randint(self.classes, (self.batch_size,), generator=rng)
        images, real_labels = self.draw_real(number)
        device = self.like.device
        return Batch(
            generation,
            images,
            real_labels,
            upload(latents.to(self.like.dtype), device),
            upload(labels, device),
            self.augmentation.numbers(images, "real", number),
            self.augmentation.numbers(images, "generated", number),
            self.draw_held_out(number) if self.draw_held_out else (),
            self.read_real(number, images) if self.read_real else (),
        )

    def lay_out(self, batch: Batch) -> Batch:
        """Return a batch of `numbers` as `draw` gives it; this needs nothing of the host."""
        like = batch.real_images
        return dataclasses.replace(
            batch,
            real_changes=self.augmentation.lay_out(batch.real_changes, like),
            generated_changes=self.augmentation.lay_out(batch.generated_changes, like),
        )
