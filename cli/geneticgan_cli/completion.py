"""Shell completion of the names of plugins and of a run's classes; no plugin is imported."""

from __future__ import annotations

import json
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from geneticgan.registry import find_plugins

GROUPS = {
    "architecture": "architectures",
    "dataset": "datasets",
    "datasets": "datasets",
    "fitness": "fitness",
    "imbalance": "imbalances",
    "method": "methods",
    "methods": "methods",
    "mutations": "mutations",
    "protocols": "protocols",
    "schedule": "schedules",
    "selection": "selections",
}
"""The plugin group that each option takes its names from."""


def complete_plugins(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return completions of the last word in a list, each with the words before it."""
    before, comma, word = incomplete.rpartition(",")
    found = find_plugins(f"geneticgan.{GROUPS[str(param.name)]}")
    names = dict.fromkeys(each.name for each in found if each.name.startswith(word))
    return [CompletionItem(before + comma + name) for name in names]


def complete_classes(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the class names of the run typed earlier in the command; empty if it is no run."""
    run = ctx.params.get("run") or next(iter(ctx.args), "")  # Click stops at the option's own word
    try:
        text = (Path(run) / "model.json").read_text(encoding="utf-8")
        names = [str(name) for name in json.loads(text)["class_names"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
