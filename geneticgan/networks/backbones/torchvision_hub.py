"""Torchvision's networks with their published weights."""

from __future__ import annotations

from urllib.error import URLError

import torchvision
from torch import nn

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.networks.backbones.headless import without_head


class Torchvision(Backbone):
    """Any of torchvision's classifiers with its newest ImageNet weights, as in `torchvision:NAME`.

    Torchvision downloads the weights once, checks them by the hash in their name, and keeps them
    in its own cache.

    Parameters
    ----------
    name : str
        Torchvision's name of the network, such as ``resnet18`` or ``mobilenet_v3_small``.
    """

    def __init__(self, name: str = "resnet18") -> None:
        known = torchvision.models.list_models(torchvision.models)
        if name not in known:
            raise ValueError(f"torchvision has no network {name!r}; it has {', '.join(known)}")
        self.name = name

    def load(self) -> Pretrained:
        """Download or read the weights; `ConfigError` if there are none."""
        weights = torchvision.models.get_model_weights(self.name).DEFAULT
        try:
            state = weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
        except (URLError, OSError, RuntimeError) as error:
            raise ConfigError(
                f"the weights of torchvision:{self.name} are not cached and cannot be downloaded "
                f"({error}); download {weights.url} on a machine with network access and put it "
                "into torch's folder hub/checkpoints, or use efficientnet-lite0"
            ) from error
        network = torchvision.models.get_model(self.name, weights=None)
        network.load_state_dict(state)
        return self._headless(network)

    def unfilled(self) -> Pretrained:
        """Return the network without its weights; nothing is downloaded."""
        return self._headless(torchvision.models.get_model(self.name, weights=None))

    def _headless(self, network: nn.Module) -> Pretrained:
        weights = torchvision.models.get_model_weights(self.name).DEFAULT
        shown = weights.transforms()
        return Pretrained(
            without_head(network, f"torchvision:{self.name}"),
            int(shown.crop_size[0]),
            weights.url.rpartition("/")[2],  # torchvision's file names hold a hash
            tuple(shown.mean),
            tuple(shown.std),
        )
