"""The environment that generators live in: a discriminator and what it is shown."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.func import functional_call
from torch.nn.functional import cross_entropy, softplus

from geneticgan.errors import RunError
from geneticgan.evolution.environment import Judgement
from geneticgan.evolution.fitness import DEAD, diversity, quality
from geneticgan.evolution.individual import GeneratorIndividual
from geneticgan.seeding import torch_stream

Batch = tuple[torch.Tensor, torch.Tensor]


class DiscriminatorEnvironment:
    """Implements `geneticgan.evolution.environment.Environment` with a two-headed discriminator.

    Parameters
    ----------
    discriminator : torch.nn.Module
        Images to (source logits (B,), class logits (B, K)).
    optimizer : torch.optim.Optimizer
        Over the discriminator's parameters.
    draw_real : callable
        From a generation's number to real images (B, C, H, W) and labels (B,).
    latent_dim, classes, batch_size : int
        Of the generated batch.
    seed : int
        Draws latents and labels; generation n's are a function of the seed and n.
    precision : {"float32", "bf16"}
        Of forward passes (autocast); weights and optimizer state stay float32.
    """

    def __init__(
        self,
        discriminator: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        draw_real: Callable[[int], Batch],
        latent_dim: int,
        classes: int,
        batch_size: int,
        seed: int,
        precision: str = "float32",
    ) -> None:
        self.discriminator = discriminator
        self.optimizer = optimizer
        self.last_losses: dict[str, float] = {}
        self._parameters = [p for p in discriminator.parameters() if p.requires_grad]
        self._device = self._parameters[0].device
        self._draw_real = draw_real
        self._latent_dim = latent_dim
        self._classes = classes
        self._batch_size = batch_size
        self._seed = seed
        self._bf16 = precision == "bf16"

    def observe(self, generation: int) -> None:
        """Draw the generation's real batch, latents and labels."""
        self._real_images, self._real_labels = self._draw_real(generation)
        rng = torch_stream(self._seed, "latent", generation)
        shape = (self._batch_size, self._latent_dim)
        self._latent = torch.randn(shape, generator=rng).to(self._device)
        labels = torch.randint(self._classes, (self._batch_size,), generator=rng)
        self._labels = labels.to(self._device)
        self._real_judgement: Judgement | None = None

    def judge_generated(self, individual: GeneratorIndividual) -> Judgement:
        """Judge the individual's images, with a graph to its parameters."""
        with self._autocast():
            images = individual.module(self._latent, self._labels)
            return self._judge(images)

    def judge_real(self) -> Judgement:
        """Judge the real batch, once a generation, without a graph."""
        if self._real_judgement is None:
            with torch.no_grad(), self._autocast():
                self._real_judgement = self._judge(self._real_images)
        return self._real_judgement

    def class_loss(self, judgement: Judgement) -> torch.Tensor:
        """Return the cross-entropy of generated images under the labels they were asked for."""
        return cross_entropy(judgement.classes, self._labels)

    def evaluate(self, individual: GeneratorIndividual) -> tuple[float, float]:
        """Return (quality, diversity) of equations 2 and 3; DEAD if either is not finite.

        The individual generates as it does in training (batch statistics), but on a copy of its
        buffers: an evaluation leaves no trace.
        """
        if individual.cause_of_death:
            return DEAD
        judgement = self._judge_detached(individual)
        loss = self._real_loss() + self._generated_loss(judgement)
        gradients = torch.autograd.grad(loss, self._parameters)
        values = torch.stack([quality(judgement.source.detach()), diversity(gradients)])
        if not torch.isfinite(values).all():
            individual.cause_of_death = "non-finite fitness"
            return DEAD
        first, second = values.tolist()
        return first, second

    def update(self, survivors: list[GeneratorIndividual]) -> None:
        """Take one step of the discriminator on L_D = L_S + L_Cls (lines 19-20).

        With several survivors the generated part is their mean.

        Raises
        ------
        RunError
            If the loss is not finite.
        """
        real = self._real_loss()
        judgements = [self._judge_detached(survivor) for survivor in survivors]
        parts = [self._generated_loss(judgement) for judgement in judgements]
        generated = torch.stack(parts).mean()
        self.optimizer.zero_grad(set_to_none=True)
        (real + generated).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.last_losses = {"real": real.item(), "generated": generated.item()}
        if not torch.isfinite(real + generated):
            raise RunError(
                f"the discriminator's loss is not finite ({self.last_losses}); lower the "
                "learning rate (--learning-rate) or use --precision float32"
            )
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def _judge(self, images: torch.Tensor) -> Judgement:
        source, classes = self.discriminator(images)
        # Losses and fitness are float32 whatever the precision of the pass.
        return Judgement(source.float(), classes.float())

    def _judge_detached(self, individual: GeneratorIndividual) -> Judgement:
        module = individual.module
        buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
        with self._autocast():
            with torch.no_grad():
                images = functional_call(module, buffers, (self._latent, self._labels))
            return self._judge(images)

    def _real_loss(self) -> torch.Tensor:
        with self._autocast():
            judgement = self._judge(self._real_images)
        source = softplus(-judgement.source).mean()
        return source + cross_entropy(judgement.classes, self._real_labels)

    def _generated_loss(self, judgement: Judgement) -> torch.Tensor:
        return softplus(judgement.source).mean() + self.class_loss(judgement)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16)
