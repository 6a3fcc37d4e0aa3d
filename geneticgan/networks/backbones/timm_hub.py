"""Networks of timm with its own weights."""

from __future__ import annotations

import importlib

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Backbone, Pretrained


class Timm(Backbone):
    """Any network of timm (PyTorch Image Models) with its pretrained weights, as in `timm:NAME`.

    Parameters
    ----------
    name : str
        Timm's name of the network, such as ``resnet18.a1_in1k``.
    pretrained : bool
        Whether to use its pretrained weights. Random ones are useful to try out a name.
    """

    def __init__(self, name: str = "resnet18.a1_in1k", pretrained: bool = True) -> None:
        self.name = name
        self.pretrained = pretrained

    def load(self) -> Pretrained:
        """Download or read the weights; `ConfigError` if there are none."""
        return self._made(self.pretrained)

    def unfilled(self) -> Pretrained:
        """Return the network without its weights; nothing is downloaded."""
        return self._made(False)

    def _made(self, pretrained: bool) -> Pretrained:
        try:
            timm = importlib.import_module("timm")
        except ImportError as error:
            raise ConfigError(
                f"backbone timm:{self.name} needs the package timm, which is not installed; "
                'install it with: pip install "geneticgan[timm]"'
            ) from error
        try:
            network = timm.create_model(self.name, pretrained=pretrained, num_classes=0)
        except Exception as error:  # timm and its model hub raise errors of many kinds
            raise ConfigError(
                f"timm:{self.name} cannot be loaded ({error}); check the name with "
                "timm.list_models() and that its weights can be downloaded, or use "
                "efficientnet-lite0"
            ) from error
        wanted = timm.data.resolve_model_data_config(network)
        return Pretrained(
            network.eval(),
            int(wanted["input_size"][1]),
            f"timm {timm.__version__} {self.name} {self.pretrained}",
            tuple(wanted["mean"]),
            tuple(wanted["std"]),
        )
