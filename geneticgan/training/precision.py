"""How a GPU multiplies float32 numbers in training: as the run says, not by torch's defaults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

OPERATIONS: tuple[Any, ...] = (
    torch.backends.cuda.matmul,
    torch.backends.cudnn.conv,  # type: ignore[attr-defined]  # torch declares no such module
)
"""The operations that torch configures separately; by default it rounds only in convolutions."""


@contextmanager
def multiplying(precision: str) -> Iterator[None]:
    """Let matrix products and convolutions round to TF32 only if the precision is ``tf32``.

    Torch's previous settings are restored afterwards.

    Parameters
    ----------
    precision : str
        One of `geneticgan.options.machine.PRECISIONS`.
    """
    before = [operation.fp32_precision for operation in OPERATIONS]
    try:
        for operation in OPERATIONS:
            operation.fp32_precision = "tf32" if precision == "tf32" else "ieee"
        yield
    finally:
        for operation, kind in zip(OPERATIONS, before, strict=True):
            operation.fp32_precision = kind
