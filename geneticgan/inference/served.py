"""Networks as a service runs them, with uint8 images and probabilities."""

from __future__ import annotations

import copy
from typing import Any

import torch

from geneticgan.data.sampling import to_uint8
from geneticgan.evaluation.probabilities import Calibration
from geneticgan.networks import Generator


class ServedClassifier(torch.nn.Module):
    """A classifier with its preprocessing and calibration.

    Parameters
    ----------
    network : torch.nn.Module
        Maps images (B, C, S, S) in [-1, 1] to (source logits (B,), class logits (B, K)).
    calibration : Calibration
        How class logits become probabilities.
    """

    def __init__(self, network: torch.nn.Module, calibration: Calibration) -> None:
        super().__init__()
        self.network = network
        self.temperature = calibration.temperature
        self.offsets: torch.Tensor
        self.register_buffer("offsets", torch.tensor(calibration.offsets or 0.0))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return float32 probabilities (N, K) of uint8 images (N, C, S, S)."""
        # Unlike `to_unit_range` without in-place operations, which an exported graph cannot have.
        _, logits = self.network(images.to(torch.float32) / 127.5 - 1.0)
        return torch.softmax((logits + self.offsets) / self.temperature, dim=1)


class ServedGenerator(torch.nn.Module):
    """A generator that returns uint8 images.

    Parameters
    ----------
    network : Generator
        Maps latents and labels to images in [-1, 1].
    """

    def __init__(self, network: Generator) -> None:
        super().__init__()
        self.network = network

    def forward(self, latents: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return uint8 images (N, C, S, S) for float32 latents (N, L) and int64 labels (N,)."""
        return to_uint8(self.network(latents, labels))


def alone(module: torch.nn.Module) -> Any:
    """Return a copy for inference on the CPU, with independent and contiguous tensors.

    In training, tensors may share memory or have a different layout for speed.
    """
    module = copy.deepcopy(module).cpu().eval().requires_grad_(False)
    own = {
        name: value.clone(memory_format=torch.contiguous_format)
        for name, value in module.state_dict().items()
    }
    module.load_state_dict(own, assign=True)
    return module
