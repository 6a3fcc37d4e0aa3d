"""What a method is given in its tests, and what became of it."""

import dataclasses
import json

import pytest
import torch

from geneticgan.methods.catalogue import create_method
from geneticgan.methods.contract import Fitted, Task
from geneticgan.specs import parse_specs
from geneticgan.training.hooks import Observer


@pytest.fixture
def task(split, tiny_config, tmp_path):
    config = dataclasses.replace(
        tiny_config, imbalance="auto", steps=150, width=4, batch_size=12, validate_every=50,
        classifier_learning_rate=5e-3, learning_rate=2e-3,
    )  # fmt: skip
    return Task(split, config, torch.device("cpu"), tmp_path / "method")


@dataclasses.dataclass
class Learnt:
    """A method with its default options that was fitted to `task`."""

    fitted: Fitted
    shown: list[int]
    """The steps at which its network was shown to an observer, which called it."""
    log: list[dict]
    """Of a method that evolves; empty for others."""


@pytest.fixture(scope="session")
def learnt_before():
    return {}


@pytest.fixture
def learnt(task, learnt_before):
    """Fit a method by its name, once for all tests that only look at what came of it."""

    def learn(name):
        if name not in learnt_before:
            shown = []

            class Watch(Observer):
                def on_network(self, step, network):
                    network(torch.zeros(1, 1, 8, 8))
                    shown.append(step)

            (spec,) = parse_specs(name)
            fitted = create_method(spec).fit(dataclasses.replace(task, observers=[Watch()]))
            log = task.folder / "log.jsonl"
            lines = log.read_text().splitlines() if log.is_file() else []
            learnt_before[name] = Learnt(fitted, shown, [json.loads(line) for line in lines])
        return learnt_before[name]

    return learn
