"""How the accuracy on the validation part grew while a method was trained."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from geneticgan.data.splits import Split
from geneticgan.evaluation.scoring import score_network
from geneticgan.training.hooks import Observer


@dataclass(frozen=True)
class Look:
    """One look at the validation part.

    Attributes
    ----------
    share : float
        Of the training that was done, in (0, 1].
    seconds : float
        Of training before it.
    validation_acsa : float
        Mean recall of the classes, in [0, 1].
    """

    share: float
    seconds: float
    validation_acsa: float


class Curve(Observer):
    """Looks at the network that classifies; its own time is not counted.

    Parameters
    ----------
    split : Split
        Whose validation part is looked at; nothing is kept where it is empty.
    device : torch.device
        Where the network is.
    """

    def __init__(self, split: Split, device: torch.device) -> None:
        self._split = split
        self._device = device
        self._looks: list[tuple[int, float, float]] = []
        self._before = 0
        self._phase_steps = 0
        self._began = self._now()
        self._looking = 0.0

    def start(self) -> None:
        """Begin to count the seconds."""
        self._began = self._now()

    def seconds(self) -> float:
        """Return the seconds since `start`, without those spent on looking."""
        return self._now() - self._began - self._looking

    def _now(self) -> float:
        """Read the clock once a GPU has done what it was told to."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return time.perf_counter()

    def on_phase(self, title: str, steps: int) -> None:
        """Count the steps of an earlier phase as done."""
        self._before += self._phase_steps
        self._phase_steps = steps

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """Look."""
        validation = self._split.validation
        if len(validation) == 0:
            return
        seconds, start = self.seconds(), self._now()
        found = score_network(network, validation, self._split, self._device)
        self._looks.append((self._before + step, seconds, found.acsa))
        self._looking += self._now() - start

    def looks(self) -> tuple[Look, ...]:
        """Return what was seen, in the order of the looks."""
        steps = self._before + self._phase_steps
        return tuple(
            Look(step / steps, round(seconds, 3), acsa) for step, seconds, acsa in self._looks
        )
