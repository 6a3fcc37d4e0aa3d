"""The discriminator's loss L_D = L_S + L_Cls (Algorithm 1, line 19), and its two parts.

`DiscriminatorLoss` is the whole loss on real and on generated images; an `Adversary` computes
L_S, and a `ClassLoss` computes L_Cls of real images.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch.nn.functional import cross_entropy, softplus

from geneticgan.data.sampling import balancing_weights, drawn_shares
from geneticgan.gan.batch import Logits


class Adversary(Protocol):
    """How the discriminator learns to tell real images from generated ones."""

    def real(self, source: torch.Tensor) -> torch.Tensor:
        """Return the losses (B,) of source logits (B,) of real images."""

    def fake(self, source: torch.Tensor) -> torch.Tensor:
        """Return the losses (B,) of source logits (B,) of generated images."""

    def after_step(self, parameters: Iterable[tuple[str, torch.nn.Parameter]]) -> None:
        """Adjust the named parameters as required after each optimizer step."""


@dataclass(frozen=True)
class Logistic:
    """The minimax discriminator's loss: the cross-entropy of the sigmoid of the source logit."""

    def real(self, source: torch.Tensor) -> torch.Tensor:
        """Return -log sigmoid(s)."""
        return softplus(-source)

    def fake(self, source: torch.Tensor) -> torch.Tensor:
        """Return -log(1 - sigmoid(s))."""
        return softplus(source)

    def after_step(self, parameters: Iterable[tuple[str, torch.nn.Parameter]]) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class LeastSquares:
    """The least-squares discriminator's loss on the bare logit (Mao et al. 2017, eq. 9)."""

    def real(self, source: torch.Tensor) -> torch.Tensor:
        """Return half of (s - 1)^2."""
        return (source - 1).square() / 2

    def fake(self, source: torch.Tensor) -> torch.Tensor:
        """Return half of s^2."""
        return source.square() / 2

    def after_step(self, parameters: Iterable[tuple[str, torch.nn.Parameter]]) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Wasserstein:
    """The critic's loss of WGAN (Arjovsky et al. 2017), kept smooth by clipping.

    The class head's own layer is not part of the critic and is not clipped.

    Attributes
    ----------
    clip : float
        Largest absolute weight; 0 means no clipping (for use with a gradient penalty).
    """

    clip: float = 0.01

    def real(self, source: torch.Tensor) -> torch.Tensor:
        """Return minus the logit."""
        return -source

    def fake(self, source: torch.Tensor) -> torch.Tensor:
        """Return the logit."""
        return source

    def after_step(self, parameters: Iterable[tuple[str, torch.nn.Parameter]]) -> None:
        """Clip the critic's weights."""
        if self.clip == 0:
            return
        with torch.no_grad():
            for name, parameter in parameters:
                if not name.startswith("classifier."):
                    parameter.clamp_(-self.clip, self.clip)


def make_adversary(name: str, clip: float) -> Adversary:
    """Return the adversary for a config's ``adversary`` and ``clip``."""
    if name == "wasserstein":
        return Wasserstein(clip)
    return LeastSquares() if name == "least-squares" else Logistic()


@dataclass(frozen=True)
class ClassLoss:
    """The cross-entropy of each image of a batch.

    Attributes
    ----------
    weights : torch.Tensor, optional
        Weights of an image by its class, of shape (K,).
    offsets : torch.Tensor, optional
        Offsets of shape (K,), added to the logits for the cross-entropy only, so that the logits
        themselves are those of balanced classes.
    """

    weights: torch.Tensor | None = None
    offsets: torch.Tensor | None = None

    def each(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the losses (B,) of class logits (B, K) under labels (B,)."""
        if self.offsets is not None:
            logits = logits + self.offsets
        losses = cross_entropy(logits, labels, reduction="none")
        return losses if self.weights is None else self.weights.index_select(0, labels) * losses

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the mean loss, a scalar."""
        return self.each(logits, labels).mean()


def make_class_loss(
    kind: str, tau: float, counts: Sequence[int], oversampling: str, device: torch.device
) -> ClassLoss:
    """Return the class loss of a training run.

    Parameters
    ----------
    kind : str
        ``cross-entropy``, weighted to balance the classes where batches are not balanced; or
        ``balanced-softmax`` (Ren et al. 2020, equation 3), the cross-entropy of the logits plus
        ``tau`` times the logarithm of each class's share of the batches (the logit-adjusted loss
        of Menon et al. 2021, equation 10). For balanced batches the two are the same.
    tau : float
        Strength of the adjustment, >= 0.
    counts : sequence of int
        Number of training images of each class, each >= 1.
    oversampling : str
        How batches are drawn; see `geneticgan.data.sampling.BatchSource.balanced`.
    device : torch.device
        The device on which the losses are computed.
    """
    if kind == "balanced-softmax":
        return ClassLoss(offsets=(tau * drawn_shares(counts, oversampling).log()).to(device))
    weights = balancing_weights(counts, oversampling)
    return ClassLoss(weights=None if weights is None else weights.to(device))


@dataclass(frozen=True)
class DiscriminatorLoss:
    """L_D = L_S + L_Cls (Algorithm 1, line 19), split into its real and its generated part.

    Attributes
    ----------
    adversary : Adversary
        The source loss L_S.
    generated_class_weight : float
        Weight of the generated images' part of L_Cls, >= 0; 1 in the paper. With 0 the class
        head learns from real images only, and still guides the generators.
    weighting : str
        How much each generated image counts in that part. ``even`` counts all the same, as in
        the paper; ``confidence`` uses the probability that the head which guides the generators
        gives to the requested label, so that the class head does not learn from images that
        show something else.
    class_weights : torch.Tensor, optional
        Weights of a real image by its class in L_S, of shape (K,), where batches are not
        balanced; see `geneticgan.data.sampling.balancing_weights`. Equal by default.
    class_loss : ClassLoss
        L_Cls of real images; the plain cross-entropy by default, as in the paper.
    source_weight : float
        Weight of L_S, > 0; 1 in the paper. The source head and the class head share a trunk, and
        L_S shapes it at the cost of the class head's accuracy. The source head itself learns
        equally fast at any weight, since Adam's steps do not depend on the scale of a loss.
    """

    adversary: Adversary = field(default_factory=Logistic)
    generated_class_weight: float = 1.0
    weighting: str = "even"
    class_weights: torch.Tensor | None = None
    class_loss: ClassLoss = field(default_factory=ClassLoss)
    source_weight: float = 1.0

    def real(self, logits: Logits, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss on real images with labels (B,)."""
        weights = self.class_weights
        if weights is not None:
            weights = weights.index_select(0, labels)  # indexing by [] may read values
        loss = self.source_weight * _mean(self.adversary.real(logits.source), weights)
        for class_logits in (logits.classes, logits.guide):
            if class_logits is not None:
                loss = loss + self.class_loss(class_logits, labels)
        return loss

    def generated(self, logits: Logits, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss on images that were generated for labels (B,)."""
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
        """Return whether `generated` is `generated_source` plus the generators' class loss.

        Generators minimise the plain cross-entropy of the guiding class head. So does the
        discriminator in the paper, with the same head, the same images and weight 1.
        """
        return self.weighting == "even" and self.generated_class_weight == 1 and not logits.guided

    def _class_loss(self, logits: Logits, labels: torch.Tensor) -> torch.Tensor:
        if self.weighting == "even":
            return cross_entropy(logits.classes, labels)
        belief = logits.guidance.detach().softmax(dim=1).gather(1, labels[:, None]).squeeze(1)
        return (belief * cross_entropy(logits.classes, labels, reduction="none")).mean()


def _mean(losses: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
    return (losses if weights is None else weights * losses).mean()
