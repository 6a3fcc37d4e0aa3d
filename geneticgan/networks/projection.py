"""A frozen pretrained network whose feature maps of several depths are mixed at random."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import fx, nn
from torch.nn.functional import interpolate, layer_norm

from geneticgan.networks.backbones.contract import Prepared, Pretrained
from geneticgan.networks.depths import COUNT, LAST
from geneticgan.seeding import torch_stream

Maps = tuple[torch.Tensor, ...]
"""Feature maps (B, C, H, W) of several depths, from fine to coarse."""


class RandomMixing(nn.Module):
    """Mixes feature maps across channels and across scales, with fixed random weights.

    A discriminator on pretrained features tends to rely on few of them; after random mixing each
    carries some of all the information (Sauer et al. 2021, sections 3.2.1 and 3.2.2). A 1 x 1
    convolution mixes a map across channels; the enlarged mixture of the next coarser map is added
    to it, and a 3 x 3 convolution mixes the sum.

    Parameters
    ----------
    channels : sequence of int
        Channels of the maps, from fine to coarse.
    width : int
        Channels of every mixture.
    rng : torch.Generator
        Draws the weights.
    """

    def __init__(self, channels: Sequence[int], width: int, rng: torch.Generator) -> None:
        super().__init__()
        self.across_channels = nn.ModuleList(
            nn.Conv2d(count, width, 1, bias=False) for count in channels
        )
        self.across_scales = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in channels
        )
        for weight in self.parameters():
            # Inputs and outputs have the same variance.
            nn.init.kaiming_normal_(weight, nonlinearity="linear", generator=rng)

    def forward(self, maps: Maps) -> Maps:
        """Return a mixture for each map, in its resolution."""
        found: list[torch.Tensor] = []
        layers = zip(maps, self.across_channels, self.across_scales, strict=True)
        for each, channels, scales in reversed(list(layers)):
            mixed = channels(each)
            if found:
                mixed = mixed + interpolate(found[-1], mixed.shape[2:], mode="bilinear")
            found.append(scales(mixed))
        return tuple(reversed(found))


class ProjectedTrunk(Prepared):
    """Maps images to mixed features of several depths and to the class heads' input; it is frozen.

    It stays in evaluation mode, so that an image's features depend on no other image.

    Parameters
    ----------
    pretrained : Pretrained
        The backbone.
    network : torch.fx.GraphModule
        The backbone as returned by `geneticgan.networks.depths.read_at_depths`; it is copied.
    size : int
        Height and width in pixels to which images are resized.
    width : int
        Channels of the mixtures.
    seed : int
        Seeds the weights of the mixing.

    Attributes
    ----------
    sides : tuple of int
        Heights of the mixtures, from fine to coarse.
    features : int
        Number F of features that class heads read.
    """

    def __init__(
        self, pretrained: Pretrained, network: fx.GraphModule, size: int, width: int, seed: int
    ) -> None:
        super().__init__(pretrained, size)
        self.network = copy.deepcopy(network)
        with torch.no_grad():
            maps, pooled = self.depths(torch.zeros(1, 3, size, size))
        rng = torch_stream(seed, "random mixing")
        self.mixing = RandomMixing([each.shape[1] for each in maps], width, rng)
        self.sides = tuple(each.shape[2] for each in maps)
        self.features = pooled.shape[1]
        self.requires_grad_(False)
        self.eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the class heads' input (B, F) for images (B, C, H, W) in [-1, 1]."""
        return self.depths(images)[1]

    def read(self, images: torch.Tensor) -> tuple[Maps, torch.Tensor]:
        """Return the mixtures, from fine to coarse, and the class heads' input."""
        maps, pooled = self.depths(images)
        return self.mixing(maps), pooled

    def train(self, mode: bool = True) -> ProjectedTrunk:
        """Stay in evaluation mode."""
        return super().train(False)

    def depths(self, images: torch.Tensor) -> tuple[Maps, torch.Tensor]:
        """Return the maps of all depths, from fine to coarse, and what class heads read."""
        found = self.network(self.prepare(images))
        maps = [found[str(number)] for number in range(COUNT)]
        pooled = [*(each.mean(dim=(2, 3)) for each in maps), found[LAST].flatten(1)]
        return tuple(map(_standard, maps)), torch.cat([*map(_standard, pooled)], dim=1)


class TwoTrunks(nn.Module):
    """A frozen trunk and, unless it is left out, a trained one beside it.

    Parameters
    ----------
    frozen : ProjectedTrunk
        Maps images to features (B, F).
    pixels : torch.nn.Module, optional
        Maps images to further features (B, more).
    more : int
        Number of features of the trained trunk.

    Attributes
    ----------
    features : int
        Number of features of both together.
    """

    def __init__(self, frozen: ProjectedTrunk, pixels: nn.Module | None, more: int = 0) -> None:
        super().__init__()
        self.frozen = frozen
        self.pixels = pixels
        self.features = frozen.features + more

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the class heads' input, of both trunks, for images (B, C, H, W) in [-1, 1]."""
        features: torch.Tensor = self.frozen(images)
        if self.pixels is None:
            return features
        return torch.cat([features, self.pixels(images)], dim=1)


def _standard(features: torch.Tensor) -> torch.Tensor:
    """Standardise the features of each image, so that all depths have the same scale."""
    return layer_norm(features, features.shape[1:])
