"""What every generator, discriminator and architecture is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import nn

from geneticgan.errors import ConfigError
from geneticgan.registry import PluginGroup


class Generator(nn.Module):
    """Latent and label to image.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    """

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1] for latents (B, latent_dim) and labels (B,)."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward")


class Discriminator(nn.Module):
    """Image to a source logit and class logits (paper, III-B); a trunk with two linear heads.

    The class head alone is the classifier network (CN). A discriminator that couples the samples
    of a batch, as batch normalisation and minibatch standard deviation do, has to say so by
    ``couples_samples``: gradients are shared only where row i of the output depends on image i
    alone.

    Parameters
    ----------
    trunk : torch.nn.Module
        Images (B, C, H, W) in [-1, 1] to features (B, channels * side * side).
    channels, side : int
        Of the last feature map.
    classes : int
        How many labels there are.

    Attributes
    ----------
    couples_samples : bool
        Whether an image's logits depend, in training, on the other images of its batch.
    frozen : str
        What the names of all weights begin with that no step changes; empty if there are none.
        Their parameters require no gradient. A run keeps them once, and not in each checkpoint.
    pretrained : str
        What the names of those begin with, among the frozen ones, that were published: they are
        the same in all networks of a run. Empty if there are none.
    guide : torch.nn.Linear or None
        A second class head, for generators to learn from; none unless `add_guide` was called.
    """

    couples_samples: bool = False
    frozen: str = ""
    pretrained: str = ""

    def __init__(self, trunk: nn.Module, channels: int, side: int, classes: int) -> None:
        super().__init__()
        self.guide: nn.Linear | None = None
        self.trunk = trunk
        self.channels = channels
        self.features = channels * side**2
        self.source: nn.Module = nn.Linear(self.features, 1)
        self.classifier = nn.Linear(self.features, classes)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return source logits (B,) and class logits (B, K) of images (B, C, H, W) in [-1, 1]."""
        for_source, features = self.read(images)
        return self.source(for_source).squeeze(1), self.classifier(features)

    def read(self, images: torch.Tensor) -> tuple[Any, torch.Tensor]:
        """Return what the source head is given of images, and what class heads are (B, F).

        Both are the trunk's features, unless a family says otherwise.
        """
        features = self.trunk(images)
        return features, features

    def add_guide(self) -> None:
        """Add the second class head.

        Raises
        ------
        ConfigError
            If the family has a forward of its own, which need not be made of trunk and heads.
        """
        if type(self).forward is not Discriminator.forward:
            raise ConfigError(
                f"{type(self).__name__} computes its heads by itself and takes no second class "
                "head; use --set class_guidance=shared"
            )
        self.guide = nn.Linear(self.features, self.classifier.out_features)

    def guided(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return what `forward` does and the class logits of the second head (B, K)."""
        if self.guide is None:
            raise RuntimeError("the discriminator has no second class head; call add_guide first")
        for_source, features = self.read(images)
        source = self.source(for_source).squeeze(1)
        return source, self.classifier(features), self.guide(features)

    def channel_means(self, images: torch.Tensor) -> torch.Tensor:
        """Return the last hidden layer's channels averaged over the image, (B, channels)."""
        hidden: torch.Tensor = self.trunk(images)
        return hidden.reshape(len(hidden), self.channels, -1).mean(dim=2)


class Architecture(ABC):
    """A family of networks; a plugin of the group ``geneticgan.architectures``.

    Both methods build networks from torch's global random state, which the caller has seeded,
    and raise `ConfigError` for a shape that the family does not have.

    Attributes
    ----------
    learning_rate : float or None
        The discriminator's, where the user gives none and the recipe is the default one; None for
        the recipe's.
    """

    learning_rate: ClassVar[float | None] = None

    @abstractmethod
    def generator(
        self, channels: int, size: int, classes: int, width: int, latent_dim: int
    ) -> Generator:
        """Return a generator.

        Parameters
        ----------
        channels : int
            1 or 3.
        size : int
            Image height and width in pixels.
        classes : int
            How many labels there are, >= 2.
        width : int
            Channels of the narrowest hidden layer, >= 1.
        latent_dim : int
            Length of the latent vector, >= 1.
        """

    @abstractmethod
    def discriminator(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return a discriminator; parameters as for `generator`."""

    def unfilled(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return a discriminator whose weights, every one of them, will be loaded from a file.

        A family with pretrained weights defines it, so that a trained run needs these no more.
        """
        return self.discriminator(channels, size, classes, width)


ARCHITECTURES = PluginGroup("geneticgan.architectures", Architecture, "architecture")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_architecture(text: str) -> Architecture:
    """Make an architecture such as ``convolutional``; `PluginError` as `PluginGroup.make`."""
    return ARCHITECTURES.make(text)
