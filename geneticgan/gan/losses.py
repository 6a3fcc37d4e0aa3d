"""What the discriminator learns: source and class loss, on real and generated images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch.nn.functional import cross_entropy

from geneticgan.gan.adversaries import Adversary, Logistic
from geneticgan.gan.batch import Logits
from geneticgan.gan.class_loss import ClassLoss
from geneticgan.gan.processes import ALONE, Processes


@dataclass(frozen=True)
class DiscriminatorLoss:
    """L_D = L_S + L_Cls (Algorithm 1, line 19), in its real and its generated part.

    Attributes
    ----------
    adversary : Adversary
        L_S.
    generated_class_weight : float
        Of the part of L_Cls that generated images make, >= 0. It is 1 in the paper. With 0 the
        class head learns from real images alone, and still says what generators learn.
    weighting : str
        What a generated image counts in that part. ``even``
        is all alike, as in the paper; ``confidence`` is the probability that the head which
        guides generators gives to the label that was asked for, so that the class head does not
        learn from what shows something else.
    class_weights : torch.Tensor, optional
        Shape (K,), of what a real image counts by its class in L_S, where batches are not
        balanced; see `geneticgan.data.sampling.balancing_weights`. All alike by default.
    class_loss : ClassLoss
        L_Cls of real images; the plain cross-entropy by default, as in the paper.
    source_weight : float
        Of L_S, > 0. It is 1 in the paper. Source and class head share a trunk, and what L_S makes
        of it costs the class head accuracy; a source head itself learns as fast at any weight,
        since Adam's steps do not depend on the scale of a loss.
    """

    adversary: Adversary = field(default_factory=Logistic)
    generated_class_weight: float = 1.0
    weighting: str = "even"
    class_weights: torch.Tensor | None = None
    class_loss: ClassLoss = field(default_factory=ClassLoss)
    source_weight: float = 1.0

    def real(self, logits: Logits, labels: torch.Tensor) -> torch.Tensor:
        """Return the part that real images with labels (B,) make."""
        weights = None if self.class_weights is None else self.class_weights[labels]
        loss = self.source_weight * _mean(self.adversary.real(logits.source), weights)
        for class_logits in (logits.classes, logits.guide):
            if class_logits is not None:
                loss = loss + self.class_loss(class_logits, labels)
        return loss

    def generated(self, logits: Logits, labels: torch.Tensor) -> torch.Tensor:
        """Return the part that images make which were generated for labels (B,)."""
        class_loss = self._class_loss(logits, labels)
        loss = self.generated_source(logits.source) + self.generated_class_weight * class_loss
        if logits.guide is not None:
            # The guide learns nothing here, but every parameter needs a gradient.
            loss = loss + 0.0 * logits.guide.sum()
        return loss

    def generated_source(self, source: torch.Tensor) -> torch.Tensor:
        """Return the source loss of generated images with logits (B,)."""
        return self.source_weight * self.adversary.fake(source).mean()

    def has_generators_class_loss(self, logits: Logits) -> bool:
        """Tell whether `generated` is `generated_source` plus what generators are taught by.

        Generators minimise the plain cross-entropy of the guiding class head. So does the
        discriminator in the paper: the same head, the same images, weight 1.
        """
        return self.weighting == "even" and self.generated_class_weight == 1 and not logits.guided

    def _class_loss(self, logits: Logits, labels: torch.Tensor) -> torch.Tensor:
        if self.weighting == "even":
            return cross_entropy(logits.classes, labels)
        belief = logits.guidance.detach().softmax(dim=1).gather(1, labels[:, None]).squeeze(1)
        return (belief * cross_entropy(logits.classes, labels, reduction="none")).mean()


def _mean(losses: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
    return (losses if weights is None else weights * losses).mean()


def gradient_penalty(
    source: Callable[[torch.Tensor], torch.Tensor],
    real: torch.Tensor,
    generated: torch.Tensor,
    rng: torch.Generator,
    processes: Processes = ALONE,
) -> torch.Tensor:
    """Return the mean of (|| ds/dx || - 1)^2 at random places between real and generated images.

    Gulrajani et al. 2017, equation 3.

    Parameters
    ----------
    source : callable
        From images to source logits (B,).
    real : Tensor
        Shape (B, C, H, W).
    generated : Tensor
        This process's share of as many.
    rng : torch.Generator
        Draws the places.
    processes : Processes
        Of the run.
    """
    share = torch.rand((len(real), 1, 1, 1), generator=rng).to(generated)
    share, real, count = processes.own(share), processes.own(real), len(real)
    between = (share * real + (1 - share) * generated).requires_grad_()
    (gradient,) = torch.autograd.grad(source(between).sum(), between, create_graph=True)
    norms = processes.whole(torch.linalg.vector_norm(gradient.flatten(1), dim=1), count)
    penalty: torch.Tensor = (norms - 1).square().mean()
    return penalty
