"""The method as an imbalanced-learn sampler."""

from __future__ import annotations

from geneticgan.estimators.sampler import AnnealingGANSampler

__all__ = ["AnnealingGANSampler"]
