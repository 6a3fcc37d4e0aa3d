"""By how much a method is ahead: ``python -m benchmarks.paired FOLDER...``.

Reads what `geneticgan benchmark` left, and prints for every method how far another one is ahead of
it in ACSA and in the recall of the smallest class, with the p of a paired t-test over the seeds of
both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.ablation_grid import against, line, spread
from geneticgan.config import read_json

SCORES = ("acsa", "smallest_recall")


def main() -> None:
    """Print a table for each folder as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", help="of benchmarks on one data set each")
    parser.add_argument("--against", default="aggan:recipe=best", help="the method that is ahead")
    parser.add_argument("--protocol", default="head")
    options = parser.parse_args()
    for folder in options.folders:
        print("\n".join(table(folder, options.against, options.protocol)), end="\n\n")


def table(folder: Path, reference: str, protocol: str) -> list[str]:
    """Return the lines of a folder's table, the highest ACSA first.

    Parameters
    ----------
    folder : Path
        Of a benchmark on one data set, in one setting.
    reference : str
        The method that every other is compared with, as the benchmark names it.
    protocol : str
        Of `geneticgan.jobs.cells.PROTOCOLS`.
    """
    found: dict[str, dict[int, dict[str, float]]] = {}
    for file in sorted((folder / "cells").rglob("seed-*.json")):
        result = read_json(file)
        if protocol in result.get("scores", {}):
            scores = result["scores"][protocol]
            found.setdefault(result["method"], {})[result["seed"]] = scores
    if reference not in found:
        raise SystemExit(f"{folder} holds no cell of {reference} judged by {protocol}")
    heads = ["method", "ACSA", "smallest class", "ahead in ACSA", "in the smallest class"]
    lines = [
        f"{folder.name}, {reference} against the others:",
        "",
        line(heads),
        "|---|---|---|---|---|",
    ]

    def mean(method: str) -> float:
        return sum(each["acsa"] for each in found[method].values()) / len(found[method])

    for method in sorted(found, key=mean, reverse=True):
        seeds = sorted(found[method].keys() & found[reference].keys())
        ours, theirs = (
            [[100 * found[which][seed][score] for seed in seeds] for score in SCORES]
            for which in (reference, method)
        )
        ahead = ["", ""] if method == reference else list(map(against, ours, theirs))
        lines.append(line([method, *map(spread, theirs), *ahead]))
    return lines


if __name__ == "__main__":
    main()
