"""What the discriminator learns: source and class loss, on real and generated images."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch.nn.functional import cross_entropy

from geneticgan.evolution.environment import Judgement
from geneticgan.training.adversaries import Adversary, Logistic


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
    """

    adversary: Adversary = field(default_factory=Logistic)
    generated_class_weight: float = 1.0

    def real(self, judgement: Judgement, labels: torch.Tensor) -> torch.Tensor:
        """Return the part that real images with labels (B,) make."""
        return self.adversary.real(judgement.source) + cross_entropy(judgement.classes, labels)

    def generated(self, judgement: Judgement, labels: torch.Tensor) -> torch.Tensor:
        """Return the part that images make which were generated for labels (B,)."""
        class_loss = cross_entropy(judgement.classes, labels)
        return self.adversary.fake(judgement.source) + self.generated_class_weight * class_loss


def class_weight(wanted: float | None, classes: int) -> float:
    """Return the weight of a config's ``generated_class_weight``.

    None is 2 / K for K classes: 1 for two, where generated images teach the class head well, and
    less where there are more classes to be taken for another.
    """
    return 2 / classes if wanted is None else wanted
