"""The architecture whose discriminator uses a pretrained network's features."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import fx, nn

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Pretrained, create_backbone
from geneticgan.networks.contracts import Architecture, Discriminator, Generator
from geneticgan.networks.depths import read_at_depths
from geneticgan.networks.discriminator import convolutions, preserve_variance
from geneticgan.networks.generator import ConvolutionalGenerator
from geneticgan.networks.projection import Maps, ProjectedTrunk, TwoTrunks
from geneticgan.networks.sizes import check_shape
from geneticgan.networks.source_heads import DepthHead, SourceHeads, SourceLogits
from geneticgan.seeding import torch_seeded

FIRST_CONTRAST = 0.1
"""What the generator's last weights are multiplied by before training."""

SMALLEST = 64
"""Least size in pixels to which images are resized, unless a size is given: a network that halves
an image five times has little to say about a smaller one."""


class ProjectedDiscriminator(Discriminator):
    """Source heads and a linear class head on a frozen trunk, and on a trained one beside it.

    Parameters
    ----------
    trunks : TwoTrunks
        The frozen trunk and the trained one, if any.
    source : SourceHeads
        The source heads.
    classes : int
        How many labels there are.
    """

    frozen = "trunk.frozen."
    pretrained = "trunk.frozen.network."
    reads_frozen = True

    def __init__(self, trunks: TwoTrunks, source: SourceHeads, classes: int) -> None:
        super().__init__(trunks, trunks.features, 1, classes)
        self.source = source

    @property
    def trunks(self) -> TwoTrunks:
        """The trunk, by its type."""
        assert isinstance(self.trunk, TwoTrunks)  # it was made with one
        return self.trunk

    def read(self, images: torch.Tensor) -> tuple[Maps, torch.Tensor]:
        """Return what the frozen trunk makes of images: mixtures, and features for class heads.

        The mixtures are followed by the images, if there is a trunk that learns.
        """
        mixed, features = self.trunks.frozen.read(images)
        return (mixed if self.trunks.pixels is None else (*mixed, images)), features

    def judge(self, for_source: Any, features: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the logits of images that have been read."""
        if self.trunks.pixels is not None:
            *mixed, images = for_source
            more = self.trunks.pixels(images)
            for_source, features = (*mixed, more), torch.cat([features, more], dim=1)
        return super().judge(for_source, features)


class Projected(Architecture):
    """The discriminator uses frozen pretrained features; its learning rate is 3e-4 unless set.

    The design follows Projected GAN (Sauer et al. 2021). Features of a pretrained network at four
    depths are mixed at random across channels and scales, and a small source head for each depth is
    trained on them. A class head is given the features of all depths, averaged over the image. The
    generator is the convolutional one.

    It differs from the paper in four ways. The logits of the depths are averaged before the loss,
    and heads have neither batch nor spectral normalisation: each image is evaluated independently
    and without side effects, so that all offspring can share gradients. A small convolutional trunk
    is trained beside the frozen one, as in Vision-aided GAN (Kumari et al. 2022): pretrained
    features hardly depend on brightness, and a class head on features that never change is easily
    deceived. Source heads have a logit for each class, so that they notice images of another one.
    Generated images have little contrast at first: from the noise that an untrained generator makes
    otherwise, the gradients of pretrained features lead nowhere.

    Parameters
    ----------
    backbone : str
        A plugin of the group ``geneticgan.backbones``, with feature maps of four resolutions.
    size : int
        Size in pixels to which images are resized; 0 for their own size, but at least 64.
    pixels : bool
        Whether a trunk is trained on the pixels.
    conditional : bool
        Whether source heads have a logit for each class.
    """

    learning_rate: ClassVar[float | None] = 3e-4

    def __init__(
        self,
        backbone: str = "efficientnet-lite0",
        size: int = 0,
        pixels: bool = True,
        conditional: bool = True,
    ) -> None:
        if size < 0:
            raise ValueError(f"size must be >= 0, got {size}")
        self.backbone = create_backbone(backbone)
        self.size, self.pixels, self.conditional = size, pixels, conditional
        self._read: dict[bool, tuple[Pretrained, fx.GraphModule]] = {}

    def generator(
        self, channels: int, size: int, classes: int, width: int, latent_dim: int
    ) -> Generator:
        """Return the convolutional generator, whose images are nearly grey at first."""
        network = ConvolutionalGenerator(channels, size, classes, width, latent_dim)
        last = network.ups[-1]
        assert isinstance(last, nn.ConvTranspose2d)  # so it was made
        with torch.no_grad():
            last.weight.mul_(FIRST_CONTRAST)
        return network

    def discriminator(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return heads on the backbone with its weights; `ConfigError` says how to get them."""
        check_shape(channels, size, classes, width)
        return self._discriminator(channels, size, classes, width, unfilled=False)

    def unfilled(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return the same discriminator without the backbone's weights."""
        check_shape(channels, size, classes, width)
        return self._discriminator(channels, size, classes, width, unfilled=True)

    def _discriminator(
        self, channels: int, size: int, classes: int, width: int, *, unfilled: bool
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
        for_each = classes, self.conditional
        depths = [DepthHead(mixed, side, *for_each) for side in trunk.sides]
        if not self.pixels:
            return ProjectedDiscriminator(
                TwoTrunks(trunk, None), SourceHeads(depths, None), classes
            )
        layers, last, side = convolutions(channels, size, width)
        preserve_variance(layers)
        more = last * side**2
        trunks = TwoTrunks(trunk, nn.Sequential(*layers, nn.Flatten()), more)
        heads = SourceHeads(depths, SourceLogits(more, *for_each))
        return ProjectedDiscriminator(trunks, heads, classes)

    def _backbone(self, unfilled: bool) -> tuple[Pretrained, fx.GraphModule]:
        if unfilled not in self._read:
            with torch_seeded(0):  # so that later draws do not depend on caching
                found = self.backbone.unfilled() if unfilled else self.backbone.load()
            self._read[unfilled] = found, read_at_depths(found)
        return self._read[unfilled]
