"""The interface through which recorders and screens watch a run; the loop knows none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from geneticgan.networks import Generator


@dataclass
class Status:
    """The progress of a run, as shown on a screen.

    Attributes
    ----------
    step, steps : int
        The number of generations done, and in total.
    temperature : float
        The temperature, in units of fitness.
    quality, diversity : float
        The fitness parts of the survivor.
    winner : str
        The mutation that made the best offspring.
    acceptance_rate : float
        The share of offspring that replaced their parents, over recent generations.
    wins : dict of str to int
        How often each mutation made the best offspring.
    failures : int
        The number of failed offspring, whose loss, gradient or fitness was not finite.
    images_per_second : float
        The number of real images seen per second, over recent generations.
    validation_acsa : float or None
        The class head's mean per-class recall on the validation part; None before the first.
    validation_smallest : float or None
        The class head's recall of the rarest class on the validation part.
    seconds_left : float
        The estimated remaining time at the recent speed.
    """

    step: int = 0
    steps: int = 0
    temperature: float = 0.0
    quality: float = 0.0
    diversity: float = 0.0
    winner: str = ""
    acceptance_rate: float = 0.0
    wins: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    images_per_second: float = 0.0
    validation_acsa: float | None = None
    validation_smallest: float | None = None
    seconds_left: float = 0.0


class Observer:
    """Base class of everything that watches a run; by default, every method does nothing."""

    def on_phase(self, title: str, steps: int) -> None:
        """Receive the start of a phase of the work, with its number of steps."""

    def on_note(self, text: str) -> None:
        """Receive a message about the run."""

    def on_status(self, status: Status) -> None:
        """Receive the status after a generation."""

    def on_progress(self, step: int) -> None:
        """Receive the number of steps done in a phase other than evolution."""

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """Receive the network that classifies, every ``validate_every`` steps and at the end."""

    def on_population(self, step: int, generators: Sequence[Generator]) -> None:
        """Receive the generators, every ``validate_every`` generations and at the end."""

    def on_record(self, record: dict[str, Any]) -> None:
        """Receive a generation's record, as written to log.jsonl."""
