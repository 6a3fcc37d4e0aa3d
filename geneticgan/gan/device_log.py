"""A log of the generations that run on a device, read back once every several generations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import FAILED, SumFitness
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.step import CAUSES


@dataclass(frozen=True)
class Trace:
    """A record of an individual whose weights stayed on the device."""

    fitness: SumFitness
    lineage: int
    mutation: str
    failure: str


class DeviceLog:
    """A row of numbers for each generation, kept on the device until it is read.

    Parameters
    ----------
    machine : Machine
        The run; reading the log updates the fitness and the origin of its population.
    rows : int
        How many generations the log holds.
    """

    def __init__(self, machine: Machine, rows: int) -> None:
        self._machine = machine
        self._labels = [mutation.label for mutation in machine.mutations]
        device = machine.discriminator.device
        columns = 2 + len(machine.population) * (1 + 3 * (1 + len(self._labels)))
        self._rows = torch.zeros((rows, columns), dtype=torch.float64, device=device)
        self._row = torch.zeros(columns, dtype=torch.float64, device=device)

    def write(
        self, real: torch.Tensor, generated: torch.Tensor, records: Sequence[torch.Tensor]
    ) -> None:
        """Write down a generation, always to the same memory, so that a graph may include this.

        Parameters
        ----------
        real, generated : Tensor
            The two parts of L_D, scalars.
        records : sequence of Tensor
            One record for each place, from `geneticgan.gan.tensor_selection.Place.select`.
        """
        parts = torch.stack([real, generated]).double()
        self._row.copy_(torch.cat([parts, *records]))

    def keep(self, index: int) -> None:
        """Copy what was written last to a row of the log."""
        self._rows[index].copy_(self._row)

    def read(self, pending: Sequence[tuple[int, float]]) -> Iterator[Generation]:
        """Wait for the device, and yield the generations of the first rows in order.

        Parameters
        ----------
        pending : sequence of (int, float)
            Number and temperature of each generation.

        Raises
        ------
        DivergedError
            If a loss of the discriminator is not finite.
        """
        rows = self._rows[: len(pending)].tolist()
        for (number, temperature), (real, generated, *cells) in zip(pending, rows, strict=True):
            self._machine.discriminator.note_losses(real, generated)
            yield self._generation(number, temperature, cells, number == pending[-1][0])

    def _generation(
        self, number: int, temperature: float, cells: list[float], settled: bool
    ) -> Generation:
        """Make a generation from its row, and update the population's fitness and origin."""
        generation = Generation(number, temperature, [], [], [], settled)
        population = self._machine.population
        width = len(cells) // len(population)
        for index, individual in enumerate(population):
            survivor, *table = cells[index * width : (index + 1) * width]
            traces = self._traces(individual, table)
            chosen = traces[int(survivor)]
            generation.parents.append(traces[0])
            generation.offspring.extend(traces[1:])
            generation.survivors.append(chosen)
            individual.fitness.values = chosen.fitness.values
            individual.mutation = chosen.mutation
            individual.failure = chosen.failure
        return generation

    def _traces(self, parent: GeneratorIndividual, table: Sequence[float]) -> list[Trace]:
        """Return the traces of a parent and its offspring from three numbers each."""
        made_by = [parent.mutation, *self._labels]
        triples = zip(table[::3], table[1::3], table[2::3], strict=True)
        return [
            Trace(
                SumFitness(parent.fitness.weights, FAILED if code else (quality, diversity)),
                parent.lineage,
                mutation,
                CAUSES[int(code)],
            )
            for mutation, (quality, diversity, code) in zip(made_by, triples, strict=True)
        ]
