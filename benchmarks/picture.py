"""The picture that opens the README: ``python -m benchmarks.picture RUN BENCHMARK --out FILE``.

On the left real and generated images of a run's commonest class and of its rarest ones; on the
right by how much each method of a benchmark is ahead of plain oversampling on real test images,
with the 95 % confidence interval of the mean over its seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from geneticgan.benchmark.compare import Comparison, read_benchmark
from geneticgan.data.dataset import UInt8Array
from geneticgan.files import write_whole
from geneticgan.inference.trained import load
from geneticgan.report.figures.charts import colour
from geneticgan.report.figures.style import new_figure, picture, style
from geneticgan.training.setup import open_run

COLUMNS = 6
"""Images of a class, real and generated."""

Row = tuple[str, UInt8Array, UInt8Array]
"""A class and how many training images it has, real images and generated ones."""


def rows_of(run: Path, rarest: int) -> list[Row]:
    """Return images of a run's commonest class, and of so many of its rarest ones."""
    _, _, split = open_run(run)
    trained = load(run)
    counts = np.bincount(split.train.labels, minlength=len(split.class_names))
    order = np.argsort(-counts, kind="stable")
    rows = []
    for label in [order[0], *order[-rarest:]]:
        name = split.class_names[label]
        real = split.train.pixels[split.train.labels == label][:COLUMNS].transpose(0, 2, 3, 1)
        text = f"{name}\n{counts[label]} images"
        rows.append((text, real, trained.generate(name, COLUMNS)))
    return rows


def draw(rows: Sequence[Row], comparison: Comparison, dataset: str) -> bytes:
    """Return the picture as PNG."""
    texts = [text for text, _, _ in rows] + [row.title for row in comparison.rows]
    with style(*texts):
        figure = new_figure(13.0, 1.2 + 0.72 * len(rows))
        left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.45, 1))[0]
        panels = left.subplots(len(rows), 2, squeeze=False)
        for axes, (text, real, generated) in zip(panels, rows, strict=True):
            axes[0].set_ylabel(text, rotation=0, ha="right", va="center", labelpad=8)
            for each, images in zip(axes, (real, generated), strict=True):
                _show(each, images)
        panels[0][0].set_title("real")
        panels[0][1].set_title("generated")
        _draw_leads(right.subplots(), comparison)
        return picture(figure, "picture", dataset, "").png


def _show(axes: Axes, images: UInt8Array) -> None:
    wide = np.concatenate(list(np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))), axis=1)
    axes.imshow(wide.squeeze(), cmap="gray" if wide.shape[2] == 1 else None)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_leads(axes: Axes, comparison: Comparison) -> None:
    """Draw each method's lead over the reference, best first; variants are left out."""
    titles: list[str] = []
    for row in comparison.rows:
        lead = row.paired
        if ":" in row.method or lead is None or lead.difference is None or lead.interval is None:
            continue
        middle, half = -lead.difference, lead.interval[1] - lead.difference
        axes.errorbar(middle, len(titles), xerr=half, fmt="o", color=colour(0), markersize=7)
        titles.append(row.title)
    axes.axvline(0, color=colour(1))
    axes.set_yticks(range(len(titles)), titles)
    axes.invert_yaxis()
    axes.set_xlabel(f"points of mean recall\nahead of {comparison.against}")


def main() -> None:
    """Draw the picture of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="of a GAN")
    parser.add_argument("benchmark", type=Path)
    parser.add_argument("--against", default="oscn")
    parser.add_argument("--rarest", type=int, default=3, help="classes to show")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    comparison = read_benchmark(given.benchmark, "head", given.against)[0]
    rows = rows_of(given.run, given.rarest)
    write_whole(given.out, draw(rows, comparison, comparison.dataset))


if __name__ == "__main__":
    main()
