"""Many tensors as one: what is chosen among individuals by an index that only the device knows."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Packing:
    """How a list of tensors lies in one flat tensor for each of their data types.

    Parameters
    ----------
    pattern : sequence of Tensor
        Dense tensors on one device. Everything packed later has the same shapes and types; where
        it lies in memory otherwise than its pattern, it is put into the pattern's order.
    """

    def __init__(self, pattern: Sequence[torch.Tensor]) -> None:
        self._pattern = [tensor.detach() for tensor in pattern]
        self._members: dict[torch.dtype, list[int]] = {}
        for index, tensor in enumerate(pattern):
            self._members.setdefault(tensor.dtype, []).append(index)

    def pack(self, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return a flat copy of the tensors for each data type."""
        return [
            torch.cat([_flat(laid_out_as(self._pattern[i], tensors[i].detach())) for i in members])
            for members in self._members.values()
        ]

    def unpack(self, packed: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return views of packed tensors, shaped and laid out as the pattern."""
        views = list(self._pattern)
        for flat, members in zip(packed, self._members.values(), strict=True):
            sizes = [self._pattern[index].numel() for index in members]
            for index, piece in zip(members, torch.split(flat, sizes), strict=True):
                pattern = self._pattern[index]
                views[index] = piece.as_strided(
                    pattern.shape, pattern.stride(), piece.storage_offset()
                )
        return views


def choose(candidates: Sequence[Sequence[torch.Tensor]], index: torch.Tensor) -> list[torch.Tensor]:
    """Return the packed candidate at an index on the device, shape (1,), without waiting for it."""
    return [
        torch.stack(flats).index_select(0, index).squeeze(0)
        for flats in zip(*candidates, strict=True)
    ]


def laid_out_as(pattern: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor with the strides of another of its shape; itself if it has them."""
    if tensor.stride() == pattern.stride():
        return tensor
    return torch.empty_like(pattern).copy_(tensor)


def _flat(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.as_strided((tensor.numel(),), (1,), tensor.storage_offset())
