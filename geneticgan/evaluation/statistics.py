"""Methods side by side over seeds: means, deviations, ranks and paired comparisons."""

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
"""The method that every other is tested against, if no other is named."""

COST_REFERENCE = "acgan"
"""The method whose seconds an image are 1."""

TABLE_V_METRICS = ("acsa", "f1", "g_mean", "smallest_recall")
"""The paper's three, and what they may hide."""

TABLE_IV_METRICS = ("accuracy",)


class Measured(Protocol):
    """What a comparison needs of a finished cell."""

    @property
    def title(self) -> str:
        """The method's name in tables."""

    @property
    def values(self) -> Mapping[str, float | str]:
        """Tuned options."""

    @property
    def scores(self) -> Mapping[str, Any]:
        """By protocol, scores with metrics in [0, 1] as attributes."""

    @property
    def seconds(self) -> float:
        """Of the training."""

    @property
    def images_seen(self) -> int:
        """Real images."""


Results = Mapping[str, Mapping[int, Measured]]
"""Of one data set and setting: from method and seed to a cell's result."""


@dataclass(frozen=True)
class Row:
    """A method.

    Attributes
    ----------
    method, title : str
        Its spec, and its name in tables.
    seeds : int
        How many it was run with.
    means, deviations : tuple of float
        Of each metric, in percent; the deviation is 0 with one seed.
    paper : tuple of float, or None
        What the paper prints for the first metrics, in percent.
    rank : int
        By the first metric's mean, 1 is best; methods whose means tie share it.
    paired : Paired or None
        The reference against this method on the first metric; None for the reference itself, and
        where that was not run.
    cost : float or None
        Seconds for an image, over ACGAN's; None where that was not run.
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
        From method and seed to the cell's result.
    protocol : str
        Whose scores; methods that it cannot judge are left out.
    metrics : sequence of str
        Names of scores; the first one ranks and is tested.
    paper : mapping
        From method to the paper's figures for the first of the metrics.
    against : str
        The reference, a method as ``results`` names it.

    Returns
    -------
    list of Row
        Best first.
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
    """Return the paper's figures by method, in percent; empty where it has none.

    Parameters
    ----------
    table : {"iv", "v"}
        Which table.
    dataset : str
        Its name here.
    ratio : float or None
        Of Table IV: 10, 50 or 100.
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
    """Return a method's title with the options that make it another one; a rate does not."""
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
    """Test the reference against every other method, corrected for how many there are."""
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
