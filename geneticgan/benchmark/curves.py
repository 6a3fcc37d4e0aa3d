"""How the accuracy on the validation part grew while a method was trained."""

from __future__ import annotations

import time
from typing import Any

import torch

from geneticgan.data.splits import Split
from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.prediction import predict
from geneticgan.training.hooks import Observer


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
        self._began = time.perf_counter()
        self._looking = 0.0

    def start(self) -> None:
        """Begin to count the seconds."""
        self._began = time.perf_counter()

    def seconds(self) -> float:
        """Return the seconds since `start`, without those spent on looking."""
        return time.perf_counter() - self._began - self._looking

    def on_phase(self, title: str, steps: int) -> None:
        """Count the steps of an earlier phase as done."""
        self._before += self._phase_steps
        self._phase_steps = steps

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """Look."""
        validation = self._split.validation
        if len(validation) == 0:
            return
        seconds, start = self.seconds(), time.perf_counter()
        predicted = predict(network, validation, self._device)
        found = score(validation.labels, predicted, self._split.classes, 0)
        self._looks.append((self._before + step, seconds, found.acsa))
        self._looking += time.perf_counter() - start

    def points(self) -> list[dict[str, Any]]:
        """Return the looks: share of the training done, seconds, validation ACSA."""
        steps = self._before + self._phase_steps
        return [
            {"share": step / steps, "seconds": round(seconds, 3), "validation_acsa": acsa}
            for step, seconds, acsa in self._looks
        ]
