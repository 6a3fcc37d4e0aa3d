"""Which method suits one's own images: compared within the training part, then handed over."""

from __future__ import annotations

import dataclasses
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geneticgan.benchmark.budget import SEEDS, STEPS, Budget, fit_budget
from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress, fill
from geneticgan.benchmark.launchers import Launcher
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.verdict import Measured, Verdict, decide
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError, RunError
from geneticgan.evaluation.probabilities import (
    GENERATED,
    TEMPERATURE,
    Calibration,
    median_calibration,
)
from geneticgan.inference.choice import CLASS_HEAD
from geneticgan.jobs.outcome import Report
from geneticgan.jobs.timing import time_methods
from geneticgan.jobs.train import plan as plan_run
from geneticgan.jobs.train import resume, train
from geneticgan.methods.asked import read_method
from geneticgan.methods.of_run import core_config
from geneticgan.protocols.judge import HELD_OUT, Judge, read_judge
from geneticgan.specs import parse_specs
from geneticgan.training.hooks import Observer
from geneticgan.training.run_folder import write_json
from geneticgan.training.setup import load_parts

REFERENCE = "oscn"
"""Plain oversampling, which all are compared with."""

CANDIDATES = "oscn,balanced-softmax,logit-adjustment,ldam-drw,crt,dos,probe,aggan"
"""What is compared unless methods are named."""

PATIENCE = 1 / 6
"""Share of the budget that the timing of one method may take; what takes longer would not fit."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    config : TrainConfig
        The images and the networks; what methods share.
    methods : tuple of str
        Specs, the reference among them.
    out : Path
        Folder of all that comes of it; one that holds the same request is gone on with.
    seconds : float
        What there is, the last training of the winner included.
    workers : int
        Trainings at once.
    judge : Judge
        What the methods are compared by.
    steps, seeds : int or None
        Settled by the caller, or chosen so that they fit.
    """

    config: TrainConfig
    methods: tuple[str, ...]
    out: Path
    seconds: float
    workers: int
    judge: Judge
    steps: int | None = None
    seeds: int | None = None


@dataclass(frozen=True)
class Plan:
    """What will be done.

    Attributes
    ----------
    split : Split
        The images.
    budget : Budget
        Methods, steps, splits and the time that they take.
    cannot : dict of str to str
        Methods that cannot be trained here, and why.
    """

    split: Split
    budget: Budget
    cannot: dict[str, str]


def make_request(
    config: TrainConfig,
    methods: str,
    out: Path,
    seconds: float,
    workers: int,
    steps: int | None = None,
    seeds: int | None = None,
    judge: str = HELD_OUT,
) -> Request:
    """Return a request, to which the reference is added.

    Raises
    ------
    PluginError
        If a method or judge is unknown.
    ConfigError
        If fewer than two splits are asked for, the judge looks at the test part, or offsets are
        asked for where nothing can tell them.
    """
    specs = parse_specs(methods)
    for spec in specs:
        read_method(str(spec))
    if config.calibration == GENERATED:
        raise ConfigError(
            "the winner need not generate images; choose with --calibration temperature or offsets"
        )
    if seeds is not None and seeds < 2:
        raise ConfigError("--seeds must be at least 2: one split says nothing of chance")
    names = tuple(dict.fromkeys([REFERENCE, *map(str, specs)]))
    by = read_judge(judge)
    if not by.holds_out and config.calibration != TEMPERATURE:
        raise ConfigError("offsets are fitted on held-out images; choose with --judge held-out")
    # The test part and the imbalanced subset are drawn once; splits differ within them.
    config = dataclasses.replace(config, validation_fraction=by.share, split_seed=config.seed)
    return Request(config, names, out, seconds, workers, by, steps, seeds)


def make_plan(request: Request, observers: Sequence[Observer] = ()) -> Plan:
    """Load the images, time the methods and fit the comparison to the budget.

    A plan that the folder holds already is returned as it is.

    Raises
    ------
    RunError
        If the folder holds another request, or something else.
    GeneticGanError
        For anything else the user can mend.
    """
    source, split = load_parts(request.config, observers)
    file = request.out / "plan.json"
    asked = _asked(request, split)
    if file.is_file():
        found = read_json(file)
        if not isinstance(found, dict) or found.get("asked") != asked:
            raise RunError(
                f"{request.out} holds a choice among other methods, images or options; use "
                "another --out"
            )
        known = found["budget"]
        budget = Budget(
            tuple(known["methods"]),
            tuple(known["left_out"]),
            known["steps"],
            known["seeds"],
            known["seconds"],
        )
        return Plan(split, budget, dict(found["cannot"]))
    if request.out.exists() and (not request.out.is_dir() or any(request.out.iterdir())):
        raise RunError(f"{request.out} is not empty; choose another --out")
    begun = time.perf_counter()
    request.judge.make_images(source, split)
    costs, cannot = time_methods(
        *(request.config, request.methods, REFERENCE, split, observers),
        patience=PATIENCE * request.seconds,
    )
    budget = fit_budget(
        costs,
        request.seconds - (time.perf_counter() - begun),
        request.workers,
        REFERENCE,
        STEPS if request.steps is None else (request.steps,),
        SEEDS if request.seeds is None else (request.seeds,),
    )
    try:
        request.out.mkdir(parents=True, exist_ok=True)
        saved = {"asked": asked, "budget": dataclasses.asdict(budget), "cannot": cannot}
        write_json(file, saved)
    except OSError as error:
        raise RunError(f"{request.out} cannot be written: {error.strerror or error}") from error
    return Plan(split, budget, cannot)


def compare(
    request: Request,
    plan: Plan,
    launcher: Launcher,
    on_progress: Callable[[Progress], None],
    command: str = "",
) -> Verdict:
    """Train every method on every split, those that are not on disk, and decide.

    Raises
    ------
    RunError
        If the reference cannot be trained.
    """
    trials = request.out / "trials"
    cells = _cells(request, plan)
    fill(cells, trials, launcher, on_progress, command)
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
    verdict = decide(measured, REFERENCE, request.judge.share)
    write_json(request.out / "verdict.json", dataclasses.asdict(verdict))
    return verdict


def _cells(request: Request, plan: Plan) -> list[Cell]:
    """Return the trainings of a comparison."""
    return [
        Cell(
            method,
            dataclasses.replace(request.config, seed=seed, steps=plan.budget.steps),
            protocols=request.judge.protocols,
            calibrates=request.judge.holds_out,
        )
        for seed in range(plan.budget.seeds)
        for method in plan.budget.methods
    ]


def _calibration(request: Request, plan: Plan, method: str) -> Calibration | None:
    """Return the median of what a method's splits found on the images that they held out."""
    folder = BenchmarkFolder(request.out / "trials")
    cells = [cell for cell in _cells(request, plan) if cell.method == method]
    read = [folder.read(cell.place()) for cell in cells]
    kind = request.config.calibration
    found = [each.calibrations[kind] for each in read if each and kind in each.calibrations]
    return median_calibration(found) if found else None


def hand_over(
    request: Request, plan: Plan, verdict: Verdict, observers: Sequence[Observer]
) -> Report:
    """Train the winner on all training images, in the run folder ``run``; raises as `train`.

    Nothing is held out there: its classifier is calibrated by what the splits have found.
    """
    path = request.out / "run"
    if (path / "config.json").is_file():
        return resume(path, observers)
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
    )


def _asked(request: Request, split: Split) -> dict[str, object]:
    """Return what makes a request this one, as a file gives it back."""
    found = {
        "config": request.config.to_json(),
        "methods": list(request.methods),
        "judge": request.judge.text,
        "data": split.fingerprint,
        "steps": request.steps,
        "seeds": request.seeds,
    }
    return dict(json.loads(json.dumps(found)))
