"""What a run tells the outside: recorders and screens attach themselves, the loop knows none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from geneticgan.networks import Generator


@dataclass
class Status:
    """Where a run stands; the numbers of a screen.

    Attributes
    ----------
    step, steps : int
        Generations done, and in all.
    temperature : float
        In units of fitness.
    quality, diversity : float
        Of the survivor.
    winner : str
        The mutation that made the best offspring.
    acceptance_rate : float
        Share of offspring that took their parent's place, over the recent generations.
    wins : dict of str to int
        How often each mutation made the best offspring.
    failures : int
        Offspring that failed: a loss, gradient or fitness was not finite.
    images_per_second : float
        Real images seen a second, over the recent generations.
    validation_acsa : float or None
        Mean per-class recall of the class head on the validation part; None before the first.
    validation_smallest : float or None
        The same class head's recall of the rarest class.
    seconds_left : float
        At the recent speed.
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
    """Base of everything that watches a run; every method may be left as it is: it does nothing."""

    def on_phase(self, title: str, steps: int) -> None:
        """Learn that a part of the work begins, of so many steps."""

    def on_note(self, text: str) -> None:
        """Learn something about the run that is said once."""

    def on_status(self, status: Status) -> None:
        """See the status after a generation."""

    def on_progress(self, step: int) -> None:
        """See how far a part other than evolution is."""

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """See the network that classifies, every ``validate_every`` steps and at the end."""

    def on_population(self, step: int, generators: Sequence[Generator]) -> None:
        """See the generators, every ``validate_every`` generations and at the end."""

    def on_record(self, record: dict[str, Any]) -> None:
        """Receive a generation's record, as written to log.jsonl."""
