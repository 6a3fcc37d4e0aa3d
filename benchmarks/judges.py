"""Which images choose a recipe best, and which search finds one: ``python -m benchmarks.judges``.

For each seed random recipes are trained on the same images (`geneticgan.benchmark.search`) and
scored by every judge and by the truth: training images outside the imbalanced subset, which are
neither learnt from nor of the test part. Of each judge the table gives the rank correlation with
the truth and the regret, which is how far the recipe that it ranks first is behind the best one
there is. The judge of held-out images ranks recipes that learnt from the rest, and what it picks is
trained again on all images, as ``choose`` does.

``deformed:strength=0`` is the control: copies of training images. A second table has the truth of
what each search finds, at equal cost, by one of the judges.

``python -m benchmarks.judges --together OUT...`` reads what several such studies found and compares
what each judge picks with what held-out images pick, in pairs over data sets and seeds.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress, fill, values
from geneticgan.benchmark.launchers import Launcher, Local
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.search.recipe import METHOD, Recipe, default_recipe, draw_recipe
from geneticgan.benchmark.search.strategies import SEARCHES
from geneticgan.config import TrainConfig
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.paired import Paired, paired
from geneticgan.protocols.judge import read_judge
from geneticgan.seeding import numpy_stream

TRUTH = "development"
HELD_OUT, SHARE = "validation", 0.1
REGRETS = "regrets.csv"
"""Each judge's rank correlation and regret by seed, in the folder of a study."""

Table = Mapping[str, Sequence[float]]


class Study:
    """Trains recipes on one data set and keeps what became of them in a folder."""

    def __init__(
        self, config: TrainConfig, judges: Sequence[str], out: Path, launcher: Launcher
    ) -> None:
        self.config = dataclasses.replace(config, method=METHOD)
        self.judges = {text: read_judge(text) for text in judges}
        self.protocols = tuple(dict.fromkeys(p for j in self.judges.values() for p in j.protocols))
        self.out, self.launcher = out, launcher

    def train(
        self, recipes: Sequence[Recipe], seed: int, part: str, held_out: float = 0.0
    ) -> list[Mapping[str, Scores]]:
        """Return the scores of recipes by protocol; trainings on disk are not done again."""
        config = dataclasses.replace(self.config, seed=seed, validation_fraction=held_out)
        judged_by = (HELD_OUT, TRUTH) if held_out else (*self.protocols, TRUTH)
        cells = [
            Cell(METHOD, config, values(recipe.genes), judged_by, number)
            for number, recipe in enumerate(recipes)
        ]
        folder = self.out / part
        fill(cells, folder, self.launcher, _say)
        results = [BenchmarkFolder(folder).read(cell.place()) for cell in cells]
        return [each.scores if each and not each.failed else {} for each in results]

    def judge_seed(self, seed: int, count: int) -> dict[str, tuple[float, float]]:
        """Return each judge's rank correlation with the truth and its regret, for one seed."""
        rng = numpy_stream(seed, "recipes")
        recipes = [draw_recipe(rng) for _ in range(count)]
        whole, rest = self.train(recipes, seed, "whole"), self.train(recipes, seed, "rest", SHARE)
        kept = [n for n in range(count) if whole[n] and rest[n]]  # one that diverged is no choice
        truth = np.array([whole[n][TRUTH].acsa for n in kept])
        ranked = {name: [by.acsa(whole[n]) for n in kept] for name, by in self.judges.items()}
        ranked["held-out"] = [rest[n][HELD_OUT].acsa for n in kept]
        return {name: compared(np.array(scores), truth) for name, scores in ranked.items()}

    def search_seed(self, seed: int, trials: int, judge: str) -> dict[str, float]:
        """Return the truth of what every search finds, and of the default recipe."""
        found = {}
        for name, search in SEARCHES.items():
            seen: list[Recipe] = []
            scores: list[Mapping[str, Scores]] = []

            def objective(
                recipes: Sequence[Recipe],
                name: str = name,
                seen: list[Recipe] = seen,
                scores: list[Mapping[str, Scores]] = scores,
            ) -> list[float]:
                seen += recipes
                scores[:] = self.train(seen, seed, f"search-{name}")
                by = self.judges[judge]
                return [by.acsa(each) if each else -np.inf for each in scores[-len(recipes) :]]

            search(objective, default_recipe(self.config), trials, seed)
            best = max(scores, key=lambda each: self.judges[judge].acsa(each) if each else -1)
            found["default"], found[name] = scores[0][TRUTH].acsa, best[TRUTH].acsa
        return found


def compared(scores: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return the rank correlation with the truth, and the regret of the pick in points."""
    rank = float(spearmanr(scores, truth).statistic) if np.ptp(scores) and np.ptp(truth) else 0.0
    return rank, 100 * float(truth.max() - truth[scores.argmax()])


def against_held_out(folders: Sequence[Path]) -> dict[str, Paired]:
    """Return by how much each judge's pick is ahead of that of held-out images, in points."""
    regrets: dict[str, list[float]] = {}
    for folder in folders:
        with (folder / REGRETS).open(newline="") as file:
            for row in csv.DictReader(file):
                regrets.setdefault(row["judge"], []).append(float(row["regret"]))
    held_out = regrets.pop("held-out")
    lengths = {name: len(each) for name, each in regrets.items() if len(each) != len(held_out)}
    if lengths:
        raise SystemExit(f"the studies are of different judges: {', '.join(lengths)}")
    return {name: paired(held_out, each) for name, each in regrets.items()}


def _keep(by_seed: Sequence[Mapping[str, tuple[float, float]]], out: Path) -> None:
    with (out / REGRETS).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["seed", "judge", "rank correlation", "regret"])
        for seed, found in enumerate(by_seed):
            rows.writerows([seed, name, *values] for name, values in found.items())


def _say(progress: Progress) -> None:
    if progress.cell is not None:
        print(f"[{progress.done + progress.failed}/{progress.total}] {progress.cell}", flush=True)


def _row(name: str, *columns: Sequence[float]) -> str:
    cells = [f"{np.mean(each):.2f} ± {np.std(each, ddof=len(each) > 1):.2f}" for each in columns]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Run the study of the command line and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="fashion-mnist")
    parser.add_argument("--data-root")
    parser.add_argument("--imbalance", default="auto")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--recipes", type=int, default=16)
    parser.add_argument("--trials", type=int, default=24, help="of each search; 0 leaves it out")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--judges",
        nargs="+",
        default=[
            "deformed",
            "deformed:strength=0",
            *(f"generated:by={by}" for by in ("acgan", "egan", "aggan")),
            "generated:by=acgan,steps=300",
            "generated:by=acgan+deformed",
        ],
        help="the last one judges the searches",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path)
    where.add_argument("--together", type=Path, nargs="+", metavar="OUT")
    given = parser.parse_args()
    if given.together:
        _print_together(given.together)
        return
    config = TrainConfig(
        dataset=given.dataset, data_root=given.data_root, imbalance=given.imbalance,
        steps=given.steps, width=given.width,
    )  # fmt: skip
    study = Study(config, given.judges, given.out, Local(given.workers))
    by_seed = [study.judge_seed(seed, given.recipes) for seed in range(given.seeds)]
    _keep(by_seed, given.out)
    print("\n| judge | rank correlation with the truth | regret of its pick |\n|---|---|---|")
    for name in by_seed[0]:
        print(_row(name, *np.array([each[name] for each in by_seed]).T))
    if given.trials:
        last = given.judges[-1]
        searched = [study.search_seed(seed, given.trials, last) for seed in range(given.seeds)]
        print(f"\n| search by {last} | ACSA of what it finds |\n|---|---|")
        for name in searched[0]:
            print(_row(name, [100 * each[name] for each in searched]))


def _print_together(folders: Sequence[Path]) -> None:
    print("| judge | pairs | its pick is ahead by | 95 % CI | p |\n|---|---|---|---|---|")
    for name, each in against_held_out(folders).items():
        low, high = each.interval or (float("nan"),) * 2
        p = "" if each.t_test is None else f"{each.t_test:.3f}"
        print(
            f"| {name} | {each.seeds} | {each.difference:+.2f} | {low:+.2f} to {high:+.2f} | {p} |"
        )


if __name__ == "__main__":
    main()
