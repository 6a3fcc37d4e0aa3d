"""The environment that generators live in: a discriminator and what it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import cross_entropy

from geneticgan.annealing.fitness import DEAD
from geneticgan.changes import NONE
from geneticgan.data.augmentation import Augmentation, Drawn
from geneticgan.errors import ConfigError, DivergedError
from geneticgan.gan.batch import Batch, Situations
from geneticgan.gan.dropout import has_dropout
from geneticgan.gan.environment import Judgement, Situation
from geneticgan.gan.fitness import Assessment, FitnessFunction, PaperFitness
from geneticgan.gan.gradient_penalty import gradient_penalty as penalty_of
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.losses import DiscriminatorLoss
from geneticgan.gan.mutation import all_finite
from geneticgan.gan.optimizer_state import step_with
from geneticgan.gan.passes import Passes
from geneticgan.networks.coupling import couples_samples
from geneticgan.seeding import torch_stream


class DiscriminatorEnvironment:
    """Implements `geneticgan.gan.environment.SharedEnvironment`.

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
    loss : DiscriminatorLoss, optional
        What the discriminator learns; the paper's by default.
    critic_steps : int
        Steps of the discriminator in a generation, each on a real batch of its own.
    gradient_penalty : float
        Weight of the penalty on the norm of the gradient between real and generated images
        (Gulrajani et al. 2017), added to what the discriminator learns, not to the fitness.
    fitness : FitnessFunction, optional
        The paper's by default.
    class_counts : sequence of int, optional
        Training images by class, for a fitness that looks at them; all alike by default.
    draw_held_out : callable, optional
        As ``draw_real``, of held-out images; for a fitness that needs them.
    offspring_steps : int
        Optimizer steps that make an offspring, each on latents of its own.
    fitness_batches : int
        Generated batches that an individual is judged on, as one.
    augmentation : str
        Changes of what the discriminator is shown; see `geneticgan.changes`.
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
        loss: DiscriminatorLoss | None = None,
        critic_steps: int = 1,
        gradient_penalty: float = 0.0,
        fitness: FitnessFunction | None = None,
        class_counts: Sequence[int] = (),
        draw_held_out: Callable[[int], Batch] | None = None,
        offspring_steps: int = 1,
        fitness_batches: int = 1,
        augmentation: str = NONE,
    ) -> None:
        self.discriminator = discriminator
        self.optimizer = optimizer
        self.parameters = [p for p in discriminator.parameters() if p.requires_grad]
        self.last_losses: dict[str, float] = {}
        self.device = self.parameters[0].device
        self._seed = seed
        self._generation = 0
        self._turned = 0  # which step of an offspring the present situation is of
        self.offspring_steps = offspring_steps
        self._fitness_batches = fitness_batches
        self._augmentation = Augmentation(augmentation, seed)
        self._passes = Passes(discriminator, seed, precision, self._augmentation)
        self._loss = loss or DiscriminatorLoss()
        self._critic_steps = critic_steps
        self._gradient_penalty = gradient_penalty
        self._fitness = fitness or PaperFitness()
        counts = list(class_counts) or [1] * classes
        self._class_counts = torch.tensor(counts, dtype=torch.float32, device=self.device)
        needed = draw_held_out if self._fitness.needs_held_out else None
        if self._fitness.needs_held_out and needed is None:
            raise ConfigError(
                f"the fitness {type(self._fitness).__name__} needs held-out images; use a "
                "--validation-fraction above 0"
            )
        self._situations = Situations(
            draw_real,
            needed,
            latent_dim,
            classes,
            batch_size,
            seed,
            max(critic_steps, offspring_steps, fitness_batches),
            self.parameters[0],
            self._augmentation,
        )

    def observe(self, generation: int) -> None:
        """Draw the generation's real batch, latents and labels."""
        self._generation = self._passes.generation = generation
        self.face(self.draw(generation))

    def draw(self, generation: int, extra: int = 0) -> Situation:
        """Return the real batch, the latents, the labels and the augmentation of a generation.

        With several critic steps, of the one that is ``extra`` steps after the first.
        """
        return self._situations.draw(generation, extra)

    def face(self, situation: Situation) -> None:
        """Take a situation that `draw` returned, or tensors like it, as the present one."""
        parts = self._situations.parts(situation)
        self._real_images, self._real_labels = parts.real_images, parts.real_labels
        self._held_out = parts.held_out
        self._face_generated(parts.latent, parts.labels, parts.generated_changes)
        self._passes.changes["real"] = parts.real_changes
        self._real_judgement: Judgement | None = None
        self._turned = 0

    def _face_generated(self, latent: torch.Tensor, labels: torch.Tensor, changes: Drawn) -> None:
        self._latent, self._labels = latent, labels
        self._passes.changes["generated"] = changes

    def turn(self, step: int) -> None:
        """Take the situation of an offspring's step as the present one."""
        if step != self._turned:
            self.face(self.draw(self._generation, step))
            self._turned = step

    def judge_generated(self, individual: GeneratorIndividual) -> Judgement:
        """Judge the individual's images, with a graph to its parameters."""
        return self.judge(self._passes.generate(individual.module, self._latent, self._labels))

    def judge_real(self) -> Judgement:
        """Judge the real batch, once a generation, without a graph."""
        if self._real_judgement is None:
            with torch.no_grad():
                self._real_judgement = self._passes.judge(self._real_images, "real")
        return self._real_judgement

    def class_loss(self, judgement: Judgement) -> torch.Tensor:
        """Return the cross-entropy of generated images under the labels they were asked for."""
        return cross_entropy(judgement.guidance, self._labels)

    def evaluate(self, individual: GeneratorIndividual) -> tuple[float, float]:
        """Return (quality, diversity) by the fitness function; DEAD if either is not finite.

        The individual generates as it does in training (batch statistics), but on a copy of its
        buffers: an evaluation leaves no trace.
        """
        if individual.died_bearing:
            return DEAD
        own = self._latent, self._labels, self._passes.changes["generated"]
        batches = [own]
        for extra in range(1, self._fitness_batches):
            parts = self._situations.parts(self.draw(self._generation, extra))
            batches.append((parts.latent, parts.labels, parts.generated_changes))
        latents, labels, changes = zip(*batches, strict=True)
        together = tuple(map(torch.cat, zip(*changes, strict=True)))
        self._face_generated(torch.cat(latents), torch.cat(labels), together)
        try:
            return self._evaluate(individual)
        finally:
            self._face_generated(*own)

    def _evaluate(self, individual: GeneratorIndividual) -> tuple[float, float]:
        images = self._generate_detached(individual)
        judgement = self.judge(images)
        loss = self.real_loss() + self.generated_loss(judgement)
        gradients = torch.autograd.grad(loss, self.parameters)
        return individual.judged(*self.assess(images, judgement, gradients))

    @torch.no_grad()
    def assess(
        self, images: torch.Tensor, judgement: Judgement, gradients: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return quality and diversity of images, by the fitness function."""
        return self._fitness.assess(
            Assessment(
                images.detach(),
                self._labels,
                judgement.detach(),
                gradients,
                self._class_counts,
                self._held_out_loss,
            )
        )

    def _held_out_loss(self, gradients: Sequence[torch.Tensor], length: float) -> torch.Tensor:
        """Return the class loss on held-out images after a step against the gradients."""
        images, labels = self._held_out
        norm = torch.nn.utils.get_total_norm(list(gradients)).clamp_min(1e-12)
        pairs = zip(self.parameters, gradients, strict=True)
        moved = [parameter - gradient * (length / norm) for parameter, gradient in pairs]
        names = (n for n, p in self.discriminator.named_parameters() if p.requires_grad)
        state = dict(zip(names, moved, strict=True))
        return cross_entropy(self._passes.classes_with(state, images), labels)

    def update(self, survivors: Sequence[GeneratorIndividual]) -> None:
        """Take the discriminator's steps on L_D = L_S + L_Cls (lines 19-20).

        With several survivors the generated part is their mean; raises as `note_losses`.
        """
        self._learn_from(survivors)
        self.extra_steps(survivors)

    def extra_steps(self, survivors: Sequence[GeneratorIndividual]) -> None:
        """Take the critic steps beyond the first, each on real images and latents of its own."""
        for extra in range(1, self._critic_steps):
            self.face(self.draw(self._generation, extra))
            self._learn_from(survivors)

    def _learn_from(self, survivors: Sequence[GeneratorIndividual]) -> None:
        real = self.real_loss()
        batches = [self._generate_detached(survivor) for survivor in survivors]
        parts = [self.generated_loss(self.judge(images)) for images in batches]
        generated = torch.stack(parts).mean()
        loss = real + generated
        if self._gradient_penalty:
            rng = torch_stream(self._seed, "penalty", self._generation)
            penalties = [
                penalty_of(lambda x: self.judge(x).source, self._real_images, images, rng)
                for images in batches
            ]
            loss = loss + self._gradient_penalty * torch.stack(penalties).mean()
        gradients = torch.autograd.grad(loss, self.parameters)
        self.note_losses(*torch.stack([real.detach(), generated.detach()]).tolist())
        self.step(gradients)

    def why_unshared(self) -> str:
        """Return why gradients cannot be shared, as a clause; empty if they can."""
        if couples_samples(self.discriminator):
            return "the discriminator couples the samples of a batch"
        if self._gradient_penalty:
            return "the gradient penalty needs real and generated images together"
        if self._fitness_batches > 1:
            return "the fitness is taken on more images than offspring are born of"
        return ""

    def why_not_resident(self, modules: Sequence[torch.nn.Module]) -> str:
        """Return why a generation cannot stay on the device, as a clause; empty if it can."""
        if any(map(has_dropout, (self.discriminator, *modules))):
            return "dropout draws its masks on the host's word"
        if self._critic_steps > 1:
            return "the discriminator takes several steps a generation"
        if self.offspring_steps > 1:
            return "an offspring takes several steps"
        return ""

    def generate(
        self, individual: GeneratorIndividual
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return images of the generation's latents, and the buffers after this training pass."""
        module = individual.module
        buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
        return self._passes.generate(module, self._latent, self._labels, buffers), buffers

    def judge(self, images: torch.Tensor) -> Judgement:
        """Judge generated images."""
        return self._passes.judge(images, "generated")

    def real_loss(self) -> torch.Tensor:
        """Return source and class loss of the real batch."""
        judgement = self._passes.judge(self._real_images, "real")
        self._real_judgement = judgement.detach()
        return self._loss.real(judgement, self._real_labels)

    def generated_loss(self, judgement: Judgement) -> torch.Tensor:
        """Return source and class loss of generated images."""
        return self._loss.generated(judgement, self._labels)

    def note_losses(self, real: float, generated: float) -> None:
        """Note the losses of a step in ``last_losses``.

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

    def step(self, gradients: Sequence[torch.Tensor]) -> None:
        """Take the optimizer's step with given gradients."""
        step_with(self.optimizer, self.parameters, gradients)
        self._loss.adversary.after_step(self.discriminator.named_parameters())

    def _generate_detached(self, individual: GeneratorIndividual) -> torch.Tensor:
        with torch.no_grad():
            images, _ = self.generate(individual)
        return images
