"""The discriminator's side of an adversarial loss: what it learns from its source logits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch.nn.functional import softplus


class Adversary(Protocol):
    """How the discriminator tells real from generated."""

    def real(self, source: torch.Tensor) -> torch.Tensor:
        """Return the losses (B,) of source logits (B,) of real images."""

    def fake(self, source: torch.Tensor) -> torch.Tensor:
        """Return the losses (B,) of source logits (B,) of generated images."""

    def after_step(self, parameters: Iterable[tuple[str, torch.nn.Parameter]]) -> None:
        """Do what has to be done to named parameters after each of the optimizer's steps."""


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
        """Nothing."""


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
        """Nothing."""


@dataclass(frozen=True)
class Wasserstein:
    """The critic's loss of WGAN (Arjovsky et al. 2017), kept smooth by clipping.

    The class head's own layer is not part of the critic, and is not clipped.

    Attributes
    ----------
    clip : float
        Largest absolute weight; 0 does not clip (with a gradient penalty).
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
    """Return the adversary of a config's ``adversary`` and ``clip``."""
    if name == "wasserstein":
        return Wasserstein(clip)
    return LeastSquares() if name == "least-squares" else Logistic()
