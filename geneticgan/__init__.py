"""Annealing genetic GANs for class-imbalanced images: a plugin-based toolkit on DEAP."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geneticgan.annealing.algorithm import ea_annealing
    from geneticgan.annealing.amosa import sel_amosa
    from geneticgan.annealing.archive import Archive
    from geneticgan.annealing.fitness import SumFitness
    from geneticgan.annealing.metropolis import metropolis_accept, metropolis_probability
    from geneticgan.annealing.schedule import Schedule, create_schedule
    from geneticgan.annealing.selection import (
        BestOffspring,
        Selection,
        assign_lineage,
        sel_annealing,
    )
    from geneticgan.annealing.stopping import EarlyStopping
    from geneticgan.config import TrainConfig
    from geneticgan.errors import GeneticGanError
    from geneticgan.estimators import AnnealingGANClassifier, AnnealingGANSampler
    from geneticgan.gan.fitness import FitnessFunction
    from geneticgan.gan.individual import GeneratorIndividual
    from geneticgan.gan.mutation import Mutation
    from geneticgan.inference.trained import TrainedRun, load
    from geneticgan.jobs.train_arrays import train

__version__ = "0.2.0"

# Loaded on first use, so that importing geneticgan is cheap.
_HOMES = {
    "AnnealingGANClassifier": "geneticgan.estimators",
    "AnnealingGANSampler": "geneticgan.estimators",
    "Archive": "geneticgan.annealing.archive",
    "BestOffspring": "geneticgan.annealing.selection",
    "EarlyStopping": "geneticgan.annealing.stopping",
    "FitnessFunction": "geneticgan.gan.fitness",
    "GeneratorIndividual": "geneticgan.gan.individual",
    "GeneticGanError": "geneticgan.errors",
    "Mutation": "geneticgan.gan.mutation",
    "Schedule": "geneticgan.annealing.schedule",
    "Selection": "geneticgan.annealing.selection",
    "SumFitness": "geneticgan.annealing.fitness",
    "TrainConfig": "geneticgan.config",
    "TrainedRun": "geneticgan.inference.trained",
    "assign_lineage": "geneticgan.annealing.selection",
    "create_schedule": "geneticgan.annealing.schedule",
    "ea_annealing": "geneticgan.annealing.algorithm",
    "load": "geneticgan.inference.trained",
    "metropolis_accept": "geneticgan.annealing.metropolis",
    "metropolis_probability": "geneticgan.annealing.metropolis",
    "sel_amosa": "geneticgan.annealing.amosa",
    "sel_annealing": "geneticgan.annealing.selection",
    "train": "geneticgan.jobs.train_arrays",
}

__all__ = [
    "AnnealingGANClassifier",
    "AnnealingGANSampler",
    "Archive",
    "BestOffspring",
    "EarlyStopping",
    "FitnessFunction",
    "GeneratorIndividual",
    "GeneticGanError",
    "Mutation",
    "Schedule",
    "Selection",
    "SumFitness",
    "TrainConfig",
    "TrainedRun",
    "__version__",
    "assign_lineage",
    "create_schedule",
    "ea_annealing",
    "load",
    "metropolis_accept",
    "metropolis_probability",
    "sel_amosa",
    "sel_annealing",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'geneticgan' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
