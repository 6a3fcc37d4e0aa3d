"""A bar chart of the cost of a training epoch (figure 8, right)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from geneticgan.report.figures.charts import colour
from geneticgan.report.figures.style import Picture, new_figure, picture, shortened, style


def draw_costs(seconds: Mapping[str, float]) -> Picture:
    """Draw the seconds that each method took for an epoch, for wide and for narrow screens."""
    return replace(_draw(seconds, 8.0, 36), narrow=_draw(seconds, 4.8, 18))


def _draw(seconds: Mapping[str, float], inches: float, letters: int) -> Picture:
    with style(*seconds):
        figure = new_figure(inches, 1.3 + 0.42 * len(seconds))
        axes = figure.subplots()
        rows = range(len(seconds))
        bars = axes.barh(rows, list(seconds.values()), color=colour(0))
        axes.set_yticks(rows, [shortened(name, letters) for name in seconds])
        axes.bar_label(bars, fmt="%.3g", padding=4)
        axes.invert_yaxis()
        axes.grid(False, axis="y")
        axes.margins(x=0.12)
        axes.set_xlabel("seconds per epoch")
        alt = ", ".join(f"{name} {value:.3g} s" for name, value in seconds.items())
        return picture(figure, "costs", "Cost of an epoch", f"Seconds per epoch: {alt}.")
