"""A run at a glance: a progress bar, the last numbers, and sparklines."""

from __future__ import annotations

import math

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from geneticgan.jobs.watching import View
from geneticgan.report.figures.charts import FloatArray
from geneticgan.report.history import History

BARS = "▁▂▃▄▅▆▇█"
COLUMNS = 48


def overview(view: View) -> RenderableType:
    """Return the screen that shows a view of a run."""
    steps = view.config.steps
    parts: list[RenderableType] = [Text(f"{view.path}: {view.config.dataset}", style="bold")]
    if view.lost:
        parts.append(Text(view.lost))
    if view.history is None:
        nothing = [] if view.finished else [Text("No generation has been written yet.")]
        return Group(*parts, *nothing, *([_results(view)] if view.results else []))
    done = int(view.history.steps[-1])
    parts += [
        Text(f"generation {done} of {steps}{_time_left(view.history, steps)}"),
        Padding(ProgressBar(total=steps, completed=done, width=COLUMNS)),
        _curves(view.history),
    ]
    if view.results:
        parts.append(_results(view))
    return Group(*parts)


def _time_left(history: History, steps: int) -> str:
    seconds, done = history.columns["seconds"][-1], history.steps[-1]
    if not math.isfinite(seconds) or done == steps:
        return ""
    return f", about {(steps - done) * seconds / done:.0f} s left"


def _curves(history: History) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("", "over time", "last"):
        table.add_column(head, justify="right" if head == "last" else "left")
    rows = {
        "temperature (log)": (np.log10(np.maximum(history.columns["T"], 1e-30)), "{:.3g}", "T"),
        "quality": (history.columns["quality"], "{:.3f}", "quality"),
        "diversity": (history.columns["diversity"], "{:.3f}", "diversity"),
        "accepted": (history.columns["accepted"], "{:.0%}", "accepted"),
        "images/s": (history.columns["images_per_second"], "{:.0f}", "images_per_second"),
    }
    for title, (values, form, name) in rows.items():
        recent = history.columns[name][-100:] if name == "accepted" else history.columns[name][-1:]
        last = form.format(np.nanmean(recent)) if np.isfinite(recent).any() else "-"
        table.add_row(title, sparkline(history.means(values).y), last)
    measured = {
        "validation ACSA": history.validation.y,
        "rarest class": history.validation_smallest.y,
    }
    for title, looks in measured.items():
        if len(looks):
            table.add_row(title, sparkline(looks), f"{looks[-1]:.1%}")
    won = {name: shares.mean() for name, shares in history.winners.items()}
    shares = "  ".join(f"{name} {share:.0%}" for name, share in won.items())
    table.add_row("won", Text(shares), "")
    return table


def sparkline(values: FloatArray) -> str:
    """Return values as at most `COLUMNS` bars, scaled from their minimum to their maximum."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return ""
    parts = np.array_split(finite, min(COLUMNS, len(finite)))
    means = np.array([part.mean() for part in parts])
    low, high = means.min(), means.max()
    if high == low:
        return BARS[len(BARS) // 2] * len(means)
    places = np.round((means - low) / (high - low) * (len(BARS) - 1)).astype(int)
    return "".join(BARS[place] for place in places)


def _results(view: View) -> Table:
    table = Table(title="On the test part, in percent")
    table.add_column("method")
    for head in ("ACSA", "macro F1", "G-mean"):
        table.add_column(head, justify="right")
    for row in view.results:
        figures = (f"{100 * row[key]:.1f}" for key in ("acsa", "f1", "g_mean"))
        table.add_row(Text(str(row["method"])), *figures)
    return table
