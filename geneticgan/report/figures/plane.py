"""Training and generated images among unseen ones, in a plane of features (figure 7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D

from geneticgan.evaluation.embedding import KINDS, Embedding
from geneticgan.report.figures.charts import colour
from geneticgan.report.figures.fonts import figure_names
from geneticgan.report.figures.style import (
    Picture,
    fitting_legend,
    new_figure,
    picture,
    style,
    with_narrow,
)

PANELS = {"training images": ("train",), "training + generated images": ("train", "generated")}
MARKERS = ("o", "^", "s", "v")


def draw_plane(embedding: Embedding, class_names: Sequence[str]) -> Picture:
    """Draw training images, without and with generated ones, over pale test images."""
    return with_narrow(lambda below: _draw(embedding, class_names, below), len(PANELS))


def _draw(embedding: Embedding, class_names: Sequence[str], below: bool) -> Picture:
    kinds = {kind: embedding.kinds == number for number, kind in enumerate(KINDS)}
    shown_names = figure_names(class_names)
    with style(*shown_names):
        figure = new_figure(4.8, 9.6) if below else new_figure(9.6, 5.6)
        rows, columns = (len(PANELS), 1) if below else (1, len(PANELS))
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat
        for axes, (title, shown) in zip(panels, PANELS.items(), strict=True):
            for label in range(len(class_names)):
                own = embedding.labels == label
                for kind, alpha, size in (("test", 0.22, 26), *((k, 0.95, 11) for k in shown)):
                    points = embedding.points[own & kinds[kind]]
                    axes.scatter(
                        points[:, 0],
                        points[:, 1],
                        s=size,
                        color=colour(label),
                        marker=MARKERS[label // 8 % len(MARKERS)],
                        alpha=alpha,
                        linewidths=0,
                        rasterized=True,
                    )
            axes.set_title(title)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.grid(False)
        handles = [
            Line2D(
                [],
                [],
                linestyle="",
                marker=MARKERS[label // 8 % len(MARKERS)],
                color=colour(label),
            )
            for label in range(len(class_names))
        ]
        if len(handles) <= 24:
            names = [name[:16] for name in shown_names]
            fitting_legend(figure, handles, names, "outside lower center")
        counts = {kind: int(np.sum(at)) for kind, at in kinds.items()}
        return picture(
            figure,
            "features",
            "Features of real and generated images",
            f"t-SNE of features: {counts['test']} test images (pale), {counts['train']} training "
            f"images (left), with {counts['generated']} generated ones (right), coloured by class.",
        )
