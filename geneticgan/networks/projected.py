"""The architecture whose discriminator uses a pretrained network's features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import fx, nn

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Pretrained, create_backbone
from geneticgan.networks.contracts import Architecture, Discriminator, Generator
from geneticgan.networks.depths import read_at_depths
from geneticgan.networks.discriminator import SLOPE
from geneticgan.networks.generator import ConvolutionalGenerator
from geneticgan.networks.projection import Maps, ProjectedTrunk
from geneticgan.networks.sizes import check_shape
from geneticgan.seeding import torch_seeded

SMALLEST = 64
"""Least size in pixels to which images are resized, unless a size is given: a network that halves
an image five times has little to say about a smaller one."""


class SourceHead(nn.Module):
    """Maps mixed features to a source logit: the mean over positions of a map of logits.

    Parameters
    ----------
    width, side : int
        Channels and height (= width) of the mixture.
    """

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        while side > 4:
            layers += [nn.Conv2d(width, width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
            side //= 2
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(SLOPE)]
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, a=SLOPE)
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer here has one
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, 1, 1))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (B, 1)."""
        logits: torch.Tensor = self.layers(features)
        return logits.mean(dim=(2, 3))


class SourceHeads(nn.Module):
    """A source head for each depth; the logit is the mean of theirs.

    Parameters
    ----------
    width : int
        Channels of the mixtures.
    sides : sequence of int
        Their heights, from fine to coarse.
    """

    def __init__(self, width: int, sides: Sequence[int]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(SourceHead(width, side) for side in sides)

    def forward(self, mixed: Maps) -> torch.Tensor:
        """Return logits (B, 1)."""
        logits = [head(each) for head, each in zip(self.heads, mixed, strict=True)]
        return torch.stack(logits).mean(dim=0)


class ProjectedDiscriminator(Discriminator):
    """Small heads on a frozen trunk: one source head per depth, and a linear class head.

    Parameters
    ----------
    trunk : ProjectedTrunk
        The pretrained network with its mixing.
    width : int
        Channels of the mixtures.
    classes : int
        How many labels there are.
    """

    frozen = "trunk."
    pretrained = "trunk.network."
    reads_frozen = True

    def __init__(self, trunk: ProjectedTrunk, width: int, classes: int) -> None:
        super().__init__(trunk, trunk.features, 1, classes)
        self.source = SourceHeads(width, trunk.sides)

    def read(self, images: torch.Tensor) -> tuple[Maps, torch.Tensor]:
        """Return the mixtures for the source heads, and the features for class heads."""
        assert isinstance(self.trunk, ProjectedTrunk)  # it was made with one
        return self.trunk.read(images)


class Projected(Architecture):
    """The discriminator uses frozen pretrained features; its learning rate is 3e-4 unless set.

    The design follows Projected GAN (Sauer et al. 2021). Features of a pretrained network at four
    depths are mixed at random across channels and scales. Only a small source head for each depth
    is trained, and a linear class head on the features of all depths, averaged over the image. The
    generator is the convolutional one. Unlike in the paper, the logits of the depths are averaged
    before the loss, and heads have neither batch nor spectral normalisation: each image is
    evaluated independently and without side effects, so that all offspring can share gradients.

    Parameters
    ----------
    backbone : str
        A plugin of the group ``geneticgan.backbones``, with feature maps of four resolutions.
    size : int
        Size in pixels to which images are resized; 0 for their own size, but at least 64.
    """

    learning_rate: ClassVar[float | None] = 3e-4

    def __init__(self, backbone: str = "efficientnet-lite0", size: int = 0) -> None:
        if size < 0:
            raise ValueError(f"size must be >= 0, got {size}")
        self.backbone = create_backbone(backbone)
        self.size = size
        self._read: dict[bool, tuple[Pretrained, fx.GraphModule]] = {}

    def generator(
        self, channels: int, size: int, classes: int, width: int, latent_dim: int
    ) -> Generator:
        """Return the convolutional generator."""
        return ConvolutionalGenerator(channels, size, classes, width, latent_dim)

    def discriminator(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return heads on the backbone with its weights; `ConfigError` says how to get them."""
        check_shape(channels, size, classes, width)
        return self._discriminator(size, classes, width, unfilled=False)

    def unfilled(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return the same discriminator without the backbone's weights."""
        check_shape(channels, size, classes, width)
        return self._discriminator(size, classes, width, unfilled=True)

    def _discriminator(
        self, size: int, classes: int, width: int, *, unfilled: bool
    ) -> Discriminator:
        seed = int(torch.randint(2**31, ()))
        pretrained, network = self._backbone(unfilled)
        shown, mixed = self.size or max(size, SMALLEST), 2 * width
        try:
            trunk = ProjectedTrunk(pretrained, network, shown, mixed, seed)
        except RuntimeError as error:
            raise ConfigError(
                f"the backbone cannot process images of {shown} pixels ({error}); choose another "
                "size, as in projected:size=64"
            ) from error
        return ProjectedDiscriminator(trunk, mixed, classes)

    def _backbone(self, unfilled: bool) -> tuple[Pretrained, fx.GraphModule]:
        if unfilled not in self._read:
            with torch_seeded(0):  # so that later draws do not depend on caching
                found = self.backbone.unfilled() if unfilled else self.backbone.load()
            self._read[unfilled] = found, read_at_depths(found)
        return self._read[unfilled]
