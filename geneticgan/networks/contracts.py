"""The contracts of generators, discriminators and architectures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import nn

from geneticgan.errors import ConfigError
from geneticgan.registry import PluginGroup


class Generator(nn.Module):
    """Maps a latent vector and a label to an image.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.

    Attributes
    ----------
    of_latents : tuple of str
        Names of submodules whose output depends on latents alone. If there are any, `forward` has
        a third parameter ``own``: a function that maps the rows of all latents to those whose
        labels are given. Such modules see the latents of a whole batch even if several processes
        share it, so that their batch normalisation waits for no other process.
    """

    of_latents: tuple[str, ...] = ()

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1] for latents (B, latent_dim) and labels (B,)."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward")


class Discriminator(nn.Module):
    """Maps an image to source and class logits (paper, III-B); a trunk with two linear heads.

    The class head alone is the classifier network (CN). A discriminator that couples the samples
    of a batch, as batch normalisation and minibatch standard deviation do, must declare it with
    ``couples_samples``: gradients are shared only where row i of the output depends on image i
    alone.

    Parameters
    ----------
    trunk : torch.nn.Module
        Maps images (B, C, H, W) in [-1, 1] to features (B, channels * side * side).
    channels, side : int
        Channels and height (= width) of the last feature map.
    classes : int
        How many labels there are.

    Attributes
    ----------
    couples_samples : bool
        Whether an image's logits depend, in training, on the other images of its batch.
    frozen : str
        Prefix of the names of all weights that training does not change; empty if there are none.
        Their parameters require no gradient. A run saves them once, not in each checkpoint.
    pretrained : str
        Prefix of the names of those frozen weights that were published, which are the same in all
        networks of a run; empty if there are none.
    reads_frozen : bool
        Whether `read` uses frozen weights only, so that an image that nothing changes needs to be
        read only once. The input of the source head must then be a tuple of tensors.
    source : torch.nn.Module
        The source head. It has one output, or one for each class (Miyato and Koyama 2018): then
        that of an image's label says how real the image is as one of its class.
    guide : torch.nn.Linear or None
        A second class head for generators to learn from; None unless `add_guide` was called.
    """

    couples_samples: bool = False
    frozen: str = ""
    pretrained: str = ""
    reads_frozen: bool = False

    def __init__(self, trunk: nn.Module, channels: int, side: int, classes: int) -> None:
        super().__init__()
        self.guide: nn.Linear | None = None
        self.trunk = trunk
        self.channels = channels
        self.features = channels * side**2
        self.source: nn.Module = nn.Linear(self.features, 1)
        self.classifier = nn.Linear(self.features, classes)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return source and class logits of images (B, C, H, W) in [-1, 1].

        Source logits are (B,), or (B, K) if there is one for each class; class logits are (B, K).
        """
        source, classes, *_ = self.judge(*self.read(images))
        return source, classes

    def read(self, images: torch.Tensor) -> tuple[Any, torch.Tensor]:
        """Return what `judge` needs of images: inputs of the source head and of class heads (B, F).

        Both are the trunk's features, unless a family overrides this.
        """
        features = self.trunk(images)
        return features, features

    def add_guide(self) -> None:
        """Add the second class head.

        Raises
        ------
        ConfigError
            If the family overrides `forward`, which may then not consist of trunk and heads.
        """
        if type(self).forward is not Discriminator.forward:
            raise ConfigError(
                f"{type(self).__name__} has its own forward method and cannot take a second class "
                "head; use --set class_guidance=shared"
            )
        self.guide = nn.Linear(self.features, self.classifier.out_features)

    def guided(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the result of `forward` and the class logits of the second head (B, K)."""
        if self.guide is None:
            raise RuntimeError("the discriminator has no second class head; call add_guide first")
        return self.judge(*self.read(images))

    def judge(self, for_source: Any, features: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the logits of images that have been read, given what `read` returned.

        With a second class head they are those of `guided`, without one those of `forward`.
        """
        logits = self.source(for_source).squeeze(1), self.classifier(features)
        return logits if self.guide is None else (*logits, self.guide(features))

    def channel_means(self, images: torch.Tensor) -> torch.Tensor:
        """Return the last hidden layer's channels, averaged over each image: (B, channels)."""
        hidden: torch.Tensor = self.trunk(images)
        return hidden.reshape(len(hidden), self.channels, -1).mean(dim=2)


class Architecture(ABC):
    """A family of networks; a plugin of the group ``geneticgan.architectures``.

    Both methods build networks from torch's global random state, which the caller has seeded,
    and raise `ConfigError` for a shape that the family does not support.

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
            Image channels, 1 or 3.
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
        """Return a discriminator whose weights will all be loaded from a file.

        A family with pretrained weights overrides this, so that a trained run does not need them.
        """
        return self.discriminator(channels, size, classes, width)


ARCHITECTURES = PluginGroup("geneticgan.architectures", Architecture, "architecture")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_architecture(text: str) -> Architecture:
    """Make an architecture such as ``convolutional``; raises `PluginError` if it cannot."""
    return ARCHITECTURES.make(text)
