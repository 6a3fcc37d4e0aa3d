"""The search for a training recipe that suits your own images."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress, fill, values
from geneticgan.benchmark.launchers import Launcher
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.search.recipe import METHOD, Recipe, default_recipe
from geneticgan.benchmark.search.strategies import SEARCHES
from geneticgan.config import TrainConfig, read_json
from geneticgan.errors import ConfigError, RunError
from geneticgan.files import not_written, write_whole
from geneticgan.jobs.rehearsing import rehearse, shape_of
from geneticgan.options.command import as_toml
from geneticgan.protocols.judge import Judge, read_judge
from geneticgan.training.run_folder import write_json
from geneticgan.training.setup import load_parts


@dataclass(frozen=True)
class Request:
    """A request for a search.

    Attributes
    ----------
    config : TrainConfig
        The images, the networks and the budget of every training.
    search : str
        A key of `SEARCHES`.
    trials : int
        The number of recipes to judge, >= 1.
    seeds : int
        The number of trainings of each recipe, whose scores are averaged, >= 1.
    judge : Judge
        The judge that scores recipes.
    out : Path
        The folder for all results; one that holds the same request is continued.
    """

    config: TrainConfig
    search: str
    trials: int
    seeds: int
    judge: Judge
    out: Path


@dataclass(frozen=True)
class Tuned:
    """The result of a search.

    Attributes
    ----------
    recipe : Recipe
        The best recipe.
    score, begun : float
        The judge's scores of the best recipe and of the initial one, in [0, 1].
    config : TrainConfig
        The config that trains with the best recipe on all training images.
    file : Path
        The same config as a TOML file, for ``train --config``.
    """

    recipe: Recipe
    score: float
    begun: float
    config: TrainConfig
    file: Path


def make_request(
    config: TrainConfig, search: str, trials: int, seeds: int, judge: str, out: Path
) -> Request:
    """Return a request.

    Raises
    ------
    PluginError
        If the judge is unknown.
    ConfigError
        If the judge uses the test part, or the search is unknown.
    """
    if search not in SEARCHES:
        raise ConfigError(f"search must be one of {', '.join(SEARCHES)}, got {search!r}")
    by = read_judge(judge)
    # The test part and the imbalanced subset are drawn once; splits differ within them.
    config = dataclasses.replace(
        config,
        method=METHOD,
        validation_fraction=by.share,
        split_seed=config.seed,
    )
    return Request(config, search, trials, seeds, by, out)


def tune(
    request: Request,
    launcher: Launcher,
    on_progress: Callable[[Progress], None],
    command: str = "",
) -> Tuned:
    """Judge the requested number of recipes, except those on disk already, and keep the best.

    Raises
    ------
    RunError
        If the folder holds another search, or no recipe could be trained.
    ConfigError
        If the search needs a package that is not installed.
    """
    source, split = load_parts(request.config)
    rehearse([request.config], shape_of(split), request.judge.protocols)
    _claim(request, split.fingerprint)
    request.judge.make_images(source, split)
    judged = _Judged(request, launcher, on_progress, command)
    first = default_recipe(request.config)
    SEARCHES[request.search](judged, first, request.trials, request.config.seed)
    best = max(range(len(judged.scores)), key=judged.scores.__getitem__)
    if judged.scores[best] == -math.inf:
        raise RunError(f"no recipe could be trained: {judged.error}")
    recipe = judged.recipes[best]
    config = dataclasses.replace(request.config, validation_fraction=0.0, split_seed=None)
    config = recipe.handed(config)
    file = request.out / "best.toml"
    found = [
        {"recipe": each.genes, "score": score if math.isfinite(score) else None}
        for each, score in zip(judged.recipes, judged.scores, strict=True)
    ]
    write_json(request.out / "recipes.json", found)
    write_whole(file, as_toml(config).encode())
    return Tuned(recipe, judged.scores[best], judged.scores[0], config, file)


class _Judged:
    """Trains recipes as the cells of a grid and keeps the judge's score of each."""

    def __init__(
        self,
        request: Request,
        launcher: Launcher,
        on_progress: Callable[[Progress], None],
        command: str,
    ) -> None:
        self.recipes: list[Recipe] = []
        self.scores: list[float] = []
        self.error = ""
        self._request = request
        self._launcher = launcher
        self._on_progress = on_progress
        self._command = command
        self._failed = 0

    def __call__(self, recipes: Sequence[Recipe]) -> list[float]:
        request = self._request
        cells = [
            [
                Cell(
                    METHOD,
                    dataclasses.replace(request.config, seed=seed),
                    values(recipe.genes),
                    request.judge.protocols,
                    trial=number,
                )
                for seed in range(request.seeds)
            ]
            for number, recipe in enumerate(recipes, len(self.recipes))
        ]
        trials = request.out / "trials"
        everything = [cell for each in cells for cell in each]
        end = fill(everything, trials, self._launcher, self._report, self._command)
        self._failed += end.failed
        scores = [self._score(trials, each) for each in cells]
        self.recipes += recipes
        self.scores += scores
        return scores

    def _report(self, progress: Progress) -> None:
        """Report the progress of the whole search."""
        before = len(self.recipes) * self._request.seeds
        if progress.cell is None and before:
            return
        total = self._request.trials * self._request.seeds
        done, failed = before - self._failed + progress.done, self._failed + progress.failed
        self._on_progress(Progress(total, done, failed, progress.cell, progress.result))

    def _score(self, trials: Path, cells: Sequence[Cell]) -> float:
        found = []
        for cell in cells:
            result = BenchmarkFolder(trials).read(cell.place())
            if result is None or result.failed:
                self.error = result.error if result else "it was not trained"
                return -math.inf
            found.append(self._request.judge.acsa(result.scores))
        return statistics.fmean(found)


def _claim(request: Request, data: str) -> None:
    """Write the request to the folder; raises `RunError` if the folder has another one."""
    asked = {
        "search": request.search,
        "judge": request.judge.text,
        "seeds": request.seeds,
        "data": data,
        "config": request.config.to_json(),
    }
    file = request.out / "search.json"
    if file.is_file():
        if read_json(file) != asked:
            raise RunError(
                f"{request.out} holds a search with other options or images; choose another --out"
            )
        return
    if request.out.exists() and (not request.out.is_dir() or any(request.out.iterdir())):
        raise RunError(f"{request.out} is not empty; choose another --out")
    try:
        request.out.mkdir(parents=True, exist_ok=True)
        write_json(file, asked)
    except OSError as error:
        raise not_written(request.out, error) from error
