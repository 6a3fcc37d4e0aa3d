"""Accuracy on the validation part during training."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from geneticgan.data.splits import Split
from geneticgan.evaluation.scoring import score_network
from geneticgan.training.hooks import Observer


@dataclass(frozen=True)
class Look:
    """One evaluation on the validation part.

    Attributes
    ----------
    share : float
        Share of the training done so far, in (0, 1].
    seconds : float
        Seconds of training so far.
    validation_acsa : float
        Mean recall of the classes, in [0, 1].
    """

    share: float
    seconds: float
    validation_acsa: float


class Curve(Observer):
    """Evaluates the classifier during training; the time that this takes is not counted.

    Parameters
    ----------
    split : Split
        The split with the validation part; if that is empty, nothing is evaluated.
    device : torch.device
        The network's device.
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
        """Start counting seconds."""
        self._began = self._now()

    def seconds(self) -> float:
        """Return the seconds since `start`, without those spent on evaluation."""
        return self._now() - self._began - self._looking

    def _now(self) -> float:
        """Read the clock after a GPU has finished its work."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return time.perf_counter()

    def on_phase(self, title: str, steps: int) -> None:
        """Count the steps of an earlier phase as done."""
        self._before += self._phase_steps
        self._phase_steps = steps

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """Evaluate the network on the validation part."""
        validation = self._split.validation
        if len(validation) == 0:
            return
        seconds, start = self.seconds(), self._now()
        found = score_network(network, validation, self._split, self._device)
        self._looks.append((self._before + step, seconds, found.acsa))
        self._looking += self._now() - start

    def looks(self) -> tuple[Look, ...]:
        """Return all evaluations in order."""
        steps = self._before + self._phase_steps
        return tuple(
            Look(step / steps, round(seconds, 3), acsa) for step, seconds, acsa in self._looks
        )
