"""Samples by class, with real above generated images (figure 4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.textpath import TextPath

from geneticgan.data.dataset import UInt8Array
from geneticgan.report.figures.style import (
    Picture,
    literal,
    new_figure,
    picture,
    style,
    with_narrow,
)

Rows = Sequence[tuple[str, UInt8Array]]
"""A label on the left, and images of shape (columns, H, W, 3)."""


POINTS = 11
"""The size of labels."""


def draw_samples(panels: Sequence[Rows], name: str, title: str, alt: str) -> Picture:
    """Draw rows of images, in panels side by side, or below each other for narrow screens."""
    one = [[row for panel in panels for row in panel]]
    return with_narrow(lambda below: _draw(one if below else panels, name, title, alt), len(panels))


def _draw(panels: Sequence[Rows], name: str, title: str, alt: str) -> Picture:
    rows = max(len(panel) for panel in panels)
    columns = max(len(images) for panel in panels for _, images in panel)
    labels = [label for panel in panels for label, _ in panel]
    with style(*labels):
        left = 0.3 + max(map(_inches, labels), default=0.0)
        figure = new_figure((left + 0.4 * columns) * len(panels), 0.44 * rows + 0.1)
        grid = figure.subplots(rows, len(panels), squeeze=False)
        for column, panel in enumerate(panels):
            for row, axes in enumerate(grid[:, column]):
                axes.set_axis_off()
                axes.set_anchor("E")  # all that is left over is room for the label
                if row < len(panel):
                    label, images = panel[row]
                    axes.imshow(_strip(images, columns), interpolation="nearest")
                    axes.text(
                        -0.02,
                        0.5,
                        literal(label),
                        transform=axes.transAxes,
                        ha="right",
                        va="center",
                        fontsize=POINTS,
                    )
        return picture(figure, name, title, alt)


def _inches(label: str) -> float:
    """Return how wide a label is."""
    if not label.strip():
        return 0.0
    return float(TextPath((0, 0), literal(label), size=POINTS).get_extents().width) / 72


def _strip(images: UInt8Array, columns: int) -> UInt8Array:
    """Return images side by side; gaps and missing images are transparent."""
    count, height, width, _ = images.shape
    gap = max(1, width // 16)
    strip = np.zeros((height, columns * (width + gap) - gap, 4), np.uint8)
    for number in range(count):
        left = number * (width + gap)
        strip[:, left : left + width] = np.dstack(
            [images[number], np.full((height, width), 255, np.uint8)]
        )
    return strip
