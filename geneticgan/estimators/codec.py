"""Converts between a user's array and the networks' inputs and outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from geneticgan.networks import Discriminator, Generator

Array = npt.NDArray[Any]
Int64Array = npt.NDArray[np.int64]


class Codec(ABC):
    """Turns rows of an array into the networks' inputs, and their outputs into rows.

    A codec is fitted by its constructor, on all rows.
    """

    @abstractmethod
    def networks(self, width: int, latent_dim: int, seed: int) -> tuple[Generator, Discriminator]:
        """Return networks for these rows.

        Parameters
        ----------
        width : int
            Width of the hidden layers, >= 1.
        latent_dim : int
            Maximum length of the latent vector.
        seed : int
            Seeds the initial weights.
        """

    @abstractmethod
    def to(self, device: torch.device) -> None:
        """Move the data that `batch` reads to a device."""

    @abstractmethod
    def batch(self, rows: torch.Tensor, number: int) -> torch.Tensor:
        """Return the rows of the given indices (B,), as a discriminator sees them.

        Any randomness is a function of the seed and of the batch's number.
        """

    @abstractmethod
    def decode(self, generated: torch.Tensor) -> Array:
        """Return a generator's output as rows of the user's kind, dtype and range."""

    @abstractmethod
    def encode(self, X: Array) -> torch.Tensor:
        """Return the user's rows as a discriminator sees them, float32, on the CPU."""

    @abstractmethod
    def take(self, X: Array, codes: Int64Array) -> None:
        """Draw batches from other rows from now on, encoded like those of the constructor."""
