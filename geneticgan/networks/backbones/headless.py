"""Networks of torchvision without their classifier."""

from __future__ import annotations

from torch import nn

from geneticgan.errors import ConfigError

HEADS = ("fc", "classifier", "heads", "head")
"""What the last layers are called in torchvision's families of classifiers."""


def without_head(network: nn.Module, name: str) -> nn.Module:
    """Replace a network's classifier by nothing, in place, and return it in evaluation mode.

    Raises
    ------
    ConfigError
        If it has none of the names known.
    """
    for head in HEADS:
        if isinstance(getattr(network, head, None), nn.Module):
            setattr(network, head, nn.Identity())
            return network.eval()
    raise ConfigError(
        f"the classifier of {name} is not found, so that its features cannot be taken; use another "
        "network, such as torchvision:resnet18"
    )
