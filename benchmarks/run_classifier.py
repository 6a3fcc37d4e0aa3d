"""The classifier of a run against the networks beside it: ``python -m benchmarks.run_classifier``.

Reads folders that ``geneticgan train`` made. In each of them all networks have learnt from the same
images with the same steps, learning-rate schedule and augmentation, and the run's classifier was
chosen among them by held-out images. For each data set the table has every network's mean recall on
the test part, and how far the run's classifier is ahead of it, paired by run.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.ablation_grid import line, spread
from geneticgan.config import read_json
from geneticgan.evaluation.paired import paired
from geneticgan.inference.facts import read_facts

CHOSEN = "the run's classifier"

Row = TypeVar("Row")


@dataclass(frozen=True)
class Run:
    """A run: its data set, the title of its classifier, and the ACSA in percent of every row."""

    dataset: str
    classifier: str
    acsa: Mapping[str, float]


def read_run(folder: Path) -> Run:
    """Return what a run's folder says of its classifier and of the networks beside it."""
    rows = {each["method"]: 100 * each["acsa"] for each in read_json(folder / "results.json")}
    dataset = read_json(folder / "config.json")["options"]["dataset"]
    return Run(dataset, read_facts(folder).classifier_title, rows)


def table(runs: Sequence[Run]) -> list[str]:
    """Return the lines of the table of runs on one data set."""
    picks = Counter(run.classifier for run in runs)
    chosen = [run.acsa[run.classifier] for run in runs]
    often = ", ".join(f"{name} ({count})" for name, count in sorted(picks.items()))
    lines = [
        f"{len(runs)} runs; chosen: {often}",
        "",
        line(["network", "ACSA", "the run's classifier is ahead by [95 % CI]"]),
        "|---|---|---|",
        line([CHOSEN, spread(chosen), ""]),
    ]
    shared = [name for name in runs[0].acsa if all(name in run.acsa for run in runs)]
    for name in shared:
        beside = [run.acsa[name] for run in runs]
        lines.append(line([name, spread(beside), ahead(chosen, beside)]))
    return lines


def ahead(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Return by how many points the first are ahead in pairs, with the 95 % interval if known."""
    found = paired(ours, theirs)
    interval = "" if found.interval is None else " [{:+.2f}, {:+.2f}]".format(*found.interval)
    return f"{found.difference:+.2f}{interval}"


def print_tables(
    about: str | None,
    read: Callable[[Path], tuple[str, Row]],
    table: Callable[[Sequence[Row]], list[str]],
) -> None:
    """Print a table for each data set of the command line's run folders as Markdown.

    Parameters
    ----------
    about : str or None
        What the command does.
    read : callable
        Returns the data set of a run folder, and what the table needs of it.
    table : callable
        Returns the lines of the table of runs on one data set.
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", help="of geneticgan train")
    runs: dict[str, list[Row]] = {}
    for folder in parser.parse_args().folders:
        dataset, found = read(folder)
        runs.setdefault(dataset, []).append(found)
    for dataset, each in runs.items():
        print("\n".join([f"## {dataset}", "", *table(each)]), end="\n\n")


def main() -> None:
    """Print the tables of the command line's runs."""

    def read(folder: Path) -> tuple[str, Run]:
        run = read_run(folder)
        return run.dataset, run

    print_tables(__doc__, read, table)


if __name__ == "__main__":
    main()
