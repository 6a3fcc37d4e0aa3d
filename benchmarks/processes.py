"""How far processes carry on a CPU: ``torchrun --nproc-per-node 2 -m benchmarks.processes``.

The same generations in one process with one thread, in one process with as many threads as there
are processes, and in all processes with a thread each: in turns, so that what else the machine
does falls on all alike. Medians in milliseconds a generation, and half the interquartile range.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
import torch.distributed as dist
from deap.tools import HallOfFame

from benchmarks.contenders import World
from benchmarks.measuring import spread
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import same_weights
from geneticgan.gan.processes import ALONE, Processes, Several
from geneticgan.gan.splitting import Handed, traffic

SHAPES = ((28, 32, 50), (28, 32, 128))
"""Pixels, width and batch size."""

MUTATIONS = 3
PORTION = 3
"""Generations of a turn."""


def steps(shape: tuple[int, int, int], processes: Processes) -> Callable[[], None]:
    """Return what runs a portion of generations."""
    machine = World(*shape, "float32", "cpu").machine(MUTATIONS, processes=processes)
    generations, number = Generations(machine), 0
    hall = HallOfFame(1, similar=same_weights)

    def step() -> None:
        nonlocal number
        generations.run(number, PORTION, hall, lambda _: False)
        number += PORTION

    return step


def measure(
    shape: tuple[int, int, int], processes: Processes, turns: int
) -> tuple[list[list[float]], dict[str, Handed]]:
    """Return the times of every way, and what processes hand each other in a generation."""
    alone, together = steps(shape, ALONE), steps(shape, processes)
    ways = ((alone, 1), (alone, processes.size), (together, 1))
    times: list[list[float]] = [[] for _ in ways]
    for turn in range(turns + 1):
        for found, (step, threads) in zip(times, ways, strict=True):
            torch.set_num_threads(threads)
            processes.wait()
            start = time.perf_counter()
            if step is together or processes.leads:
                step()
            processes.wait()
            if turn:  # the first one warms up
                found.append(1e3 * (time.perf_counter() - start) / PORTION)
    machine = World(*shape, "float32", "cpu").machine(MUTATIONS)
    return times, traffic(machine)


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    options = parser.parse_args()
    dist.init_process_group("gloo")
    processes = Several(torch.device("cpu"))
    count = processes.size
    gains = "threads' gain | processes' gain | reductions | MB"
    heads = f"1 thread | {count} threads | {count} processes | {gains}"
    if processes.leads:
        print(f"torch {torch.__version__}, {count} processes\n")
        print(f"| pixels | width | batch | {heads} |\n|{'---|' * 10}")
    for shape in SHAPES:
        times, handed = measure(shape, processes, options.turns)
        one, threads, several = map(statistics.median, times)
        cells = [f"{statistics.median(each):.1f} ({spread(each):.1f})" for each in times]
        gained = [f"{one / threads:.2f}", f"{one / several:.2f}"]
        reductions, size = map(sum, zip(*handed.values(), strict=True))
        row = [*map(str, shape), *cells, *gained, str(reductions), f"{size / 1e6:.1f}"]
        if processes.leads:
            print(f"| {' | '.join(row)} |", flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
