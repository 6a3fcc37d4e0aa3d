"""The Backbone contract: a pretrained network that turns images into features."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import nn

from geneticgan.registry import PluginGroup
from geneticgan.specs import Spec, options_of, parse_specs

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Mean and deviation by channel for values in [0, 1]; most published weights were trained so."""


@dataclass(frozen=True)
class Pretrained:
    """A network with its weights, and the images that it expects.

    Attributes
    ----------
    network : torch.nn.Module
        Maps normalised images (B, 3, size, size) to features (B, F), in evaluation mode.
    size : int
        Height and width in pixels of the images it was trained with.
    mean, std : tuple of float
        Mean and deviation by channel, for values in [0, 1], with which images are normalised.
    key : str
        A unique name of the weights, under which features are cached.
    depths : tuple of str
        Names of the modules whose feature maps represent the network's depths, from fine to
        coarse. If empty, `geneticgan.networks.depths.find_depths` finds them.
    """

    network: nn.Module
    size: int
    key: str
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    depths: tuple[str, ...] = ()


class Backbone(ABC):
    """A pretrained network; a plugin of the group ``geneticgan.backbones``.

    Its options are the keyword arguments of ``__init__``; the first can be given without its name
    after a colon, as in ``torchvision:resnet18``.
    """

    @abstractmethod
    def load(self) -> Pretrained:
        """Return the network with its weights, on the CPU.

        Raises
        ------
        ConfigError
            If the weights are missing (the message says how to get them) or are not the expected
            ones.
        """

    def unfilled(self) -> Pretrained:
        """Return the network for weights that will be loaded from a run's folder.

        A backbone that overrides this need not find its weights; the default loads them.
        """
        return self.load()


class Prepared(nn.Module):
    """Prepares images of any size, with one channel or three, as a backbone expects them.

    Images are resized to ``size`` pixels in width and height (bicubic, with antialiasing when
    they shrink), one channel becomes three, and values are normalised as the backbone expects.

    Parameters
    ----------
    pretrained : Pretrained
        The backbone.
    size : int
        Height and width in pixels of the backbone's inputs; 0 for its own size.

    Attributes
    ----------
    size : int
        Height and width in pixels of the backbone's inputs.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, pretrained: Pretrained, size: int = 0) -> None:
        super().__init__()
        self.size = size or pretrained.size
        for name, values in (("mean", pretrained.mean), ("std", pretrained.std)):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1), persistent=False)

    def prepare(self, images: torch.Tensor) -> torch.Tensor:
        """Return the backbone's input (B, 3, S, S) for images (B, C, H, W) in [-1, 1]."""
        images = images.expand(-1, 3, -1, -1)
        if images.shape[2] != self.size or images.shape[3] != self.size:
            images = nn.functional.interpolate(
                images,
                (self.size, self.size),
                mode="bicubic",
                align_corners=False,
                antialias=self.size < max(images.shape[2:]),
            )
        images = (images.clamp(-1, 1) + 1) / 2
        return (images - self.mean) / self.std


class Features(Prepared):
    """A backbone with prepared inputs; parameters and attributes as for `Prepared`."""

    def __init__(self, pretrained: Pretrained, size: int = 0) -> None:
        super().__init__(pretrained, size)
        self.network = pretrained.network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return features (B, F) of images (B, C, H, W) in [-1, 1], C in {1, 3}."""
        features: torch.Tensor = self.network(self.prepare(images))
        return features.flatten(1)


BACKBONES = PluginGroup("geneticgan.backbones", Backbone, "backbone")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_backbone(text: str) -> Backbone:
    """Make a backbone such as ``efficientnet-lite0``, ``torchvision:resnet18`` or ``file:W``.

    Raises
    ------
    PluginError
        Under the conditions of `geneticgan.registry.PluginGroup.create`.
    """
    name, colon, rest = text.partition(":")
    if colon and "=" not in rest:
        first = next(iter(options_of(BACKBONES.get(name).factory)), "")
        return BACKBONES.create(Spec(name, {first: rest}))
    (spec, *_) = parse_specs(text)
    return BACKBONES.create(spec)
