"""Confusion matrices side by side, before and after (figure 6)."""

from __future__ import annotations

import dataclasses
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
    """Draw matrices side by side, with each row in percent of its true class.

    For narrow screens they stand below each other, and are scaled down to fit.

    Parameters
    ----------
    confusions : mapping
        Maps a method's title to K rows (true) of K counts (predicted).
    class_names : sequence of str
        The K names of the classes.
    """
    # Even a single one is wider than a narrow screen, where it has to be scaled down.
    wide = _draw(confusions, class_names, below=False)
    return dataclasses.replace(wide, narrow=_draw(confusions, class_names, below=True))


def _draw(
    confusions: Mapping[str, Sequence[Sequence[float]]], class_names: Sequence[str], below: bool
) -> Picture:
    names = [shortened(name, 12) for name in figure_names(class_names)]
    side = max(4.2, 1.6 + 0.42 * len(names))
    with style(*names, *confusions):
        count = len(confusions)
        if below:
            figure = new_figure(side + 1.4, side * count + 0.9)
            panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        else:
            figure = new_figure(side * count + 1.4, side + 1.3)
            panels = figure.subplots(1, count, sharey=True, squeeze=False)[0]
        for axes, (title, matrix) in zip(panels, confusions.items(), strict=True):
            counts = np.asarray(matrix, float)
            shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=100)
            axes.set_title(shortened(title, int(8 * side)))
            axes.grid(False)
            if not below or axes is panels[-1]:
                axes.set_xlabel("predicted")
            if below or axes is panels[0]:
                axes.set_ylabel("true")
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
        bar = figure.colorbar(
            image,
            ax=list(panels),
            label="percent of the true class",
            shrink=0.8 / (count if below else 1),
        )
        bar.outline.set_edgecolor(FOREGROUND)
        figure.draw_without_rendering()  # square panels have their place only after a second pass
        return picture(
            figure,
            "confusion",
            "Confusion matrices",
            f"Share of each true class predicted as each class, for {' and '.join(confusions)}.",
        )
