"""Compares generations that are recorded once and replayed with the same ones run normally."""

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
    """Run generations normally and as replays, and expect bitwise equal weights.

    A machine that needs the host is not tested, since it is never captured.

    Parameters
    ----------
    make : callable
        Returns the machine of a run, always the same; machines may share plugin objects.

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
    one.generation(met)  # allocates memory that is kept
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
            "a replayed generation differs from one in which the plugin is called again: it counts "
            "or stores something in Python, which runs only once in a CUDA graph; compute only "
            "from the arguments",
        )


def _once(step: CapturedStep, batch: Batch) -> Callable[[], None]:
    return lambda: step.generation(batch)


def _begun(machine: Machine) -> Machine:
    """Create the state of every optimizer of the population by a step with zero gradients."""
    for parent in machine.population:
        nothing = [torch.zeros_like(parameter) for parameter in parent.parameters]
        step_with(parent.optimizer, parent.parameters, nothing)
    return machine


def _state(machine: Machine) -> list[torch.Tensor]:
    parents = [tensor for each in machine.population for tensor in each.state_tensors()]
    return [*parents, *machine.discriminator.module.state_dict().values()]
