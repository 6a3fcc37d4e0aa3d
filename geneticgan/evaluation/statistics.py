"""Compares methods over seeds: means, deviations, ranks and paired comparisons."""

from __future__ import annotations

import dataclasses
import statistics
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol

from geneticgan.evaluation.paired import Paired, holm, paired
from geneticgan.evaluation.ranks import DECIMALS

REFERENCE = "aggan"
"""The method that every other is tested against by default."""

COST_REFERENCE = "acgan"
"""The method whose time per image counts as 1."""

TABLE_V_METRICS = ("acsa", "f1", "g_mean", "smallest_recall")
"""The paper's three metrics, and one for what they may hide."""

TABLE_IV_METRICS = ("accuracy",)


class Measured(Protocol):
    """What a comparison needs from a finished cell."""

    @property
    def title(self) -> str:
        """The method's name in tables."""

    @property
    def values(self) -> Mapping[str, float | str]:
        """The tuned options."""

    @property
    def scores(self) -> Mapping[str, Any]:
        """The scores by protocol, with metrics in [0, 1] as attributes."""

    @property
    def seconds(self) -> float:
        """Duration of the training in seconds."""

    @property
    def images_seen(self) -> int:
        """Number of real images that the training has seen."""


Results = Mapping[str, Mapping[int, Measured]]
"""Maps method and seed to a cell's result, for one data set and setting."""


@dataclass(frozen=True)
class Row:
    """A method's row in a table.

    Attributes
    ----------
    method, title : str
        The method's spec, and its name in tables.
    seeds : int
        Number of seeds it was run with.
    means, deviations : tuple of float
        Mean and deviation of each metric, in percent; the deviation is 0 with one seed.
    paper : tuple of float, or None
        The paper's figures for the first metrics, in percent.
    rank : int
        Rank by the first metric's mean; 1 is best, and methods with tied means share a rank.
    paired : Paired or None
        Comparison of the reference with this method on the first metric; None for the reference
        itself, or if the reference was not run.
    cost : float or None
        Time per image relative to ACGAN's; None if ACGAN was not run.
    """

    method: str
    title: str
    seeds: int
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    paper: tuple[float, ...] | None
    rank: int
    paired: Paired | None
    cost: float | None


def compare(
    results: Results,
    protocol: str,
    metrics: Sequence[str],
    paper: Mapping[str, Sequence[float]],
    against: str = REFERENCE,
) -> list[Row]:
    """Compare the methods of one data set and setting.

    Parameters
    ----------
    results : mapping
        Maps method and seed to the cell's result.
    protocol : str
        The protocol whose scores are compared; methods without such scores are left out.
    metrics : sequence of str
        Names of scores; the first is used for ranks and tests.
    paper : mapping
        Maps a method to the paper's figures for the first of the metrics.
    against : str
        The reference method, as named in ``results``.

    Returns
    -------
    list of Row
        The methods' rows, best first.
    """
    values = {
        method: {
            seed: [100 * getattr(result.scores[protocol], metric) for metric in metrics]
            for seed, result in sorted(by_seed.items())
            if protocol in result.scores
        }
        for method, by_seed in results.items()
    }
    values = {method: by_seed for method, by_seed in values.items() if by_seed}
    means = {m: [statistics.fmean(c) for c in _columns(v)] for m, v in values.items()}
    order = sorted(means, key=lambda method: -means[method][0])
    costs = {method: _seconds_an_image(results[method]) for method in values}
    reference = costs.get(COST_REFERENCE)
    tests = _tests(values, against)
    firsts = {method: round(means[method][0], DECIMALS) for method in order}
    rows = []
    for method in order:
        columns = _columns(values[method])
        rows.append(
            Row(
                method,
                _title(method, next(iter(results[method].values()))),
                len(values[method]),
                tuple(means[method]),
                tuple(statistics.stdev(c) if len(c) > 1 else 0.0 for c in columns),
                tuple(paper[method]) if method in paper else None,
                1 + sum(other > firsts[method] for other in firsts.values()),
                tests.get(method),
                costs[method] / reference if reference else None,
            )
        )
    return rows


def paper_figures(table: str, dataset: str, ratio: float | None) -> dict[str, list[float]]:
    """Return the paper's figures by method, in percent; empty if it has none.

    Parameters
    ----------
    table : {"iv", "v"}
        The number of the table.
    dataset : str
        The data set's name in this package.
    ratio : float or None
        Imbalance ratio of Table IV: 10, 50 or 100.
    """
    text = (resources.files("geneticgan.evaluation") / "paper.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)[f"table_{table}"].get(dataset, {})
    if table == "v":
        return {method: list(figures) for method, figures in found.items()}
    ratios = (10, 50, 100)
    if ratio not in ratios:
        return {}
    return {method: [figures[ratios.index(int(ratio))]] for method, figures in found.items()}


def _title(method: str, result: Measured) -> str:
    """Return a method's title with its options, except tuned learning rates."""
    spec = method.partition(":")[2]
    tuned = [
        f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in result.values.items()
        if not name.endswith("learning_rate")
    ]
    options = ", ".join([spec, *tuned] if spec else tuned)
    return f"{result.title} ({options})" if options else result.title


def _columns(by_seed: Mapping[int, Sequence[float]]) -> list[list[float]]:
    return [list(column) for column in zip(*by_seed.values(), strict=True)]


def _seconds_an_image(by_seed: Mapping[int, Measured]) -> float:
    costs = [result.seconds / result.images_seen for result in by_seed.values()]
    return statistics.median(costs)


def _tests(values: Mapping[str, Mapping[int, Sequence[float]]], against: str) -> dict[str, Paired]:
    """Test the reference against every other method, corrected for multiple comparisons."""
    ours = values.get(against, {})
    tests = {}
    for method, theirs in values.items():
        if method != against and ours:
            seeds = sorted(ours.keys() & theirs.keys())
            tests[method] = paired([ours[s][0] for s in seeds], [theirs[s][0] for s in seeds])
    raw = {method: test.t_test for method, test in tests.items() if test.t_test is not None}
    for method, corrected in zip(raw, holm(list(raw.values())), strict=True):
        tests[method] = dataclasses.replace(tests[method], holm=corrected)
    return tests
