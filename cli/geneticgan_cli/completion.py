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
    return [CompletionItem(before + comma + name) for name in _named(GROUPS[str(param.name)], word)]


def complete_dataset(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the data sets whose names begin as typed."""
    return [CompletionItem(name) for name in _named("datasets", incomplete)]


def complete_any_plugin(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the plugins of all groups whose names begin as typed."""
    groups = sorted({*GROUPS.values(), "backbones"})
    names = dict.fromkeys(name for group in groups for name in _named(group, incomplete))
    return [CompletionItem(name) for name in names]


def _named(group: str, word: str) -> list[str]:
    found = find_plugins(f"geneticgan.{group}")
    return list(dict.fromkeys(each.name for each in found if each.name.startswith(word)))


def complete_classes(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the class names of the run typed earlier in the command; empty if it is no run.

    In a list such as ``cats=0.9,dogs=0.1`` the last one is completed; a value follows each name.
    """
    listed = param.name != "class_name"
    before, comma, word = incomplete.rpartition(",") if listed else ("", "", incomplete)
    sign = "=" if listed else ""
    run = ctx.params.get("run") or next(iter(ctx.args), "")  # Click stops at the option's own word
    try:
        text = (Path(run) / "model.json").read_text(encoding="utf-8")
        names = [str(name) for name in json.loads(text)["class_names"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [CompletionItem(before + comma + name + sign) for name in names if name.startswith(word)]
