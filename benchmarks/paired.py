"""By how much a method is ahead: ``python -m benchmarks.paired FOLDER...``.

Reads what `geneticgan benchmark` left, and prints for every method how far another one is ahead of
it in ACSA and in the recall of the smallest class, with the p of a paired t-test over the seeds of
both. Several data sets in a folder are taken for folds of one: pairs are of a data set and a seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ablation_grid import against, line, spread
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.evaluation.metrics import Scores

SCORES = ("acsa", "smallest_recall")

Pair = tuple[str, int]
"""A data set and a seed."""


def main() -> None:
    """Print a table for each folder as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", help="of benchmarks on one data set each")
    parser.add_argument(
        "--against",
        default="aggan:recipe=best",
        help="the method that is ahead; with several protocols 'METHOD, PROTOCOL'",
    )
    parser.add_argument("--protocols", default="head", help="joined by commas; a row for each")
    options = parser.parse_args()
    for folder in options.folders:
        print("\n".join(table(folder, options.against, options.protocols.split(","))), end="\n\n")


def table(folder: Path, reference: str, protocols: Sequence[str]) -> list[str]:
    """Return the lines of a folder's table, the highest ACSA first.

    Parameters
    ----------
    folder : Path
        Of a benchmark on one data set, in one setting.
    reference : str
        The row that every other is compared with: the method as the benchmark names it, and with
        several protocols a comma and the protocol.
    protocols : sequence of str
        As the benchmark names them.
    """
    found: dict[str, dict[Pair, Scores]] = {}
    for result in BenchmarkFolder(folder).results():
        for protocol in protocols:
            if protocol in result.scores:
                row = result.method if len(protocols) == 1 else f"{result.method}, {protocol}"
                pair = result.dataset, result.seed
                found.setdefault(row, {})[pair] = result.scores[protocol]
    if reference not in found:
        by = " or ".join(protocols)
        raise SystemExit(f"{folder} holds no cell of {reference} judged by {by}")
    heads = ["method", "ACSA", "smallest class", "ahead in ACSA", "in the smallest class"]
    lines = [
        f"{folder.name}, {reference} against the others:",
        "",
        line(heads),
        "|---|---|---|---|---|",
    ]

    def mean(method: str) -> float:
        return sum(each.acsa for each in found[method].values()) / len(found[method])

    for method in sorted(found, key=mean, reverse=True):
        pairs = sorted(found[method].keys() & found[reference].keys())
        ours, theirs = (
            [[100 * getattr(found[which][pair], score) for pair in pairs] for score in SCORES]
            for which in (reference, method)
        )
        ahead = ["", ""] if method == reference else list(map(against, ours, theirs))
        lines.append(line([method, *map(spread, theirs), *ahead]))
    return lines


if __name__ == "__main__":
    main()
