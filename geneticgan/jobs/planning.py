"""Makes the request for a choice among methods, and the plan that fits its time."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

from geneticgan.benchmark.budget import SEEDS, STEPS, Budget, Cost, fit_budget
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError, RunError
from geneticgan.evaluation.probabilities import GENERATED, TEMPERATURE
from geneticgan.files import not_written
from geneticgan.jobs.planned import REFERENCE, SPARE, TIMING, Plan, Request, last_cost
from geneticgan.jobs.rehearsing import rehearse, shape_of
from geneticgan.jobs.taking_back import take_back
from geneticgan.jobs.timing import time_methods
from geneticgan.methods.asked import read_method
from geneticgan.protocols.judge import HELD_OUT, read_judge
from geneticgan.specs import parse_specs
from geneticgan.training.hooks import Observer
from geneticgan.training.run_folder import write_json
from geneticgan.training.setup import load_parts

CANDIDATES = "oscn,balanced-softmax,deep-ensemble,logit-adjustment,ldam-drw,dos,probe,aggan"
"""The methods that are compared by default."""

CROWDED = 1.25
"""The factor by which a training takes longer if others run on the same machine."""

ENDING = 7.0
"""The overhead in seconds of the last training on an idle machine: checking images, evaluating,
calibrating, drawing and writing."""

START = 12.0
"""The seconds until a process has loaded everything and is ready to train."""


def make_request(
    config: TrainConfig,
    methods: str,
    out: Path,
    seconds: float,
    workers: int,
    steps: int | None = None,
    seeds: int | None = None,
    judge: str = HELD_OUT,
    begun: float | None = None,
) -> Request:
    """Return a request, with the reference added; its time starts at ``begun``, by default now.

    Raises
    ------
    PluginError
        If a method or judge is unknown.
    ConfigError
        If fewer than two splits are requested, the judge uses the test part, or offsets are
        requested but cannot be fitted.
    """
    begun = time.perf_counter() if begun is None else begun
    specs = parse_specs(methods)
    for spec in specs:
        read_method(str(spec))
    if config.calibration == GENERATED:
        raise ConfigError(
            "the winner need not generate images; choose with --calibration temperature or offsets"
        )
    if seeds is not None and seeds < 2:
        raise ConfigError("--splits must be at least 2: one split says nothing about chance")
    names = tuple(dict.fromkeys([REFERENCE, *map(str, specs)]))
    by = read_judge(judge)
    if not by.holds_out and config.calibration != TEMPERATURE:
        raise ConfigError("offsets are fitted on held-out images; choose with --judge held-out")
    # The test part and the imbalanced subset are drawn once; splits differ within them.
    config = dataclasses.replace(config, validation_fraction=by.share, split_seed=config.seed)
    return Request(config, names, out, seconds, workers, by, steps, seeds, begun)


def make_plan(request: Request, observers: Sequence[Observer] = ()) -> Plan:
    """Load the images, time the methods and fit the comparison to the budget.

    If the folder already holds a plan, it is returned, with more methods if a larger budget has
    room for them.

    Raises
    ------
    RunError
        If the folder holds another request, or something else.
    GeneticGanError
        For anything else that the user can fix.
    """
    source, split = load_parts(request.config, observers)
    if plan_file(request).is_file():
        return _read(request, split, observers)
    if request.out.exists() and (not request.out.is_dir() or any(request.out.iterdir())):
        raise RunError(f"{request.out} is not empty; choose another --out")
    configs = [dataclasses.replace(request.config, method=method) for method in request.methods]
    rehearse(configs, shape_of(split), request.judge.protocols)
    request.judge.make_images(source, split)
    before = request.spent
    load_parts(request.config)  # as every training does, now that they are decoded
    around = request.spent - before
    found = time_methods(
        *(request.config, request.methods, REFERENCE, split, observers),
        seconds=TIMING * request.seconds,
    )
    ending, start = ENDING * found.shared, START * found.shared
    left = request.seconds - request.spent
    several = request.workers > 1 and (left - start) * request.workers > left
    crowded = CROWDED if several else 1.0
    costs = {method: cost.plus(0.0, crowded) for method, cost in found.costs.items()}
    workers = request.workers if several else 1
    budget = fit_budget(
        {method: cost.plus(around) for method, cost in costs.items()},
        {method: last_cost(request.config, costs, method, around + ending) for method in costs},
        (1 - SPARE) * (left - (start if several else 0.0)),
        workers,
        REFERENCE,
        STEPS if request.steps is None else (request.steps,),
        SEEDS if request.seeds is None else (request.seeds,),
    )
    for method in [each for each in budget.left_out if math.isinf(costs[each].fixed)]:
        del costs[method]
    if several:
        budget = dataclasses.replace(budget, seconds=budget.seconds + start)
    timing = request.spent - before
    plan = Plan(split, budget, found.cannot, costs, workers, timing, around, ending)
    try:
        request.out.mkdir(parents=True, exist_ok=True)
        write_plan(request, plan)
    except OSError as error:
        raise not_written(request.out, error) from error
    return plan


def plan_file(request: Request) -> Path:
    """Return the file of the plan."""
    return request.out / "plan.json"


def write_plan(request: Request, plan: Plan) -> None:
    """Write the current plan, with the time spent."""
    saved = dataclasses.asdict(dataclasses.replace(plan, spent=plan.spent + request.spent))
    del saved["split"], saved["back"]
    asked = _asked(request, plan.split)
    write_json(plan_file(request), {"asked": asked, "seconds": request.seconds, **saved})


def _read(request: Request, split: Split, observers: Sequence[Observer]) -> Plan:
    found = read_json(plan_file(request))
    if not isinstance(found, dict) or found.get("asked") != _asked(request, split):
        raise RunError(
            f"{request.out} holds a choice among other methods, images or options; choose "
            "another --out"
        )
    known = found["budget"]
    methods, left_out = tuple(known["methods"]), tuple(known["left_out"])
    budget = Budget(methods, left_out, known["steps"], known["seeds"], known["seconds"])
    costs = {method: Cost(**each) for method, each in found["costs"].items()}
    times = (found[name] for name in ("workers", "timing", "around", "ending", "spent"))
    plan = Plan(split, budget, dict(found["cannot"]), costs, *times)
    if request.seconds > found.get("seconds", request.seconds):
        take_back(request, plan, observers)
    return plan


def _asked(request: Request, split: Split) -> dict[str, object]:
    """Return what identifies a request, as it would be read from a file."""
    found = {
        "config": request.config.to_json(),
        "methods": list(request.methods),
        "judge": request.judge.text,
        "data": split.fingerprint,
        "steps": request.steps,
        "seeds": request.seeds,
    }
    return dict(json.loads(json.dumps(found)))
