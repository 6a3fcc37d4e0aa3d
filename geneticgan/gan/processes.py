"""How the processes of a run cooperate; with only one there is nothing to do, at no cost.

Every process draws the whole batch of a generation and computes its own rows of it. Logits are
gathered, so that losses, mutations and fitness functions see the whole batch and need not know
about processes. A loss is therefore the same number in all processes, and its gradient in one
process is the part due to that process's rows: the sum over processes is the whole gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from geneticgan.errors import RunError
from geneticgan.gan.batch_statistics import WholeBatch

PATIENCE = timedelta(minutes=30)
"""How long a process waits for the others' results."""

Gradient = TypeVar("Gradient", bound=torch.Tensor | None)


class Processes:
    """The only process of an ordinary run: every row is its own, and there is nothing to sum.

    Attributes
    ----------
    rank, size : int
        Number of this process, counted from 0, and number of processes.
    """

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes files, decides selections and reports."""
        return self.rank == 0

    def own(self, rows: torch.Tensor) -> torch.Tensor:
        """Return this process's share of the rows of a batch."""
        return rows

    def whole(self, own: torch.Tensor, count: int) -> torch.Tensor:
        """Return all ``count`` rows of a batch; gradients flow to this process's own rows."""
        return own

    def sum(self, gradients: tuple[Gradient, ...]) -> tuple[Gradient, ...]:
        """Return the gradients summed over the processes; None stays None."""
        return gradients

    def within_whole(self, count: int) -> AbstractContextManager[Any]:
        """Let a network that is given its share of ``count`` rows compute as if it had them all."""
        return nullcontext()

    def leaders(self, numbers: Sequence[int]) -> list[int]:
        """Return the leading process's numbers, which are equally many."""
        return list(numbers)

    def follow(self, tensor: torch.Tensor) -> None:
        """Replace a tensor by the leading process's, which has the same shape."""

    def most(self, number: int) -> int:
        """Return the largest of the processes' numbers."""
        return number

    def wait(self) -> None:
        """Wait until all processes have reached this point."""


ALONE = Processes()
"""The only process of an ordinary run."""


class Several(Processes):
    """One of the processes of torch's default group.

    Parameters
    ----------
    device : torch.device
        The device on which it computes.

    Attributes
    ----------
    reduced : int
        Number of bytes that it has passed on to be reduced or broadcast.
    times : int
        How often it has done so, waiting for the others.
    """

    def __init__(self, device: torch.device) -> None:
        self.rank = dist.get_rank()
        self.size = dist.get_world_size()
        self.reduced = self.times = 0
        self._device = device

    def own(self, rows: torch.Tensor) -> torch.Tensor:
        """Return this process's rows; the shares of any two processes differ by at most one row."""
        first, last = (len(rows) * rank // self.size for rank in (self.rank, self.rank + 1))
        return rows[first:last]

    def whole(self, own: torch.Tensor, count: int) -> torch.Tensor:
        """Gather the rows of all processes in order; see `Processes.whole`."""
        rows: torch.Tensor = _Whole.apply(own, self, count)
        return rows

    def sum(self, gradients: tuple[Gradient, ...]) -> tuple[Gradient, ...]:
        """Reduce all gradients at once, in one flat tensor."""
        present = [each for each in gradients if each is not None]
        flat = torch.cat([each.reshape(-1) for each in present])
        self.reduce(flat)
        pieces = iter(torch.split(flat, [each.numel() for each in present]))
        summed = [None if g is None else next(pieces).view(g.shape).to(g.dtype) for g in gradients]
        return tuple(summed)  # type: ignore[arg-type]  # None where there was None

    def within_whole(self, count: int) -> AbstractContextManager[Any]:
        """Share the statistics of batch normalisation, and draw dropout for the whole batch."""
        return WholeBatch(self.own, self.reduce, count)

    def leaders(self, numbers: Sequence[int]) -> list[int]:
        """Broadcast the leading process's numbers."""
        sent = torch.tensor(numbers, dtype=torch.int64, device=self._device)
        self.follow(sent)
        return [int(number) for number in sent.tolist()]

    def follow(self, tensor: torch.Tensor) -> None:
        """Broadcast the leading process's tensor."""
        self._together(tensor, lambda: dist.broadcast(tensor, src=0))

    def most(self, number: int) -> int:
        """Reduce the processes' numbers to their maximum."""
        largest = torch.tensor(number, dtype=torch.int64, device=self._device)
        self._together(largest, lambda: dist.all_reduce(largest, dist.ReduceOp.MAX))
        return int(largest.item())

    def wait(self) -> None:
        """Wait until all processes have reached this point."""
        self.most(0)

    def reduce(self, tensor: torch.Tensor) -> None:
        """Replace a tensor by its sum over the processes."""
        self._together(tensor, lambda: dist.all_reduce(tensor))

    def _together(self, tensor: torch.Tensor, act: Callable[[], object]) -> None:
        self.reduced += tensor.numel() * tensor.element_size()
        self.times += 1
        try:
            act()
        except RuntimeError as error:
            raise RunError(
                "another process of this run has ended, or cannot be reached; the last checkpoint "
                "is whole: go on from it with 'geneticgan resume', in as many processes as you like"
            ) from error


class _Whole(torch.autograd.Function):
    """Maps the rows of one process to those of all; see `Processes.whole`."""

    @staticmethod
    def forward(ctx: Any, own: torch.Tensor, processes: Several, count: int) -> torch.Tensor:
        ctx.processes = processes
        # Only zeros are added to a row, so its value does not change, even in low precision.
        dtype = torch.promote_types(own.dtype, torch.float32)
        rows = torch.zeros((count, *own.shape[1:]), dtype=dtype, device=own.device)
        processes.own(rows).copy_(own)
        processes.reduce(rows)
        return rows.to(own.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return ctx.processes.own(gradient), None, None
