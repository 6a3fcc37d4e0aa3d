"""The method as an imbalanced-learn sampler and as a scikit-learn classifier."""

from __future__ import annotations

from geneticgan.estimators.classifier import AnnealingGANClassifier
from geneticgan.estimators.sampler import AnnealingGANSampler

__all__ = ["AnnealingGANClassifier", "AnnealingGANSampler"]
