"""Selecting rows of large arrays on disk instead of in memory."""

from __future__ import annotations

import tempfile

import numpy as np
import numpy.typing as npt

from geneticgan.data.places import cache_folder

LARGE = 2**29
"""From how many bytes on the selected rows are written to disk."""

BLOCK = 4096
"""The number of rows that are copied at once."""


def gathered(rows: npt.NDArray[np.uint8], chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return ``rows[chosen]``, mapped from a temporary file if it has `LARGE` bytes or more.

    The file is deleted as soon as the array is no longer used.

    Parameters
    ----------
    rows : array of uint8
        The rows, shape (N, ...).
    chosen : array of int64
        The positions of the selected rows, shape (M,).
    """
    row = rows[:1].nbytes
    if row * len(chosen) < LARGE:
        return rows[chosen]
    shape = len(chosen), *rows.shape[1:]
    try:
        with tempfile.TemporaryFile(dir=cache_folder()) as file:
            for start in range(0, len(chosen), BLOCK):
                file.write(np.ascontiguousarray(rows[chosen[start : start + BLOCK]]).data)
            file.flush()
            return np.memmap(file, np.uint8, "r+", shape=shape)
    except OSError:  # the disk is full
        return rows[chosen]
