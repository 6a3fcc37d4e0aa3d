"""Average ranks over data sets, with significance bars (Demsar 2006, figure 1)."""

from __future__ import annotations

from collections.abc import Mapping

from geneticgan.evaluation.ranks import LEVEL, Ranks
from geneticgan.report.figures.charts import colour
from geneticgan.report.figures.style import FOREGROUND, Picture, literal, new_figure, picture, style


def draw_ranks(ranks: Ranks, titles: Mapping[str, str], name: str, metric: str) -> Picture:
    """Draw average ranks; bars join methods without a significant difference (Nemenyi test).

    Parameters
    ----------
    ranks : Ranks
        The ranks to draw.
    titles : mapping
        Maps a method to its name in figures.
    name : str
        Name of the picture.
    metric : str
        The metric by which methods were ranked.
    """
    order, groups = list(ranks.average), ranks.groups()
    with style(*titles.values()):
        figure = new_figure(8.0, 1.9 + 0.36 * len(order) + 0.12 * len(groups))
        axes = figure.subplots()
        rows = range(len(order))
        axes.plot(list(ranks.average.values()), rows, "o", color=colour(0), markersize=8)
        axes.set_yticks(list(rows), [literal(titles[method]) for method in order])
        for number, group in enumerate(groups):
            ends = [ranks.average[group[0]], ranks.average[group[-1]]]
            height = len(order) - 0.3 + 0.4 * number
            axes.plot(ends, [height, height], color=colour(1), linewidth=4)
        width = ranks.critical_difference
        axes.plot([1, 1 + width], [-1, -1], color=FOREGROUND, linewidth=2, marker="|")
        axes.annotate(f"critical difference {width:.2f}", (1, -1.2), va="bottom")
        axes.set_ylim(len(order) + 0.4 * max(1, len(groups)), -2.0)
        axes.set_xlim(0.8, max(len(order), 1 + width) + 0.2)
        axes.grid(False, axis="y")
        axes.set_xlabel("average rank, 1 is best")
        said = ", ".join(f"{titles[m]} {value:.2f}" for m, value in ranks.average.items())
        alt = (
            f"Average ranks by {metric} over {ranks.datasets} tables: {said}; critical difference "
            f"{width:.2f} at level {LEVEL:g}."
        )
        return picture(figure, name, "Average ranks", alt)
