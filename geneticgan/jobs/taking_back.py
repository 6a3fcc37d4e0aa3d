"""Adds methods to an unfinished choice if its budget has become larger."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from geneticgan.benchmark.budget import SEEDS, seconds_of
from geneticgan.benchmark.cell import TOO_LONG
from geneticgan.benchmark.timetable import NO_ROOM
from geneticgan.jobs.planned import REFERENCE, SPARE, TIMING, Plan, Request, last_cost
from geneticgan.jobs.timing import time_methods
from geneticgan.training.hooks import Observer


def take_back(request: Request, plan: Plan, observers: Sequence[Observer]) -> None:
    """Add methods to a plan that were left out for lack of time and fit now."""
    budget, kept = plan.budget, list(plan.budget.methods)
    late = [
        method
        for method in request.methods
        if method not in kept and plan.cannot.get(method, NO_ROOM) in (NO_ROOM, TOO_LONG)
    ]
    left = request.seconds - plan.spent - request.spent
    if unknown := [method for method in late if method not in plan.costs]:
        methods = (REFERENCE, *unknown)
        found = time_methods(
            *(request.config, methods, REFERENCE, plan.split, observers), seconds=TIMING * left
        )
        plan.cannot |= found.cannot
        known = {method: found.costs[method] for method in unknown if method in found.costs}
        plan.costs |= {method: cost for method, cost in known.items() if cost.fixed < math.inf}
        left = request.seconds - plan.spent - request.spent
    late = sorted(
        (method for method in late if method in plan.costs),
        key=lambda method: plan.costs[method].of(budget.steps),
    )
    seeds = budget.seeds if request.seeds else max(budget.seeds, min(SEEDS))
    ending = plan.around + plan.ending
    again = [plan.costs[method].of(budget.steps) + plan.around for method in kept]
    trainings = (seeds - budget.seeds) * again
    for method in late:
        each = plan.costs[method].of(budget.steps) + plan.around
        last = last_cost(request.config, plan.costs, method, ending).of(budget.steps)
        trainings += seeds * [each]
        if seconds_of(trainings, last, plan.workers) > (1 - SPARE) * left:
            break
        kept.append(method)
        plan.cannot.pop(method, None)
    order = tuple(method for method in request.methods if method in kept)
    left_out = tuple(method for method in budget.left_out if method not in kept)
    plan.back = tuple(method for method in order if method not in budget.methods)
    plan.budget = dataclasses.replace(budget, methods=order, left_out=left_out)
    if plan.back:
        plan.budget = dataclasses.replace(plan.budget, seeds=seeds)
