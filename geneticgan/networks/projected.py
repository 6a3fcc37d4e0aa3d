"""The architecture whose discriminator uses a pretrained network's features."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import fx, nn

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Pretrained, create_backbone
from geneticgan.networks.contracts import Architecture, Discriminator, Generator
from geneticgan.networks.depths import read_at_depths
from geneticgan.networks.generator import ConvolutionalGenerator
from geneticgan.networks.projection import ProjectedTrunk
from geneticgan.networks.sizes import check_shape
from geneticgan.networks.source_heads import DepthHead, Maps, PixelHead, SourceHeads
from geneticgan.seeding import torch_seeded

FIRST_CONTRAST = 0.1
"""What the generator's last weights are multiplied by before training."""

SMALLEST = 64
"""Least size in pixels to which images are resized, unless a size is given: a network that halves
an image five times has little to say about a smaller one."""


class ProjectedDiscriminator(Discriminator):
    """Trained source heads on a frozen trunk and on the pixels, and a linear class head.

    Parameters
    ----------
    trunk : ProjectedTrunk
        The pretrained network with its mixing.
    source : SourceHeads
        The source heads.
    classes : int
        How many labels there are.
    """

    frozen = "trunk."
    pretrained = "trunk.network."
    reads_frozen = True

    def __init__(self, trunk: ProjectedTrunk, source: SourceHeads, classes: int) -> None:
        super().__init__(trunk, trunk.features, 1, classes)
        self.source: SourceHeads = source

    def read(self, images: torch.Tensor) -> tuple[Maps, torch.Tensor]:
        """Return the inputs of the source heads (mixtures, then images), and of class heads."""
        assert isinstance(self.trunk, ProjectedTrunk)  # it was made with one
        mixed, features = self.trunk.read(images)
        return (mixed if self.source.pixels is None else (*mixed, images)), features


class Projected(Architecture):
    """The discriminator uses frozen pretrained features; its learning rate is 3e-4 unless set.

    The design follows Projected GAN (Sauer et al. 2021). Features of a pretrained network at four
    depths are mixed at random across channels and scales. Only a small source head for each depth
    is trained, and a linear class head on the features of all depths, averaged over the image. The
    generator is the convolutional one.

    It differs from the paper in four ways. The logits of the depths are averaged before the loss,
    and heads have neither batch nor spectral normalisation: each image is evaluated independently
    and without side effects, so that all offspring can share gradients. A further source head is
    given the pixels, as in Vision-aided GAN (Kumari et al. 2022), since pretrained features hardly
    depend on brightness. Source heads have a logit for each class: a linear class head on features
    that never change is easily deceived, and would not notice images of another class. Generated
    images have little contrast at first: the gradients of pretrained features lead nowhere from
    the noise that an untrained generator makes otherwise.

    Parameters
    ----------
    backbone : str
        A plugin of the group ``geneticgan.backbones``, with feature maps of four resolutions.
    size : int
        Size in pixels to which images are resized; 0 for their own size, but at least 64.
    pixels : bool
        Whether a source head is given the pixels.
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
        pixels = PixelHead(channels, size, width, *for_each) if self.pixels else None
        return ProjectedDiscriminator(trunk, SourceHeads(depths, pixels), classes)

    def _backbone(self, unfilled: bool) -> tuple[Pretrained, fx.GraphModule]:
        if unfilled not in self._read:
            with torch_seeded(0):  # so that later draws do not depend on caching
                found = self.backbone.unfilled() if unfilled else self.backbone.load()
            self._read[unfilled] = found, read_at_depths(found)
        return self._read[unfilled]
