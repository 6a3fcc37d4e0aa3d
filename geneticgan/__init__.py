"""Annealing genetic GANs for class-imbalanced images: a plugin-based toolkit on DEAP."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geneticgan.config import TrainConfig
    from geneticgan.errors import GeneticGanError
    from geneticgan.evolution.algorithm import ea_annealing
    from geneticgan.evolution.annealing import (
        Schedule,
        metropolis_accept,
        metropolis_probability,
    )
    from geneticgan.evolution.assessment import FitnessFunction
    from geneticgan.evolution.individual import GeneratorIndividual
    from geneticgan.evolution.mutation import Mutation
    from geneticgan.evolution.selection import (
        BestOffspring,
        Selection,
        assign_lineage,
        sel_annealing,
    )
    from geneticgan.sampler import AnnealingGANSampler

__version__ = "0.1.0"

# Loaded when first asked for: importing geneticgan must cost nothing.
_HOMES = {
    "AnnealingGANSampler": "geneticgan.sampler",
    "BestOffspring": "geneticgan.evolution.selection",
    "FitnessFunction": "geneticgan.evolution.assessment",
    "GeneratorIndividual": "geneticgan.evolution.individual",
    "GeneticGanError": "geneticgan.errors",
    "Mutation": "geneticgan.evolution.mutation",
    "Schedule": "geneticgan.evolution.annealing",
    "Selection": "geneticgan.evolution.selection",
    "TrainConfig": "geneticgan.config",
    "assign_lineage": "geneticgan.evolution.selection",
    "ea_annealing": "geneticgan.evolution.algorithm",
    "metropolis_accept": "geneticgan.evolution.annealing",
    "metropolis_probability": "geneticgan.evolution.annealing",
    "sel_annealing": "geneticgan.evolution.selection",
}

__all__ = [
    "AnnealingGANSampler",
    "BestOffspring",
    "FitnessFunction",
    "GeneratorIndividual",
    "GeneticGanError",
    "Mutation",
    "Schedule",
    "Selection",
    "TrainConfig",
    "__version__",
    "assign_lineage",
    "ea_annealing",
    "metropolis_accept",
    "metropolis_probability",
    "sel_annealing",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'geneticgan' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
