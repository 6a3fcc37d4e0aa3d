"""Dot plots of the smallest and the largest class, one row per method (figures 3, 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geneticgan.evaluation.metrics import class_scores
from geneticgan.report.figures.charts import colour
from geneticgan.report.figures.style import (
    Picture,
    new_figure,
    picture,
    shortened,
    style,
    with_narrow,
)

Confusion = Sequence[Sequence[int]]
MARKERS = ("o", "s", "D")


def draw_class_scores(
    confusions: Mapping[str, Sequence[Confusion]], classes: Mapping[str, int], name: str
) -> Picture:
    """Draw precision, recall and F1 of some classes, with a panel for each, side by side.

    For narrow screens the panels stand below each other.

    Parameters
    ----------
    confusions : mapping
        Maps a method's title to its confusion matrices, one per seed.
    classes : mapping from str to int
        Maps a panel's title to the class's label.
    name : str
        Name of the picture.
    """
    return with_narrow(lambda below: _draw(confusions, classes, name, below), len(classes))


def _draw(
    confusions: Mapping[str, Sequence[Confusion]],
    classes: Mapping[str, int],
    name: str,
    below: bool,
) -> Picture:
    titles = list(confusions)
    with style(*titles, *classes):
        room = min(36, max(map(len, titles)))
        if below:
            figure = new_figure(3.6 + 0.1 * room, 0.7 + (1.0 + 0.36 * len(titles)) * len(classes))
            panels = figure.subplots(len(classes), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        else:
            figure = new_figure(7.8 + 0.1 * room, 1.9 + 0.36 * len(titles))
            panels = figure.subplots(1, len(classes), sharey=True, squeeze=False)[0]
        for axes, (title, label) in zip(panels, classes.items(), strict=True):
            for number, key in enumerate(("precision", "recall", "F1")):
                each = [[class_scores(c, label)[number] for c in confusions[t]] for t in titles]
                means = [100 * float(np.mean(values)) for values in each]
                spread = [100 * float(np.std(values)) for values in each]
                axes.errorbar(
                    means,
                    np.arange(len(titles)) + 0.18 * (number - 1),
                    xerr=spread if max(spread) > 0 else None,
                    fmt=MARKERS[number],
                    color=colour(number),
                    label=key,
                    markersize=7,
                    elinewidth=1.5,
                )
            axes.set_title(shortened(title, 34))
            if not below or axes is panels[-1]:
                axes.set_xlabel("percent")
            axes.set_xlim(-3, 103)
        panels[0].set_ylim(-0.5, len(titles) - 0.5)  # markers of a single row would be cut
        panels[0].set_yticks(range(len(titles)), [shortened(title, 36) for title in titles])
        panels[0].invert_yaxis()
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        return picture(
            figure,
            name,
            "Smallest and largest class",
            f"Precision, recall and F1 on the test part of {' and '.join(classes)}, for "
            f"{', '.join(titles)}.",
        )
