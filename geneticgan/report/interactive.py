"""Self-contained line charts by Bokeh that can be zoomed and show values under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geneticgan.report.figures.charts import LineChart, colour, dash

INK = "#7a7d85"
"""Colour of text and axes until the page's script sets one: readable on white and on black."""

DASHES = {"-": "solid", "--": "dashed", "-.": "dashdot", ":": "dotted"}
HEIGHT_PIXELS = 340
LEGEND_ROW_PIXELS = 20
LEGEND_COLUMNS = 3
ENTRY_GAP = 10
"""The pixels between entries of a legend."""

LEGEND_LETTERS = 30
"""The letters of a row of a legend that fit a telephone's screen, beside the lines' samples."""

DIGITS = 6


def library() -> str:
    """Return BokehJS as inline script elements."""
    from bokeh.resources import Resources

    return Resources(mode="inline", components=["bokeh"]).render_js()


def embed_charts(charts: Sequence[LineChart]) -> tuple[str, dict[str, str]]:
    """Return the script element that draws charts, and each chart's HTML element by name."""
    from bokeh.embed import components

    script, divisions = components({chart.name: _plot(chart) for chart in charts})
    return script, divisions


def _plot(chart: LineChart) -> Any:
    from bokeh.models import ColumnDataSource, HoverTool
    from bokeh.models.annotations import Legend, LegendItem
    from bokeh.plotting import figure

    limits = chart.limits()
    ranges: dict[str, Any] = {"y_range": limits} if limits else {}
    places = {float(x) for line in chart.lines.values() for x in line.x}
    if len(places) == 1 and not chart.log_x:  # a single point, around which ticks would overlap
        ranges["x_range"] = (min(places) - 1, max(places) + 1)
    columns = legend_columns(list(chart.lines))
    further_rows = -(-len(chart.lines) // columns) - 1
    plot: Any = figure(
        height=HEIGHT_PIXELS + LEGEND_ROW_PIXELS * further_rows,
        sizing_mode="stretch_width",
        tools="box_zoom,wheel_zoom,pan,reset,save",
        active_drag=None,  # a finger on a phone scrolls the page
        active_scroll=None,
        x_axis_label=chart.x_label,
        y_axis_label=chart.y_label,
        x_axis_type="log" if chart.log_x else "linear",
        y_axis_type="log" if chart.log_y else "linear",
        **ranges,
        background_fill_alpha=0,
        border_fill_alpha=0,
        outline_line_color=None,
    )
    plot.toolbar.logo = None
    scale = 100.0 if chart.percent else 1.0
    entries = []
    for name, line in chart.lines.items():
        number = chart.number(name)
        y = np.round(scale * line.y, DIGITS)
        data = {"x": np.round(line.x, DIGITS), "y": y, "name": [name] * len(y)}
        style: dict[str, Any] = {"color": colour(number), "line_dash": DASHES[dash(number)]}
        drawn = plot.line("x", "y", source=ColumnDataSource(data), line_width=2.5, **style)
        glyphs: list[Any] = [drawn]
        if len(y) == 1:  # a line of one point would be invisible
            glyphs.append(
                plot.scatter("x", "y", source=drawn.data_source, size=8, color=style["color"])
            )
        if line.spread is not None:
            half = scale * line.spread
            band = plot.varea(line.x, y - half, y + half, color=colour(number), alpha=0.12)
            glyphs.append(band)
        entries.append(LegendItem(label=name, renderers=glyphs))
        plot.add_tools(
            HoverTool(
                renderers=[drawn],
                tooltips=[(chart.x_label, "@x{0.[00]}"), (name, "@y{0.[0000]}")],
                mode="vline" if len(chart.lines) == 1 else "mouse",
                visible=False,  # always on, so it needs no button
            )
        )
    if len(entries) > 1:
        legend = Legend(
            items=entries,
            orientation="horizontal",
            ncols=columns,
            spacing=ENTRY_GAP,
            click_policy="hide",
            background_fill_alpha=0,
            border_line_color=None,
            label_text_color=INK,
        )
        plot.add_layout(legend, "above")
    for axis in plot.axis:
        axis.axis_label_text_color = axis.major_label_text_color = INK
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = INK
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = axis.major_label_text_font_size = "13px"
    plot.grid.grid_line_color = INK
    plot.grid.grid_line_alpha = 0.25
    return plot


def legend_columns(names: Sequence[str]) -> int:
    """Return as many columns as fit a narrow screen, at least one."""
    longest = max(map(len, names), default=1)
    return max(1, min(LEGEND_COLUMNS, len(names), LEGEND_LETTERS // max(1, longest)))
