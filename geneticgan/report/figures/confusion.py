"""Confusion matrices side by side, before and after (figure 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geneticgan.report.figures.fonts import figure_names
from geneticgan.report.figures.style import (
    FOREGROUND,
    Picture,
    new_figure,
    picture,
    shortened,
    style,
)

WRITTEN = 12
"""Largest number of classes for which values are written into the cells."""


def draw_confusions(
    confusions: Mapping[str, Sequence[Sequence[float]]], class_names: Sequence[str]
) -> Picture:
    """Draw matrices, with each row in percent of its true class.

    Parameters
    ----------
    confusions : mapping
        Maps a method's title to K rows (true) of K counts (predicted).
    class_names : sequence of str
        The K names of the classes.
    """
    names = [shortened(name, 12) for name in figure_names(class_names)]
    side = max(4.2, 1.6 + 0.42 * len(names))
    with style(*names, *confusions):
        figure = new_figure(side * len(confusions) + 1.4, side + 1.3)
        panels = figure.subplots(1, len(confusions), sharey=True, squeeze=False)[0]
        for axes, (title, matrix) in zip(panels, confusions.items(), strict=True):
            counts = np.asarray(matrix, float)
            shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=100)
            axes.set_title(shortened(title, int(8 * side)))
            axes.grid(False)
            axes.set_xlabel("predicted")
            axes.set_xticks(range(len(names)), names, rotation=90)
            axes.set_yticks(range(len(names)), names)
            if len(names) <= WRITTEN:
                for row, column in np.ndindex(shares.shape):
                    if shares[row, column] >= 0.5:
                        dark = shares[row, column] < 60
                        axes.text(
                            column,
                            row,
                            f"{shares[row, column]:.0f}",
                            ha="center",
                            va="center",
                            fontsize=10,
                            color="white" if dark else "black",
                        )
        panels[0].set_ylabel("true")
        bar = figure.colorbar(image, ax=list(panels), label="percent of the true class", shrink=0.8)
        bar.outline.set_edgecolor(FOREGROUND)
        return picture(
            figure,
            "confusion",
            "Confusion matrices",
            f"Share of each true class predicted as each class, for {' and '.join(confusions)}.",
        )
