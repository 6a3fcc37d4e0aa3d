"""How fast a generation is: ``python -m benchmarks.speed``.

Everything of a row is measured in turns (A B C A B C ...), so that what else the machine does
falls on all alike. Tables give medians in milliseconds a step and, in brackets, half the
interquartile range; a ratio stands beside the floor that counting FLOPs gives for it.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Sequence

import torch

from benchmarks.contenders import PORTION, Step, World, floor
from benchmarks.measuring import peak_memory_mib, spread, time_in_turns, where_time_goes

SHAPES = ((28, 32, 50), (28, 32, 128), (32, 32, 50), (32, 64, 50), (64, 32, 50))
"""Pixels, width and batch size of the rows that are measured unless told otherwise."""

EVERY_SHAPE = tuple((s, w, b) for s in (28, 32, 64) for w in (32, 64, 128) for b in (50, 128))


def contenders_on_cpu(shape: tuple[int, int, int], mutations: int, recipe: str) -> dict[str, Step]:
    """Return everything that is measured on a CPU."""
    exact, rough = (World(*shape, precision, "cpu", recipe) for precision in ("float32", "bf16"))
    return {
        "ACGAN": exact.acgan(),
        "plain": exact.generation(mutations, shared=False),
        "E-GAN": exact.generation(mutations, shared=False, schedule="constant:T=1e300"),
        "ours": exact.generation(mutations, shared=True),
        "one more": exact.generation(mutations + 1, shared=True),
        "input": lambda: void(exact.next_batch()),
        "ACGAN bf16": rough.acgan(),
        "plain bf16": rough.generation(mutations, shared=False),
        "ours bf16": rough.generation(mutations, shared=True),
    }


def contenders_on_cuda(shape: tuple[int, int, int], mutations: int, recipe: str) -> dict[str, Step]:
    """Return everything that is measured on a GPU."""
    exact, rough = (World(*shape, precision, "cuda", recipe) for precision in ("float32", "bf16"))
    return {
        "ACGAN": exact.acgan(),
        "ACGAN graph": exact.captured_acgan(),
        "plain": exact.generation(mutations, shared=False),
        "E-GAN": exact.generation(mutations, shared=False, schedule="constant:T=1e300"),
        "shared": exact.generation(mutations, shared=True),
        "no graph": exact.on_device(mutations, capture=False),
        "ours": exact.on_device(mutations, capture=True),
        "one more": exact.on_device(mutations + 1, capture=True),
        "input": lambda: void(exact.next_batch()),
        "ours bf16": rough.on_device(mutations, capture=True),
    }


ON_DEVICE = ("no graph", "ours", "one more", "ours bf16")


def void(_: object) -> None:
    """Drop a result."""


class Table:
    """A Markdown table that appears row by row."""

    def __init__(self, heads: Sequence[str]) -> None:
        print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")

    def row(self, cells: Iterable[object]) -> None:
        """Print a row."""
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


def measure(
    shape: tuple[int, int, int], mutations: int, seconds: float, cuda: bool, recipe: str = "paper"
) -> tuple[dict[str, float], dict[str, str]]:
    """Measure one shape; returns medians in milliseconds a step, and the cells that show them."""
    contenders = (contenders_on_cuda if cuda else contenders_on_cpu)(shape, mutations, recipe)
    times = time_in_turns(contenders, seconds, cuda)
    for name in ON_DEVICE if cuda else ():
        times[name] = [value / PORTION for value in times[name]]
    medians = {name: statistics.median(values) for name, values in times.items()}
    return medians, {n: f"{medians[n]:.1f} ({spread(times[n]):.1f})" for n in times}


def ratios(medians: dict[str, float], mutations: int, g: float, d: float, cuda: bool) -> list[str]:
    """Return the ratios that matter as cells."""
    acgan = medians["ACGAN graph" if cuda else "ACGAN"]
    lowest = floor(mutations, g, d)
    return [
        f"{medians['ours'] / acgan:.2f}",
        f"{lowest:.2f}",
        f"{medians['plain'] / medians['ours']:.2f}",
        f"{medians['plain'] / medians['ours bf16']:.2f}",
        f"{(medians['one more'] - medians['ours']) / acgan:.2f}",
        f"{floor(mutations + 1, g, d) - lowest:.2f}",
        f"{100 * medians['input'] / medians['ours']:.1f} %",
    ]


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every shape; takes an hour on a laptop")
    parser.add_argument("--seconds", type=float, default=20.0, help="of measuring a row")
    parser.add_argument("--mutations", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6, 7, 8])
    parser.add_argument("--device", choices=["cpu", "cuda"], default=None)
    parser.add_argument("--recipe", choices=["paper", "best"], nargs="+", default=["paper"])
    options = parser.parse_args()
    cuda = (options.device or ("cuda" if torch.cuda.is_available() else "cpu")) == "cuda"
    device = "cuda" if cuda else "cpu"
    where = torch.cuda.get_device_name() if cuda else f"{torch.get_num_threads()} CPU threads"
    print(f"torch {torch.__version__}, {where}\n")

    contenders = list((contenders_on_cuda if cuda else contenders_on_cpu)((8, 2, 4), 1, "paper"))
    heads = ["ours/ACGAN", "floor", "plain/ours", "plain/ours bf16", "one more", "floor", "input"]
    table = Table(["recipe", "pixels", "width", "batch", "mutations", *contenders, *heads])
    shapes = EVERY_SHAPE if options.all else SHAPES
    rows = [(recipe, shape, 3) for recipe in options.recipe for shape in shapes]
    rows += [("paper", shapes[0], count) for count in options.mutations if count != 3]
    for recipe, shape, mutations in rows:
        medians, cells = measure(shape, mutations, options.seconds, cuda, recipe)
        g, d = World(*shape, "float32", device).flops()
        found = ratios(medians, mutations, g, d, cuda)
        table.row([recipe, *shape, mutations, *(cells[name] for name in contenders), *found])

    print("\nPeak memory beyond the loaded libraries, 3 mutations, float32\n")
    table = Table(["pixels", "width", "batch", "ACGAN MiB", "plain MiB", "ours MiB", "ours/ACGAN"])
    for shape in ((28, 32, 50), (32, 64, 50)):
        peaks = [peak_memory_mib(*shape, what, device) for what in ("acgan", "plain", "shared")]
        table.row([*shape, *(f"{peak:.0f}" for peak in peaks), f"{peaks[2] / peaks[0]:.2f}"])

    print(f"\nWhere the time goes, {shapes[0]}\n")
    world = World(*shapes[0], "float32", device)
    table = Table(["kind of operator", "ACGAN", "ours"])
    acgan = where_time_goes(world.acgan(), cuda)
    ours = where_time_goes(world.generation(3, shared=True), cuda)
    for kind, share in ours.items():
        table.row([kind, f"{100 * acgan.get(kind, 0):.0f} %", f"{100 * share:.0f} %"])


if __name__ == "__main__":
    main()
