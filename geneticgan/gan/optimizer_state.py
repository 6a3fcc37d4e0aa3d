"""Converts an optimizer's state to named tensors and JSON and back, without pickle."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch

ADAM = {"step", "exp_avg", "exp_avg_sq"}
"""The state that Adam keeps for each parameter."""


def optimizer_to_tensors(optimizer: torch.optim.Optimizer) -> tuple[dict[str, torch.Tensor], str]:
    """Return the state of an optimizer.

    Returns
    -------
    tensors : dict of str to Tensor
        The tensors, named ``<parameter index>.<name>``.
    metadata : str
        JSON with the number of parameters in each group and the state that is not a tensor.
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
    parameters = [len(group["params"]) for group in state["param_groups"]]
    return tensors, json.dumps({"parameters": parameters, "scalars": scalars})


def load_optimizer(
    optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor], metadata: str
) -> None:
    """Load the state that `optimizer_to_tensors` returned into an optimizer.

    Raises
    ------
    ValueError, KeyError
        If the state does not fit the optimizer and its parameters.
    """
    data = json.loads(metadata)
    state = {int(index): dict(entries) for index, entries in data["scalars"].items()}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        if not index.isdecimal():
            raise ValueError(f"{key!r} names no parameter")
        state.setdefault(int(index), {})[name] = value
    # The settings of a step come from the code that made the optimizer, never from a file.
    groups = optimizer.state_dict()["param_groups"]
    if data["parameters"] != [len(group["params"]) for group in groups]:
        raise ValueError(f"the state has {data['parameters']} parameters per group")
    _check(optimizer, state)
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    _align(optimizer)


def _check(optimizer: torch.optim.Optimizer, state: Mapping[int, Mapping[str, Any]]) -> None:
    """Raise `ValueError` for state that is missing, or that a step would read beyond its end.

    A fused optimizer reads as many numbers as the parameter has, whatever the state's size.
    """
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    adam = isinstance(optimizer, torch.optim.Adam | torch.optim.AdamW)
    for index, entries in state.items():
        if not 0 <= index < len(parameters):
            raise ValueError(f"the state has a parameter {index} that the optimizer lacks")
        if adam and entries.keys() != ADAM:
            raise ValueError(f"the state of parameter {index} has {', '.join(sorted(entries))}")
        parameter = parameters[index]
        for name, value in entries.items():
            if not isinstance(value, torch.Tensor):
                continue
            shape = torch.Size([]) if name == "step" else parameter.shape
            if value.shape != shape or not value.is_floating_point():
                raise ValueError(f"{index}.{name} has shape {tuple(value.shape)}")
            if name == "step" and not 0 <= value.item() < math.inf:
                raise ValueError(f"{index}.{name} is {value.item():g}")
            if name != "step" and value.dtype != parameter.dtype:
                raise ValueError(f"{index}.{name} has the type {value.dtype}")
            if name == "exp_avg_sq" and (value < 0).any():
                raise ValueError(f"{index}.{name} has negative numbers, and is a mean of squares")


def load_network(module: torch.nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    """Load the weights and buffers of a module from tensors of the same types.

    Raises
    ------
    RuntimeError
        If a tensor is missing, unknown, of another shape or type, or a negative variance.
    """
    for name, own in module.state_dict().items():
        value = tensors.get(name, own)
        if value.dtype != own.dtype:  # which loading would convert in silence
            raise RuntimeError(f"{name} has the type {value.dtype} instead of {own.dtype}")
        if name.endswith("running_var") and (value < 0).any():
            raise RuntimeError(f"{name} has negative numbers, and is a variance")
    module.load_state_dict(tensors)


def _align(optimizer: torch.optim.Optimizer) -> None:
    """Give the state the memory layout of its parameters, which fused optimizers rely on."""
    for parameter, entries in optimizer.state.items():
        for name, value in entries.items():
            if isinstance(value, torch.Tensor) and value.shape == parameter.shape:
                entries[name] = laid_out_as(parameter, value)


def copy_all(targets: Iterable[torch.Tensor], sources: Iterable[torch.Tensor]) -> None:
    """Copy tensors into others of the same number and shapes, in as few kernels as possible."""
    into, outof = list(targets), list(sources)
    if into:
        torch._foreach_copy_(into, outof)


def copy_optimizer(target: torch.optim.Optimizer, source: torch.optim.Optimizer) -> None:
    """Copy the state of an optimizer to another of the same kind with equally shaped parameters."""
    if not source.state:
        target.state.clear()
        return
    if not target.state:
        # load_state_dict may keep the tensors it is given, and the source still uses its own.
        target.load_state_dict(copy.deepcopy(source.state_dict()))
        return
    into, outof = [], []
    for ours, theirs in zip(target.param_groups, source.param_groups, strict=True):
        ours.update({name: value for name, value in theirs.items() if name != "params"})
        for mine, its in zip(ours["params"], theirs["params"], strict=True):
            for name, value in source.state[its].items():
                if isinstance(value, torch.Tensor):
                    into.append(target.state[mine][name])
                    outof.append(value)
                else:
                    target.state[mine][name] = value
    copy_all(into, outof)


def step_with(
    optimizer: torch.optim.Optimizer,
    parameters: Sequence[torch.nn.Parameter],
    gradients: Sequence[torch.Tensor | None],
) -> None:
    """Take one optimizer step with the given gradients, leaving none behind.

    The memory layout of a gradient from `torch.autograd.grad` may differ from its parameter's (it
    does after a convolution of channels-last images). ``backward`` would correct that; a fused
    optimizer relies on it and silently reads such a gradient in the wrong order.
    """
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else laid_out_as(parameter, gradient)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def all_finite(tensors: Sequence[torch.Tensor | None]) -> torch.Tensor:
    """Return whether all values of all tensors are finite, as a scalar bool on the device."""
    largest = torch._foreach_norm([t for t in tensors if t is not None], math.inf)
    return torch.isfinite(torch.stack(largest)).all()


def laid_out_as(pattern: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor with the strides of another of its shape; itself if it has them already."""
    if tensor.stride() == pattern.stride():
        return tensor
    return torch.empty_like(pattern).copy_(tensor)
