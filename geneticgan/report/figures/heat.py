"""A grid over initial temperature and annealing coefficient (figure 10)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from geneticgan.report.figures.style import FOREGROUND, Picture, new_figure, picture, style


def draw_grid(values: Mapping[tuple[float, float], tuple[float, float]], metric: str) -> Picture:
    """Draw the mean and deviation of a metric, in percent, by (T, alpha)."""
    rows = sorted({t for t, _ in values})
    columns = sorted({alpha for _, alpha in values})
    means = np.full((len(rows), len(columns)), np.nan)
    for (t, alpha), (mean, _) in values.items():
        means[rows.index(t), columns.index(alpha)] = mean
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    with style():
        figure = new_figure(3.2 + 1.5 * len(columns), 1.8 + 0.75 * len(rows))
        axes = figure.subplots()
        image = axes.imshow(means, cmap="cividis", aspect="auto")
        axes.grid(False)
        axes.set_xticks(range(len(columns)), [f"{alpha:g}" for alpha in columns])
        axes.set_yticks(range(len(rows)), [f"{t:g}" for t in rows])
        axes.set_xlabel("annealing coefficient alpha")
        axes.set_ylabel("initial temperature T")
        for (t, alpha), (mean, deviation) in values.items():
            dark = mean < low + 0.6 * (high - low)
            axes.text(
                columns.index(alpha),
                rows.index(t),
                f"{mean:.1f} ± {deviation:.1f}",
                ha="center",
                va="center",
                color="white" if dark and high > low else "black",
            )
        bar = figure.colorbar(image, label=f"{metric}, percent")
        bar.outline.set_edgecolor(FOREGROUND)
        alt = "; ".join(f"T {t:g}, alpha {a:g}: {m:.1f}" for (t, a), (m, _) in values.items())
        return picture(figure, "temperatures", "Temperature and cooling", f"{metric}: {alt}.")
