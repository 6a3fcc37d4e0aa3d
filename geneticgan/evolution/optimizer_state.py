"""An optimizer's state as named tensors and JSON, and back; no pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch


def optimizer_to_tensors(optimizer: torch.optim.Optimizer) -> tuple[dict[str, torch.Tensor], str]:
    """Return the state of an optimizer.

    Returns
    -------
    tensors : dict of str to Tensor
        ``<parameter index>.<name>``.
    metadata : str
        JSON: the parameter groups, and state that is no tensor.
    """
    state = optimizer.state_dict()
    tensors: dict[str, torch.Tensor] = {}
    scalars: dict[str, dict[str, Any]] = {}
    for index, entries in state["state"].items():
        for name, value in entries.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}.{name}"] = value
            else:
                scalars.setdefault(str(index), {})[name] = value
    return tensors, json.dumps({"param_groups": state["param_groups"], "scalars": scalars})


def load_optimizer(
    optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor], metadata: str
) -> None:
    """Give an optimizer the state that `optimizer_to_tensors` returned.

    Raises
    ------
    ValueError, KeyError
        If the state is not of such an optimizer over such parameters.
    """
    data = json.loads(metadata)
    state = {int(index): dict(entries) for index, entries in data["scalars"].items()}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    groups = data["param_groups"]
    for group in groups:
        if "betas" in group:
            group["betas"] = tuple(group["betas"])  # JSON knows no tuple
    optimizer.load_state_dict({"state": state, "param_groups": groups})
