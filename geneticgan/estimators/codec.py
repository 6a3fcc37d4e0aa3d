"""What stands between a user's array and the networks."""

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
    """Turns rows of an array into what networks learn from, and what they make into rows.

    A codec is fitted by its constructor, on all rows.
    """

    @abstractmethod
    def networks(self, width: int, latent_dim: int, seed: int) -> tuple[Generator, Discriminator]:
        """Return networks for these rows.

        Parameters
        ----------
        width : int
            Of the hidden layers, >= 1.
        latent_dim : int
            Length of the latent vector, at most.
        seed : int
            Of the first weights.
        """

    @abstractmethod
    def to(self, device: torch.device) -> None:
        """Take what `batch` reads to a device."""

    @abstractmethod
    def batch(self, rows: torch.Tensor, number: int) -> torch.Tensor:
        """Return the rows of the given indices (B,), as a discriminator sees them.

        The number is the batch's; what is random about it is a function of the seed and of it.
        """

    @abstractmethod
    def decode(self, generated: torch.Tensor) -> Array:
        """Return what a generator made as rows of the user's kind, dtype and range."""

    @abstractmethod
    def encode(self, X: Array) -> torch.Tensor:
        """Return rows of the user's as a discriminator sees them, float32, on the CPU."""

    @abstractmethod
    def take(self, X: Array, codes: Int64Array) -> None:
        """Give batches of other rows from now on, encoded as those of the constructor."""
