"""What a method is given in its tests."""

import dataclasses

import pytest
import torch

from geneticgan.methods.contract import Task


@pytest.fixture
def task(split, tiny_config, tmp_path):
    config = dataclasses.replace(
        tiny_config, imbalance="auto", steps=150, width=4, batch_size=12, validate_every=50,
        classifier_learning_rate=5e-3, learning_rate=2e-3,
    )  # fmt: skip
    return Task(split, config, torch.device("cpu"), tmp_path / "method")
