"""Contract suites: what a plugin must fulfil, as tests that its author subclasses.

For example:

    from geneticgan.testing import MutationContract
    from mypackage import Hinge


    class TestHinge(MutationContract):
        def make(self):
            return Hinge()

Pytest runs them; ``geneticgan plugins check hinge`` runs them on an installed plugin without it.
"""

from __future__ import annotations

from typing import Any

from geneticgan.testing.architectures import ArchitectureContract
from geneticgan.testing.backbones import BackboneContract
from geneticgan.testing.contract import Contract, Outcome, run_contract
from geneticgan.testing.datasets import DatasetContract
from geneticgan.testing.fitness import FitnessContract
from geneticgan.testing.imbalances import ImbalanceContract
from geneticgan.testing.methods import MethodContract
from geneticgan.testing.mutations import MutationContract
from geneticgan.testing.protocols import ProtocolContract
from geneticgan.testing.recorder import Recorder
from geneticgan.testing.schedules import ScheduleContract
from geneticgan.testing.selections import SelectionContract

CONTRACTS: dict[str, Any] = {
    "geneticgan.architectures": ArchitectureContract,
    "geneticgan.backbones": BackboneContract,
    "geneticgan.datasets": DatasetContract,
    "geneticgan.fitness": FitnessContract,
    "geneticgan.imbalances": ImbalanceContract,
    "geneticgan.methods": MethodContract,
    "geneticgan.mutations": MutationContract,
    "geneticgan.protocols": ProtocolContract,
    "geneticgan.schedules": ScheduleContract,
    "geneticgan.selections": SelectionContract,
}
"""The suite (a class) of each entry-point group."""

__all__ = [
    "CONTRACTS",
    "ArchitectureContract",
    "BackboneContract",
    "Contract",
    "DatasetContract",
    "FitnessContract",
    "ImbalanceContract",
    "MethodContract",
    "MutationContract",
    "Outcome",
    "ProtocolContract",
    "Recorder",
    "ScheduleContract",
    "SelectionContract",
    "run_contract",
]
