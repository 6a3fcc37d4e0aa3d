"""A backbone from the user's own file."""

from __future__ import annotations

from pathlib import Path

import torchvision
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.networks.backbones.headless import without_head
from geneticgan.networks.backbones.weights import check_sha256, sha256_of


class File(Backbone):
    """One of torchvision's networks with weights from a safetensors file, as in `file:PATH`.

    Parameters
    ----------
    path : str
        The file, with or without the weights of the classifier's last layers.
    architecture : str
        Torchvision's name of the network.
    size : int
        Height and width in pixels of the images that the network expects.
    sha256 : str
        Expected SHA-256 of the whole file in hexadecimal digits; not checked if empty.
    """

    def __init__(
        self, path: str, architecture: str = "resnet18", size: int = 224, sha256: str = ""
    ) -> None:
        known = torchvision.models.list_models(torchvision.models)
        if architecture not in known:
            raise ValueError(f"torchvision has no network {architecture!r}")
        if size < 1:
            raise ValueError(f"size must be >= 1, got {size}")
        self.path = Path(path)
        self.architecture = architecture
        self.size = size
        self.sha256 = sha256

    def load(self) -> Pretrained:
        """Check and read the file; `ConfigError` if it does not fit the network."""
        found = sha256_of(self.path)
        if self.sha256:
            check_sha256(self.path, self.sha256, "fetch it again, or correct sha256=")
        network = self._network()
        try:
            state = load_file(self.path)
        except SafetensorError as error:
            raise ConfigError(
                f"{self.path} is not a safetensors file ({error}); save the network's state_dict "
                "with safetensors.torch.save_file"
            ) from error
        wanted = network.state_dict()
        lacking = sorted(set(wanted) - set(state))
        if lacking:
            raise ConfigError(
                f"{self.path} has no weights {lacking[0]}, which {self.architecture} needs; set "
                "architecture= to the network that the weights belong to"
            )
        try:
            network.load_state_dict({name: state[name] for name in wanted})
        except RuntimeError as error:
            raise ConfigError(
                f"the weights in {self.path} have other shapes than {self.architecture}'s; set "
                "architecture= to the network that the weights belong to"
            ) from error
        return Pretrained(network, self.size, found)

    def unfilled(self) -> Pretrained:
        """Return the network without its weights; the file may no longer exist."""
        return Pretrained(self._network(), self.size, self.architecture)

    def _network(self) -> nn.Module:
        network = torchvision.models.get_model(self.architecture, weights=None)
        return without_head(network, self.architecture)
