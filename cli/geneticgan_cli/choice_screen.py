"""The screens of ``geneticgan choose``."""

from __future__ import annotations

from collections.abc import Callable

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.verdict import Verdict
from geneticgan.jobs.planned import REFERENCE, Plan, Request
from geneticgan_cli.console import Console


def print_plan(console: Console, request: Request, plan: Plan) -> None:
    """Say what will be done and how long it takes, before it begins."""
    budget = plan.budget
    splits = f"{budget.seeds} splits, each holding out {request.judge.share:.0%} of every class"
    if not request.judge.holds_out:
        splits = f"{budget.seeds} seeds, judged on {request.judge.text} images, learning from all"
    lines = [
        f"To compare: {', '.join(budget.methods)}; {splits} of the training part; "
        f"{budget.steps} steps of {request.config.batch_size} images per training, "
        f"{plan.workers} at once.",
        f"This takes about {duration(budget.seconds)}, including the last training; the estimate "
        f"took {duration(plan.timing)}.",
    ]
    if plan.back:
        lines.append(f"Included again, since the budget is larger now: {', '.join(plan.back)}.")
    if budget.seconds > request.seconds:
        lines.append(
            f"That is more than the budget of {duration(request.seconds)}, in which nothing "
            "smaller can be trained and handed over."
        )
    if budget.left_out:
        lines.append(
            f"Left out because they take too long: {', '.join(budget.left_out)}; a larger --budget "
            "compares more."
        )
    lines += [f"Left out: {name}, {why}." for name, why in plan.cannot.items()]
    for line in lines:
        console.say(line)


def naming(request: Request) -> Callable[[Cell], str]:
    """Return a function that names a training; all of a choice use the same images."""
    kind = "split" if request.judge.holds_out else "seed"
    first = 1 if request.judge.holds_out else 0
    return lambda cell: f"{cell.name or cell.method}, {kind} {cell.config.seed + first}"


def print_verdict(console: Console, request: Request, plan: Plan, verdict: Verdict) -> None:
    """Print the comparison and what to use."""
    over = "split" if request.judge.holds_out else "seed"
    over = f"1 {over}" if plan.budget.seeds == 1 else f"{plan.budget.seeds} {over}s"
    table = Table(
        title=f"On {request.judge.text} images, {over}, in percent",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("method")
    split = plan.split
    rarest = split.class_names[split.smallest_class]
    heads = ("ACSA", "over oversampling", Text(f"recall of {rarest!r}"), "seconds")
    for head in heads:
        table.add_column(head, justify="right")
    for each in verdict.candidates:
        lead = f"{each.lead.mean:+.1f} ± {each.lead.half_width:.1f}"
        cells = (
            f"{each.mean:.1f} ± {each.deviation:.1f}",
            "" if each.method == REFERENCE else lead,
            f"{each.smallest_recall:.1f}",
            f"{each.seconds:.1f}",
        )
        style = "bold" if each.method == verdict.winner.method else ""
        table.add_row(Text(each.title), *cells, style=style)
    console.print(table)
    for name, why in plan.cannot.items():
        console.say(f"Not compared: {name}, {why}.")
    console.say(verdict.sentence, style="bold")


def duration(seconds: float) -> str:
    """Return a duration in the units that people would use."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
