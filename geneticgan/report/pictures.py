"""Pictures of samples by class, with real next to generated images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from geneticgan.data.dataset import Images, UInt8Array
from geneticgan.files import written_whole


def draw_classes(
    path: Path,
    real: Images,
    generated: Sequence[torch.Tensor],
    class_names: Sequence[str],
    counts: Sequence[int],
    columns: int = 8,
) -> str:
    """Draw a row for each class: real training images on the left, generated ones on the right.

    Parameters
    ----------
    path : Path
        Path of the PNG file.
    real : Images
        Training images; the first few of each class are shown.
    generated : sequence of Tensor
        For each class, uint8 images (N, C, H, W), N >= columns.
    class_names : sequence of str
        Names in the order of the labels, drawn as `geneticgan.report.figures.fonts.figure_names`
        returns them.
    counts : sequence of int
        Number of training images of each class, written next to its row.
    columns : int
        Number of images of either kind in a row.

    Returns
    -------
    str
        A sentence that names the classes drawn by number because no font has their name's
        characters; empty if there are none.
    """
    labels = row_labels(class_names, counts)
    panels = {"real (training images)": _first(real, len(labels), columns), "generated": generated}
    return _draw(path, labels, panels, columns, class_names)


def draw_contact_sheet(
    path: Path, images: Images, class_names: Sequence[str], columns: int = 16
) -> str:
    """Draw the first images of each class in a row, with its name and number of images.

    The result is that of `draw_classes`.
    """
    labels = row_labels(class_names, images.counts(len(class_names)))
    panels = {"training images": _first(images, len(labels), columns)}
    return _draw(path, labels, panels, columns, class_names)


def row_labels(class_names: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Return the labels of the rows: the classes' names in figures and their image counts."""
    from geneticgan.report.figures.fonts import figure_names

    pairs = zip(figure_names(class_names), counts, strict=True)
    return [f"{name[:24]}  ({count})" for name, count in pairs]


def _first(images: Images, classes: int, columns: int) -> list[torch.Tensor]:
    """Return the first images of each class."""
    chosen = (np.flatnonzero(images.labels == label)[:columns] for label in range(classes))
    return [torch.from_numpy(np.ascontiguousarray(images.pixels[each])) for each in chosen]


def _draw(
    path: Path,
    labels: Sequence[str],
    panels: Mapping[str, Sequence[torch.Tensor]],
    columns: int,
    class_names: Sequence[str],
) -> str:
    """Draw a labelled row for each class, in each of the panels side by side."""
    # Matplotlib's raster backend needs no screen and keeps no global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from geneticgan.report.figures.fonts import families, key_to_numbers

    rows = len(labels)
    margin_inches = 0.2 + 0.08 * max(map(len, labels))
    width_inches = margin_inches + 0.515 * columns * len(panels)
    height_inches = 0.5 * rows + 0.4
    figure = Figure(figsize=(width_inches, height_inches))
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, len(panels), squeeze=False)
    for column, (title, images) in enumerate(panels.items()):
        axes[0][column].set_title(title, fontsize=10)
        for row in range(rows):
            axes[row][column].imshow(_row(images[row][:columns], columns), interpolation="nearest")
            axes[row][column].set_axis_off()
    for row, label in enumerate(labels):
        axes[row][0].text(
            -0.02,
            0.5,
            label,
            transform=axes[row][0].transAxes,
            ha="right",
            va="center",
            fontsize=9,
            fontfamily=families(labels),
            parse_math=False,  # a class name is plain text, whatever characters it has
        )
    figure.subplots_adjust(
        left=margin_inches / width_inches,
        right=0.99,
        bottom=0.01,
        top=1 - 0.35 / height_inches,
        wspace=0.03,
        hspace=0.06,
    )
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=150)
    return key_to_numbers(class_names)


def _row(images: torch.Tensor, columns: int) -> UInt8Array:
    """Place images side by side on white in RGB; missing ones stay white."""
    from torchvision.utils import make_grid  # imported only here, since it takes seconds

    missing = columns - len(images)
    if missing:
        blank = torch.full((missing, *images.shape[1:]), 255, dtype=torch.uint8)
        images = torch.cat([images, blank])
    grid = make_grid(images, nrow=columns, padding=1, pad_value=255)
    row: UInt8Array = np.ascontiguousarray(grid.permute(1, 2, 0).numpy())
    return row
