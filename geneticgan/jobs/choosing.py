"""Which method suits one's own images: compared within the training part, then handed over."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from geneticgan.benchmark.candidates import Measured
from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress, fill
from geneticgan.benchmark.launchers import Launcher, Local
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.pace import Pace
from geneticgan.benchmark.timetable import Terms, Timetable
from geneticgan.benchmark.verdict import Verdict, decide
from geneticgan.errors import RunError
from geneticgan.evaluation.outputs import OutOfFold
from geneticgan.evaluation.probabilities import TEMPERATURE, Calibration, median_calibration
from geneticgan.inference.choice import CLASS_HEAD
from geneticgan.jobs.outcome import Report
from geneticgan.jobs.planned import FALLBACK, REFERENCE, Plan, Request
from geneticgan.jobs.planning import write_plan
from geneticgan.jobs.train import plan as plan_run
from geneticgan.jobs.train import resume, train
from geneticgan.methods.of_run import core_config
from geneticgan.training.hooks import Observer
from geneticgan.training.lock import RunLock
from geneticgan.training.run_folder import RunFolder, write_json

CHOICES = (5, 4, 3)
"""How many splits there may be, as the time allows."""


def compare(
    request: Request,
    plan: Plan,
    launcher: Launcher,
    on_progress: Callable[[Progress], None],
    command: str = "",
    tell: Callable[[str], None] = lambda text: None,
) -> Verdict:
    """Train every method on every split, those that are not on disk, and decide.

    The plan follows the time that trainings really take: see `Timetable`.

    Parameters
    ----------
    request, plan : Request, Plan
        What is asked for, and what will be done; the plan is changed to what was done.
    launcher : Launcher
        Runs the trainings.
    on_progress : callable
        Hears of every training that ends.
    command : str
        What was typed; noted in the folder.
    tell : callable
        Hears of every change of plan, in a sentence.

    Raises
    ------
    RunError
        If the reference cannot be trained.
    """
    trials = request.out / "trials"
    _Comparison(request, plan, on_progress, tell).run(
        trials, launcher if plan.workers > 1 else Local(1), command
    )
    cells = _cells(request, plan, plan.budget.seeds)
    measured = {}
    for method in plan.budget.methods:
        own = [cell for cell in cells if cell.method == method]
        results = [BenchmarkFolder(trials).read(cell.place()) for cell in own]
        found = [each for each in results if each is not None and not each.failed]
        if len(found) < len(own):
            cause = next((each.error for each in results if each is not None and each.failed), "")
            plan.cannot[method] = cause or "it was not trained"
            continue
        judge, scores = request.judge, [each.scores for each in found]
        measured[method] = Measured(
            found[0].title,
            tuple(100 * judge.acsa(each) for each in scores),
            tuple(100 * judge.smallest_recall(each) for each in scores),
            statistics.fmean(each.seconds for each in found),
        )
    if REFERENCE not in measured:
        raise RunError(f"plain oversampling cannot be trained: {plan.cannot[REFERENCE]}")
    verdict = decide(measured, REFERENCE, request.judge.share, FALLBACK)
    write_json(request.out / "verdict.json", dataclasses.asdict(verdict))
    return verdict


class _Comparison:
    """The trainings of a choice, which begin as its timetable says."""

    def __init__(
        self,
        request: Request,
        plan: Plan,
        on_progress: Callable[[Progress], None],
        tell: Callable[[str], None],
    ) -> None:
        self.request, self.plan, self.on_progress, self.tell = request, plan, on_progress, tell
        self.table: Timetable | None = None
        begun = _is_begun(request.out / "run") and plan.back is None
        settled = request.seeds is not None or begun
        choices = (plan.budget.seeds,) if settled else (*CHOICES, plan.budget.seeds)
        fewest = 0 if plan.back is None else plan.budget.seeds  # that are trained are not given up
        self.choices = tuple(dict.fromkeys(each for each in choices if each >= fewest))

    def run(self, trials: Path, launcher: Launcher, command: str) -> None:
        """Run them; what was done of the plan is noted in it."""
        cells = _cells(self.request, self.plan, max(self.choices))
        fill(cells, trials, launcher, self._progress, command, self._order)
        if self.table is not None:
            self._note(self.table)

    def _order(self, missing: Sequence[Cell]) -> Iterator[Cell]:
        request, plan = self.request, self.plan
        budget = plan.budget
        costs = {method: plan.costs[method] for method in budget.methods}
        left = {(cell.method, cell.config.seed): cell for cell in missing}
        pace = Pace(costs, plan.lasts(request.config), budget.steps, plan.around, plan.ending)
        terms = Terms(budget.methods, REFERENCE, budget.seeds, self.choices, plan.workers)
        every = {(method, seed) for seed in range(max(self.choices)) for method in terms.methods}
        self.table = Timetable(terms, pace, every - left.keys(), self._left, self.tell)
        for entry, limit in self.table.order():
            yield dataclasses.replace(left[entry], limit=limit)

    def _left(self) -> float:
        return self.request.seconds - self.plan.spent - self.request.spent

    def _progress(self, progress: Progress) -> None:
        total = len(self.plan.budget.methods) * self.plan.budget.seeds
        if self.table is None or progress.cell is None or progress.result is None:
            done = min(progress.done, total)
            self.on_progress(dataclasses.replace(progress, total=total, done=done))
            return
        entry = progress.cell.method, progress.cell.config.seed
        self.table.ended(entry, progress.result.seconds, progress.result.error)
        self._note(self.table)
        self.on_progress(
            dataclasses.replace(
                progress, total=self.table.total + progress.failed, done=self.table.done
            )
        )

    def _note(self, table: Timetable) -> None:
        """Keep the plan as it is now, for a choice that is gone on with and for the screen."""
        budget = self.plan.budget
        self.plan.budget = dataclasses.replace(budget, methods=table.methods, seeds=table.seeds)
        self.plan.cannot |= table.dropped
        write_plan(self.request, self.plan)


def _cells(request: Request, plan: Plan, seeds: int) -> list[Cell]:
    """Return the trainings of a comparison."""
    return [
        Cell(
            method,
            dataclasses.replace(request.config, seed=seed, steps=plan.budget.steps),
            protocols=request.judge.protocols,
            calibrates=request.judge.holds_out,
        )
        for seed in range(seeds)
        for method in plan.budget.methods
    ]


def _calibration(request: Request, plan: Plan, method: str) -> Calibration | None:
    """Return the median of what a method's splits found on the images that they held out."""
    folder = BenchmarkFolder(request.out / "trials")
    seeds = plan.budget.seeds
    cells = [cell for cell in _cells(request, plan, seeds) if cell.method == method]
    read = [folder.read(cell.place()) for cell in cells]
    kind = request.config.calibration
    found = [each.calibrations[kind] for each in read if each and kind in each.calibrations]
    return median_calibration(found) if found else None


def _out_of_fold(request: Request, plan: Plan, method: str) -> OutOfFold | None:
    """Return what a method's networks say of the images that their splits held out."""
    folder = BenchmarkFolder(request.out / "trials")
    cells = [each for each in _cells(request, plan, plan.budget.seeds) if each.method == method]
    files = [folder.out_of_fold(cell.place()) for cell in cells]
    found = [OutOfFold.read(file) for file in files if file.is_file()]
    return OutOfFold.joined(found) if len(found) == len(files) else None


def hand_over(
    request: Request, plan: Plan, verdict: Verdict, observers: Sequence[Observer]
) -> Report:
    """Train the winner on all training images, in the run folder ``run``; raises as `train`.

    Nothing is held out there: its classifier is calibrated by what the splits have found, and the
    run keeps what the method's networks said of the images that their splits held out. A run of
    another method, which an earlier verdict handed over, is kept beside it.
    """
    path = request.out / "run"
    if _is_begun(path):
        if RunFolder.open(path)[1].method == verdict.winner.method:
            return resume(path, observers)
        _put_aside(path, observers)
    config = dataclasses.replace(
        request.config,
        method=verdict.winner.method,
        steps=plan.budget.steps,
        validation_fraction=0.0,
        calibration=TEMPERATURE,  # what the run is told of is of either kind
    )
    return train(
        config,
        path,
        plan_run(config, observers),
        observers,
        classifier=CLASS_HEAD if core_config(config) is not None else "",
        calibration=_calibration(request, plan, verdict.winner.method),
        out_of_fold=_out_of_fold(request, plan, verdict.winner.method),
    )


def _is_begun(run: Path) -> bool:
    return (run / "config.json").is_file()


def _put_aside(run: Path, observers: Sequence[Observer]) -> None:
    """Give a run another name, and say so; `RunError` if it cannot be."""
    name = RunFolder.open(run)[1].method.partition(":")[0]
    endings = chain([""], (f"-{number}" for number in count(2)))
    places = (run.with_name(f"run-{name}{ending}") for ending in endings)
    place = next(each for each in places if not each.exists())
    try:
        with RunLock(run):
            pass  # nobody works on it; not every system renames what is locked
        run.rename(place)
    except OSError as error:
        raise RunError(f"{run} cannot be renamed: {error.strerror or error}") from error
    for observer in observers:
        observer.on_note(f"The verdict was {name} before; that run is kept as {place}.")
