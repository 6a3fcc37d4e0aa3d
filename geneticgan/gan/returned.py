"""What a plugin returned, looked at where it is used first, so that its package is named."""

from __future__ import annotations

from typing import Any

import torch

from geneticgan.errors import PluginError
from geneticgan.registry import PluginGroup


def check_scalar(group: PluginGroup[Any], plugin: object, method: str, value: object) -> None:
    """Raise `PluginError` unless a plugin's method returned a scalar; no value is read.

    Parameters
    ----------
    group : PluginGroup
        Of the plugin.
    plugin : object
        The instance.
    method : str
        Its method, for the message.
    value : object
        What the method returned.
    """
    if isinstance(value, torch.Tensor) and value.dim() == 0:
        return
    raise PluginError(
        f"{group.described(plugin)}: {method} returned {_shown(value)} where a tensor with a "
        "single number belongs, such as a mean over the batch; tell its author"
    )


def check_two(group: PluginGroup[Any], plugin: object, method: str, values: object) -> None:
    """Raise `PluginError` unless a plugin's method returned two scalars; see `check_scalar`."""
    if not isinstance(values, tuple) or len(values) != 2:
        raise PluginError(
            f"{group.described(plugin)}: {method} returned {_shown(values)} where two tensors "
            "belong, quality and diversity; tell its author"
        )
    for value in values:
        check_scalar(group, plugin, method, value)


def _shown(value: object) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    return f"{len(value)} values" if isinstance(value, tuple) else f"a {type(value).__name__}"
