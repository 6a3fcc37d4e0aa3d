"""Generations that are recorded once and replayed, against the same ones run anew."""

from __future__ import annotations

from collections.abc import Callable

import torch

from geneticgan.gan.batch import Batch
from geneticgan.gan.capture import CapturedStep, why_not
from geneticgan.gan.machine import Machine
from geneticgan.gan.optimizer_state import copy_all, step_with
from geneticgan.gan.shared_gradients import why_plain
from geneticgan.testing.contract import expect
from geneticgan.testing.recorder import Recorder

REPLAYS = 3


def expect_replays(make: Callable[[], Machine]) -> None:
    """Run generations twice, once by a replay, and expect the same weights to the bit.

    What needs the host, and is never captured, is left alone.

    Parameters
    ----------
    make : callable
        Returns the machine of a run, always the same; its plugins may be the same objects.

    Raises
    ------
    AssertionError
        If anything differs, or cannot be recorded.
    """
    called, replayed = _begun(make()), _begun(make())
    if why_plain(called) or why_not(called):
        return
    one, other = CapturedStep(called), CapturedStep(replayed)
    met = called.batches.numbers(0, 0).clone()
    one.generation(met)  # what is allocated once, and kept
    other.generation(met)
    recorder = Recorder()
    for number in range(1, 2 + REPLAYS):
        batch = called.batches.numbers(number, number)
        for step in (one, other):
            step.chances.copy_(torch.tensor([1.0, *[0.1 * number] * (len(step.chances) - 1)]))
        copy_all(met.tensors(), batch.tensors())
        _once(one, batch)()
        if number == 1:
            recorder.record(_once(other, met))
        else:
            recorder.replay()
        same = all(map(torch.equal, _state(called), _state(replayed)))
        expect(
            same,
            "replayed, a generation differs from one in which it is called anew: it counts or "
            "remembers something in Python, which runs only once in a CUDA graph; compute from "
            "what is given alone",
        )


def _once(step: CapturedStep, batch: Batch) -> Callable[[], None]:
    return lambda: step.generation(batch)


def _begun(machine: Machine) -> Machine:
    """Give every optimizer of the population its state, by a step that changes nothing."""
    for parent in machine.population:
        nothing = [torch.zeros_like(parameter) for parameter in parent.parameters]
        step_with(parent.optimizer, parent.parameters, nothing)
    return machine


def _state(machine: Machine) -> list[torch.Tensor]:
    parents = [tensor for each in machine.population for tensor in each.state_tensors()]
    return [*parents, *machine.discriminator.module.state_dict().values()]
