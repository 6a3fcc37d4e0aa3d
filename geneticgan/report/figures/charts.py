"""Line charts as data, drawn here as pictures and elsewhere as interactive charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from geneticgan.report.figures.style import (
    DASHES,
    PALETTE,
    Picture,
    fitting_legend,
    literal,
    new_figure,
    picture,
    style,
)

FloatArray = npt.NDArray[np.float64]


WHOLE = (-3.0, 103.0)
"""Axis limits for percentages from 0 to 100, with room for lines at either end."""

LEAST = 10.0
"""The least height of an axis of percentages, so that flat lines do not have it magnified."""


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes
    ----------
    x, y : array of float64
        Coordinates, of shape (N,); NaN in ``y`` leaves a gap.
    spread : array of float64 or None
        Half the height of a band around the line, of shape (N,).
    """

    x: FloatArray
    y: FloatArray
    spread: FloatArray | None = None


@dataclass(frozen=True)
class LineChart:
    """Lines over a common axis.

    Attributes
    ----------
    name, title, alt : str
        The same as for `Picture`.
    x_label, y_label : str
        Labels of the axes, with units.
    lines : mapping from str to Line
        The lines by their name in the legend.
    log_x, log_y : bool
        Whether the axes are logarithmic.
    percent : bool
        Whether the values are shares, to be shown in percent.
    whole : bool
        Whether the vertical axis goes from 0 to 100 percent, whatever the values are.
    objectives : bool
        Whether the lines are objectives, each of which has one colour in all charts of a report.
    numbers : mapping from str to int
        Numbers that determine a line's colour and dashes; by default its position among the
        lines.
    """

    name: str
    title: str
    alt: str
    x_label: str
    y_label: str
    lines: Mapping[str, Line] = field(default_factory=dict)
    log_x: bool = False
    log_y: bool = False
    percent: bool = False
    whole: bool = False
    objectives: bool = False
    numbers: Mapping[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """Return the number that determines a line's colour and dashes."""
        return self.numbers.get(name, list(self.lines).index(name))

    def limits(self) -> tuple[float, float] | None:
        """Return the ends of an axis of percentages, which has no room above 100 or below 0."""
        if self.whole or not self.percent:
            return WHOLE if self.whole else None
        spreads = (0 if line.spread is None else line.spread for line in self.lines.values())
        pairs = zip(self.lines.values(), spreads, strict=True)
        ends = [100 * (line.y + sign * half) for line, half in pairs for sign in (-1, 1)]
        values = np.concatenate([*ends, np.full(1, np.nan)])
        if np.isnan(values).all():
            return WHOLE
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        low = max(0.0, min(low, high - LEAST))
        high = min(100.0, max(high, low + LEAST))
        room = 0.03 * (high - low)
        return low - room, high + room


def colour(number: int) -> str:
    """Return the colour of the n-th item."""
    return PALETTE[number % len(PALETTE)]


def dash(number: int) -> str:
    """Return the dashes of the n-th line, which help to distinguish lines besides the colour."""
    return DASHES[(number + number // len(PALETTE)) % len(DASHES)]


def one_colour_each(charts: Sequence[LineChart]) -> list[LineChart]:
    """Return charts in which each objective has the same colour and dashes everywhere."""
    names = sorted({name for chart in charts if chart.objectives for name in chart.lines})
    numbers = {name: number for number, name in enumerate(names)}
    return [replace(chart, numbers=numbers) if chart.objectives else chart for chart in charts]


def draw_lines(chart: LineChart) -> Picture:
    """Draw a chart."""
    with style(*chart.lines):
        figure = new_figure()
        axes = figure.subplots()
        for name, line in chart.lines.items():
            number = chart.number(name)
            scale = 100.0 if chart.percent else 1.0
            # A line with a single point would be invisible.
            marker = "o" if len(line.x) < 4 else None
            axes.plot(
                line.x,
                scale * line.y,
                color=colour(number),
                linestyle=dash(number),
                marker=marker,
                label=literal(name),
            )
            if line.spread is not None:
                low, high = scale * (line.y - line.spread), scale * (line.y + line.spread)
                axes.fill_between(line.x, low, high, color=colour(number), alpha=0.15, linewidth=0)
        axes.set_xlabel(chart.x_label)
        axes.set_ylabel(chart.y_label)
        if limits := chart.limits():
            axes.set_ylim(*limits)
        if chart.log_x:
            axes.set_xscale("log")
        if chart.log_y:
            axes.set_yscale("log")
        if len(chart.lines) > 1:
            handles = axes.get_legend_handles_labels()[0]
            fitting_legend(figure, handles, list(chart.lines))
        return picture(figure, chart.name, chart.title, chart.alt)
