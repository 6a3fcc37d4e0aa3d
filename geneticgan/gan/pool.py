"""Individuals that are used again, so that a generation copies no module and allocates none."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch

from geneticgan.gan.individual import GeneratorIndividual


class Pool:
    """Lends individuals for offspring and takes back those that did not survive."""

    def __init__(self) -> None:
        self._members: dict[int, GeneratorIndividual] = {}
        self._free: list[GeneratorIndividual] = []

    def reclaim(self, parents: Sequence[GeneratorIndividual]) -> None:
        """Begin a generation: everyone known who is no parent of it is free."""
        living = {id(parent): parent for parent in parents}
        self._members |= living
        self._free = [m for key, m in self._members.items() if key not in living]

    def take(
        self, parent: GeneratorIndividual, buffers: Mapping[str, torch.Tensor]
    ) -> GeneratorIndividual:
        """Return an individual with the parent's weights and optimizer state.

        Parameters
        ----------
        parent : GeneratorIndividual
            Whose offspring it is to be.
        buffers : mapping of str to Tensor
            Its buffers: the parent's after one training pass.
        """
        if self._free:
            child = self._free.pop()
            child.become(parent)
        else:
            child = copy.deepcopy(parent)
            self._members[id(child)] = child
        for name, buffer in child.module.named_buffers():
            buffer.copy_(buffers[name])
        return child
