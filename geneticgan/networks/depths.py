"""Feature maps of a pretrained network at several depths."""

from __future__ import annotations

from typing import Any

import torch
from torch import fx, nn
from torchvision.models.feature_extraction import NodePathTracer

from geneticgan.errors import ConfigError
from geneticgan.networks.backbones.contract import Pretrained

COUNT = 4
"""Number of depths that are read, as in Projected GAN (Sauer et al. 2021)."""

LAST = "last"
"""Key of the network's own features in the result."""


def find_depths(network: nn.Module, size: int) -> tuple[str, ...]:
    """Return the names of the modules that end the last four resolutions, from fine to coarse.

    Only the network's modules and their direct children are considered, since a block that halves
    the image often begins with layers at the previous resolution.

    Parameters
    ----------
    network : torch.nn.Module
        Maps images (B, 3, size, size) to features.
    size : int
        Height and width in pixels of the test image.

    Raises
    ------
    ConfigError
        If it has fewer than four resolutions.
    """
    by_side: dict[int, str] = {}

    def note(name: str) -> Any:
        def hook(module: nn.Module, _: Any, output: Any) -> None:
            pooled = isinstance(module, nn.AdaptiveAvgPool2d)
            if isinstance(output, torch.Tensor) and output.dim() == 4 and not pooled:
                height, width = output.shape[2:]
                if height == width:
                    by_side[height] = name

        return hook

    names = [(name, module) for name, module in network.named_modules() if name.count(".") < 2]
    hooks = [module.register_forward_hook(note(name)) for name, module in names if name]
    try:
        with torch.no_grad():
            network(torch.zeros(1, 3, size, size))
    finally:
        for hook in hooks:
            hook.remove()
    if len(by_side) < COUNT:
        raise ConfigError(
            f"the backbone has feature maps of {len(by_side)} resolutions, but {COUNT} are needed; "
            "use a convolutional one, such as efficientnet-lite0 or torchvision:resnet18"
        )
    return tuple(by_side[side] for side in sorted(by_side, reverse=True)[-COUNT:])


def read_at_depths(pretrained: Pretrained) -> fx.GraphModule:
    """Return a network that outputs all depths at once; it shares the backbone's weights.

    It maps normalised images (B, 3, S, S) to a dict with the feature maps under the depths'
    numbers, as strings from fine to coarse, and the network's own features under `LAST`.

    Raises
    ------
    ConfigError
        If the backbone cannot be traced.
    """
    network = pretrained.network.eval()
    names = pretrained.depths or find_depths(network, pretrained.size)
    tracer = NodePathTracer()
    found: dict[str, Any] = {}
    try:
        graph = tracer.trace(network)
        for node, path in tracer.node_to_qualname.items():  # in order; a module's last wins
            for number, name in enumerate(names):
                if f"{path}.".startswith(f"{name}."):
                    found[str(number)] = node
    except (ValueError, TypeError, RuntimeError) as error:
        raise ConfigError(
            f"the backbone cannot be read at several depths ({error}); use another one, such as "
            "efficientnet-lite0 or torchvision:resnet18"
        ) from error
    (end,) = (node for node in graph.nodes if node.op == "output")
    end.args = ({**found, LAST: end.args[0]},)
    return fx.GraphModule(network, graph)
