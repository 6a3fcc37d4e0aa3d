"""Torchvision's networks without their classifier."""

from __future__ import annotations

from torch import nn

from geneticgan.errors import ConfigError

HEADS = ("fc", "classifier", "heads", "head")
"""Names of the last layers in torchvision's families of classifiers."""


def without_head(network: nn.Module, name: str) -> nn.Module:
    """Remove a network's classifier in place, and return the network in evaluation mode.

    Raises
    ------
    ConfigError
        If the classifier has none of the known names.
    """
    for head in HEADS:
        if isinstance(getattr(network, head, None), nn.Module):
            setattr(network, head, nn.Identity())
            return network.eval()
    raise ConfigError(
        f"the classifier of {name} was not found, so its features cannot be used; choose another "
        "network, such as torchvision:resnet18"
    )
