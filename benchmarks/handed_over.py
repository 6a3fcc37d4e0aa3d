"""What ``choose`` hands over, beside every fixed method: ``python -m benchmarks.handed_over``.

Reads folders of ``geneticgan choose`` and benchmark tables of the same data sets, with the same
steps, width and seeds, so that what was handed over and every method are scored on the same whole
test part. For each data set the table says which methods were handed over, how far they are ahead
of plain oversampling as the paper trains it, how far behind the method that turned out best there
(regret), and how far ahead of the method that one would have fixed beforehand: the best one, on
average, on the other data sets.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.config import read_json
from geneticgan.evaluation.paired import paired

Key = tuple[str, str]
"""A data set and its imbalance."""

Table = Mapping[str, Mapping[int, float]]
"""ACSA in percent by method and seed."""


@dataclass(frozen=True)
class HandedOver:
    """What was handed over in one choice: the method, the seed, and the ACSA in percent."""

    method: str
    seed: int
    acsa: float


@dataclass(frozen=True)
class Row:
    """A data set's line; differences are in points, one for each choice."""

    picks: Counter[str]
    acsa: tuple[float, ...]
    over_paper: tuple[float, ...]
    best: str
    regret: tuple[float, ...]
    fixed: str
    over_fixed: tuple[float, ...]


def read_choice(folder: Path) -> tuple[Key, HandedOver]:
    """Return which data set a choice was made on, and what it handed over."""
    options = read_json(folder / "run" / "config.json")["options"]
    verdict = read_json(folder / "verdict.json")
    (scores, *_) = read_json(folder / "run" / "results.json")
    handed = HandedOver(verdict["winner"]["method"], options["seed"], 100 * scores["acsa"])
    return (options["dataset"], options["imbalance"]), handed


def read_tables(folders: Sequence[Path]) -> dict[Key, Table]:
    """Return the ACSA of every method of benchmarks, by data set."""
    found: dict[Key, dict[str, dict[int, float]]] = {}
    for folder in folders:
        for result in BenchmarkFolder(folder).results():
            table = found.setdefault((result.dataset, result.imbalance), {})
            table.setdefault(result.method, {})[result.seed] = 100 * result.scores["head"].acsa
    return dict(found)


def compare(
    choices: Mapping[Key, Sequence[HandedOver]],
    tables: Mapping[Key, Table],
    papers: Mapping[Key, Table],
) -> dict[Key, Row]:
    """Compare what was handed over with the fixed methods, by data set."""
    means = {
        key: {method: float(np.mean(list(row.values()))) for method, row in tables[key].items()}
        for key in choices
    }
    return {
        key: _row(handed, tables[key], papers[key], means[key], _beforehand(means, key))
        for key, handed in choices.items()
    }


def _beforehand(means: Mapping[Key, Mapping[str, float]], key: Key) -> str:
    """Return the method that has the highest mean over the other data sets."""
    others = [each for name, each in means.items() if name != key]
    everywhere = set(means[key]).intersection(*others)
    return max(sorted(everywhere), key=lambda method: np.mean([each[method] for each in others]))


def _row(
    handed: Sequence[HandedOver],
    table: Table,
    paper: Table,
    means: Mapping[str, float],
    fixed: str,
) -> Row:
    best = max(means, key=lambda method: means[method])

    def over(row: Mapping[int, float]) -> tuple[float, ...]:
        return tuple(each.acsa - row[each.seed] for each in handed)

    return Row(
        Counter(each.method for each in handed),
        tuple(each.acsa for each in handed),
        over(paper["oscn"]),
        best,
        tuple(-each for each in over(table[best])),
        fixed,
        over(table[fixed]),
    )


def _line(key: Key, row: Row) -> str:
    picks = ", ".join(f"{method} ({count})" for method, count in row.picks.most_common())
    return (
        f"| {key[0]} | {picks} | {np.mean(row.acsa):.1f} | {np.mean(row.over_paper):+.1f} "
        f"| {row.best}: {np.mean(row.regret):+.2f} | {row.fixed}: {np.mean(row.over_fixed):+.2f} |"
    )


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--choices", type=Path, nargs="+", required=True, help="of choose")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="of benchmark")
    parser.add_argument(
        "--papers", type=Path, nargs="+", required=True, help="of benchmark --recipe paper"
    )
    given = parser.parse_args()
    choices: dict[Key, list[HandedOver]] = {}
    for folder in given.choices:
        key, handed = read_choice(folder)
        choices.setdefault(key, []).append(handed)
    if len(choices) < 2:
        parser.error("choices on two data sets or more are needed, to fix a method on the others")
    rows = compare(choices, read_tables(given.tables), read_tables(given.papers))
    print(
        "| data set | handed over (choices) | ACSA | over Os+CN of the paper "
        "| regret to the best | over the best on the other sets |\n|---|---|---|---|---|---|"
    )
    for key, row in rows.items():
        print(_line(key, row))
    for name in ("over_paper", "regret", "over_fixed"):
        found = [value for row in rows.values() for value in getattr(row, name)]
        each = paired(found, [0.0] * len(found))
        chance = (
            "" if each.interval is None else " (95 % CI {:+.2f} to {:+.2f})".format(*each.interval)
        )
        print(f"\n{name}: {np.mean(found):+.2f}{chance}")


if __name__ == "__main__":
    main()
