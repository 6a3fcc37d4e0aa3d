"""The discriminator during training: its forward passes, its loss L_D, its step (lines 19-20)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch.nn.functional import cross_entropy

from geneticgan.errors import DivergedError
from geneticgan.gan.batch import Batch, Logits
from geneticgan.gan.forward import Forward
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.losses import DiscriminatorLoss
from geneticgan.gan.optimizer_state import all_finite, step_with
from geneticgan.gan.penalty import gradient_penalty
from geneticgan.seeding import torch_stream


@dataclass
class DiscriminatorTraining:
    """The discriminator during training: the environment in which generators are selected.

    It holds no batch; every computation is given the batch that it works on.

    Attributes
    ----------
    module : torch.nn.Module
        The network; maps images to (source logits (B,) or (B, K), class logits (B, K)).
    optimizer : torch.optim.Optimizer
        The optimizer of the discriminator's parameters.
    forward : Forward
        Runs generators and this discriminator.
    loss : DiscriminatorLoss
        The loss L_D; the paper's by default.
    penalty : float
        Weight of the penalty on the norm of the gradient between real and generated images
        (Gulrajani et al. 2017). It is added to the discriminator's loss, not to the fitness.
    seed : int
        Seeds the points at which the gradient penalty is taken.
    last_losses : dict of str to float
        The real and the generated part of L_D in the last step.
    """

    module: torch.nn.Module
    optimizer: torch.optim.Optimizer
    forward: Forward
    loss: DiscriminatorLoss = field(default_factory=DiscriminatorLoss)
    penalty: float = 0.0
    seed: int = 0
    last_losses: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parameters = [p for p in self.module.parameters() if p.requires_grad]
        self.device = self.parameters[0].device

    def generate(
        self, individual: GeneratorIndividual, batch: Batch
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return the individual's images, and its buffers after this training pass.

        The images are those of this process's rows of the batch.

        The individual's own buffers do not change; the images have a graph to its parameters
        if gradients are enabled.
        """
        module = individual.module
        buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
        return self.forward.generate(module, batch, buffers), buffers

    def on_generated(self, individual: GeneratorIndividual, batch: Batch) -> Logits:
        """Return the output on the individual's images, with a graph to its parameters.

        This is a training pass: it updates the individual's batch statistics.
        """
        return self.forward.generated(self.forward.generate(individual.module, batch), batch)

    def with_real_logits(self, batch: Batch) -> Batch:
        """Return the batch with the output on its real images, which is computed if missing."""
        if batch.real_logits is not None:
            return batch
        with torch.no_grad():
            return batch.with_real_logits(self.forward.real(batch))

    def class_loss(self, logits: Logits, batch: Batch) -> torch.Tensor:
        """Return L_Cls of generated images under the labels they were generated for (scalar)."""
        return cross_entropy(logits.guidance, batch.labels)

    def real_loss(self, batch: Batch) -> tuple[torch.Tensor, Logits]:
        """Return the real images' part of L_D (scalar), and the output on them."""
        logits = self.forward.real(batch)
        return self.loss.real(logits, batch.real_labels), logits

    def generated_loss(self, logits: Logits, batch: Batch) -> torch.Tensor:
        """Return the generated images' part of L_D (scalar)."""
        return self.loss.generated(logits, batch.labels)

    def update(self, survivors: Sequence[GeneratorIndividual], batches: Sequence[Batch]) -> None:
        """Take a step on L_D = L_S + L_Cls for each batch (Algorithm 1, lines 19-20).

        With several survivors the generated part is their mean. Raises what `note_losses` raises.
        """
        for batch in batches:
            real, _ = self.real_loss(batch)
            made = []
            with torch.no_grad():
                for survivor in survivors:
                    made.append(self.generate(survivor, batch)[0])
            parts = [self.generated_loss(self.forward.generated(x, batch), batch) for x in made]
            generated = torch.stack(parts).mean()
            loss = real + generated + self._gradient_penalty(made, batch)
            gradients = self.forward.gradients(loss, self.parameters)
            self.note_losses(*torch.stack([real.detach(), generated.detach()]).tolist())
            self.step(gradients)

    def _gradient_penalty(self, made: Sequence[torch.Tensor], batch: Batch) -> torch.Tensor | float:
        if not self.penalty:
            return 0.0
        rng = torch_stream(self.seed, "penalty", batch.generation)
        penalties = [
            gradient_penalty(
                lambda x: self.forward.generated(x, batch).source,
                batch.real_images,
                images,
                rng,
                self.forward.processes,
            )
            for images in made
        ]
        return self.penalty * torch.stack(penalties).mean()

    def held_out_loss(
        self, batch: Batch, gradients: Sequence[torch.Tensor], length: float
    ) -> torch.Tensor:
        """Return the class loss on held-out images after a step against the gradients (scalar).

        Parameters
        ----------
        batch : Batch
            A batch with held-out images.
        gradients : sequence of Tensor
            One gradient per parameter.
        length : float
            Length of the step, as a Euclidean norm over all parameters.
        """
        images, labels = batch.held_out
        norm = torch.nn.utils.get_total_norm(list(gradients)).clamp_min(1e-12)
        pairs = zip(self.parameters, gradients, strict=True)
        moved = [parameter - gradient * (length / norm) for parameter, gradient in pairs]
        names = (n for n, p in self.module.named_parameters() if p.requires_grad)
        state = dict(zip(names, moved, strict=True))
        return cross_entropy(self.forward.classes_with(state, images, batch.generation), labels)

    def step(self, gradients: Sequence[torch.Tensor]) -> None:
        """Take an optimizer step with the given gradients."""
        step_with(self.optimizer, self.parameters, gradients)
        learning = ((n, p) for n, p in self.module.named_parameters() if p.requires_grad)
        self.loss.adversary.after_step(learning)

    def note_losses(self, real: float, generated: float) -> None:
        """Store the losses of a step in ``last_losses``.

        Raises
        ------
        DivergedError
            If one of them is not finite.
        """
        self.last_losses = {"real": real, "generated": generated}
        if not (math.isfinite(real) and math.isfinite(generated)):
            raise DivergedError(
                f"the discriminator's loss is {real:g} on real images and {generated:g} on "
                "generated ones"
            )

    def check(self) -> None:
        """Raise `DivergedError` if a weight of the discriminator is not finite."""
        if not all_finite(self.parameters):
            raise DivergedError("a weight of the discriminator is not finite")
