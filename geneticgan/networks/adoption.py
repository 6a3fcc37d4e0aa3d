"""Transfers a network's weights, class by class, to one with the same classes or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

State = Mapping[str, torch.Tensor]


def adopt(fresh: State, wider: State, old: State, rows: Sequence[int]) -> dict[str, torch.Tensor]:
    """Return an old network's weights for a new network; new classes keep their initial weights.

    The weights of a class are found by comparing the new network with one for one more class: the
    dimension that has grown holds the classes, whatever the architecture.

    Parameters
    ----------
    fresh : mapping of str to Tensor
        Initial state of the new network.
    wider : mapping of str to Tensor
        State of the same network for one more class.
    old : mapping of str to Tensor
        State of the old network.
    rows : sequence of int
        The old network's label for each class of the new one, or -1 for a new class.

    Raises
    ------
    ValueError
        If the old network does not fit; the message names the weights.
    """
    return {name: _adopted(name, fresh[name], wider[name], old, rows) for name in fresh}


def _adopted(
    name: str, fresh: torch.Tensor, wider: torch.Tensor, old: State, rows: Sequence[int]
) -> torch.Tensor:
    if name not in old:
        raise ValueError(f"it has no {name}")
    found = old[name].to(fresh)
    if list(rows) == list(range(len(rows))) and found.shape == fresh.shape:
        return found.clone()
    grown = [axis for axis in range(fresh.ndim) if fresh.shape[axis] != wider.shape[axis]]
    if not grown and found.shape == fresh.shape:
        return found.clone()
    if len(grown) != 1 or found.ndim != fresh.ndim:
        raise ValueError(f"its {name} cannot be divided by class")
    (axis,) = grown
    known = [label for label, row in enumerate(rows) if row >= 0]
    kept = found.index_select(axis, torch.tensor([rows[label] for label in known]).to(fresh.device))
    place = torch.tensor(known).to(fresh.device)
    if fresh.shape[axis] != len(rows) or kept.shape != fresh.index_select(axis, place).shape:
        raise ValueError(f"its {name} has another shape")
    return fresh.clone().index_copy(axis, place, kept)
