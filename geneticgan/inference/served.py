"""Networks as a service runs them: bytes in, probabilities or bytes out."""

from __future__ import annotations

import copy
from typing import Any

import torch

from geneticgan.data.sampling import to_uint8
from geneticgan.evaluation.probabilities import Calibration
from geneticgan.networks import Generator


class ServedClassifier(torch.nn.Module):
    """A classifier with all that comes before and after it.

    Parameters
    ----------
    network : torch.nn.Module
        Images (B, C, S, S) in [-1, 1] to (source logits (B,), class logits (B, K)).
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
        """Return probabilities (N, K), float32, of images (N, C, S, S), uint8."""
        # Not `to_unit_range`, whose operations work in place: an exported graph has none.
        _, logits = self.network(images.to(torch.float32) / 127.5 - 1.0)
        return torch.softmax((logits + self.offsets) / self.temperature, dim=1)


class ServedGenerator(torch.nn.Module):
    """A generator whose images are bytes.

    Parameters
    ----------
    network : Generator
        Latents and labels to images in [-1, 1].
    """

    def __init__(self, network: Generator) -> None:
        super().__init__()
        self.network = network

    def forward(self, latents: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return images (N, C, S, S), uint8, of latents (N, L), float32, and labels (N,), int64."""
        return to_uint8(self.network(latents, labels))


def alone(module: torch.nn.Module) -> Any:
    """Return a copy for inference on the CPU whose tensors are its own and lie in a row.

    In training they may be parts of one another, or lie in another order for speed.
    """
    module = copy.deepcopy(module).cpu().eval().requires_grad_(False)
    own = {
        name: value.clone(memory_format=torch.contiguous_format)
        for name, value in module.state_dict().items()
    }
    module.load_state_dict(own, assign=True)
    return module
