"""Lets a network that holds some rows of a batch compute as if it held them all.

Two kinds of layers look beyond a row: batch normalisation, whose statistics are taken over the
batch, and dropout, whose masks are drawn for the whole batch at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

Own = Callable[[torch.Tensor], torch.Tensor]
"""Maps the rows of a batch to this process's share of them."""

Reduce = Callable[[torch.Tensor], None]
"""Replaces a tensor by its sum over the processes."""

DROPOUTS = (
    functional.dropout,
    functional.dropout1d,
    functional.dropout2d,
    functional.dropout3d,
    functional.alpha_dropout,
    functional.feature_alpha_dropout,
)


class WholeBatch(TorchFunctionMode):
    """While active, the two kinds of layers see the whole batch of which a network has some rows.

    It intercepts torch's function calls, so that a network keeps its layers, and a checkpoint is
    the same as that of a single process.

    Parameters
    ----------
    own, reduce : callable
        Functions as described by `Own` and `Reduce`.
    count : int
        Number of rows of the whole batch.
    """

    def __init__(self, own: Own, reduce: Reduce, count: int) -> None:
        super().__init__()
        self._own = own
        self._reduce = reduce
        self._count = count

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of torch, and the two kinds of layers on the whole batch."""
        options = kwargs or {}
        if func is functional.batch_norm:
            return self._batch_norm(*args, **options)
        if func in DROPOUTS:
            return self._dropout(func, *args, **options)
        return func(*args, **options)

    def _batch_norm(
        self,
        rows: torch.Tensor,
        running_mean: torch.Tensor | None,
        running_var: torch.Tensor | None,
        weight: torch.Tensor | None = None,
        bias: torch.Tensor | None = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> torch.Tensor:
        if not training or len(rows) == self._count:
            return functional.batch_norm(
                rows, running_mean, running_var, weight, bias, training, momentum, eps
            )
        mean, variance, count = self._statistics(rows.detach())
        with torch.no_grad():
            for running, found in (
                (running_mean, mean),
                (running_var, variance * (count / (count - 1))),
            ):
                if running is not None:
                    running.lerp_(found.to(running.dtype), momentum)
        normalised: torch.Tensor = _Normalise.apply(rows, mean, variance, count, eps, self._reduce)
        if weight is not None:
            normalised = normalised * _by_channel(weight, rows)
        return normalised if bias is None else normalised + _by_channel(bias, rows)

    @torch.no_grad()
    def _statistics(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return mean and variance (C,) of the whole batch, and the count of values per channel."""
        channels = rows.shape[1]
        variance, mean = torch.var_mean(_exact(rows), _beside_channels(rows), correction=0)
        mean, variance = mean.double(), variance.double()
        count = rows.numel() // channels
        # Moments about zero add up; in float64 the conversion there and back loses nothing.
        moments = torch.cat([mean, variance + mean.square(), torch.ones_like(mean[:1])]) * count
        self._reduce(moments)
        total = moments[-1]
        mean, square = torch.split(moments[:-1] / total, channels)
        return mean, (square - mean.square()).clamp_min(0), total

    def _dropout(self, func: Any, rows: torch.Tensor, *args: Any, **options: Any) -> torch.Tensor:
        """Apply the whole batch's dropout mask, and return this process's rows."""
        places = torch.arange(self._count)
        before = int(self._own(places)[0])
        blank = torch.zeros_like(rows.detach()[:1])
        after = self._count - before - len(rows)
        whole = torch.cat([*[blank] * before, rows, *[blank] * after])
        return self._own(func(whole, *args, **options))


class _Normalise(torch.autograd.Function):
    """Normalises rows, given the statistics of the batch that they belong to."""

    @staticmethod
    def forward(
        ctx: Any,
        rows: torch.Tensor,
        mean: torch.Tensor,
        variance: torch.Tensor,
        count: torch.Tensor,
        eps: float,
        reduce: Reduce,
    ) -> torch.Tensor:
        dtype = torch.promote_types(rows.dtype, torch.float32)
        mean, scale = mean.to(dtype), (variance + eps).rsqrt().to(dtype)
        ctx.save_for_backward(rows, mean, scale, count)
        ctx.reduce = reduce
        return functional.batch_norm(rows, mean, variance.to(dtype), eps=eps)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        rows, mean, scale, count = ctx.saved_tensors
        dims = _beside_channels(rows)
        gradient = _exact(gradient)
        centred = _exact(rows) - _by_channel(mean, rows)
        sums = torch.cat([gradient.sum(dims), (gradient * centred).sum(dims)])
        ctx.reduce(sums)
        shift, slope = torch.split((sums / count).to(sums.dtype), rows.shape[1])
        slope = _by_channel(slope * scale.square(), rows)
        changed = (gradient - _by_channel(shift, rows)).addcmul_(centred, slope, value=-1)
        return (changed.mul_(_by_channel(scale, rows)).to(rows.dtype), *[None] * 5)


def _beside_channels(rows: torch.Tensor) -> list[int]:
    """Return all dimensions except the channels."""
    return [0, *range(2, rows.dim())]


def _by_channel(values: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return values (C,) in a shape that broadcasts with rows (B, C, ...)."""
    return values.view(-1, *[1] * (rows.dim() - 2))


def _exact(rows: torch.Tensor) -> torch.Tensor:
    """Return rows in a precision fit for sums."""
    return rows.to(torch.promote_types(rows.dtype, torch.float32))
