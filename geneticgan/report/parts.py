"""Parts that the reports of runs and of benchmarks have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geneticgan.config import read_json
from geneticgan.errors import RunError
from geneticgan.evaluation.embedding import Embedding
from geneticgan.report.figures.plane import draw_plane
from geneticgan.report.generation_table import (
    GENERATION_HEADS,
    GENERATION_TEXT,
    generation_cells,
    generation_notes,
)
from geneticgan.report.page import Section, Table
from geneticgan.training.results import UNFIT


def generation_section(files: Sequence[Path], counts: Sequence[int], hint: str) -> Section:
    """Return the generation metrics of one set of generators, a table for each feature space.

    Parameters
    ----------
    files : sequence of Path
        Existing files of scores in different feature spaces.
    counts : sequence of int
        Number of training images of each class.
    hint : str
        The command that makes the scores.
    """
    section = Section("Generated images, measured")
    if not files:
        section.text.append(f"They have not been measured; do it with: {hint}")
        return section
    section.text.append(GENERATION_TEXT)
    for file in files:
        try:
            section.items.append(_measured(read_json(file), counts))
        except UNFIT as error:
            raise RunError(f"{file} is damaged; remove it and measure again by: {hint}") from error
    return section


def _measured(found: Mapping[str, Any], counts: Sequence[int]) -> Table:
    order = sorted(range(len(counts)), key=lambda label: (counts[label], -label))
    names = found["class_names"]
    rows = [["all classes", *generation_cells(found["overall"])]]
    rows += [
        [f"{names[label]} ({counts[label]})", *generation_cells(found["classes"][label])]
        for label in order
    ]
    caption = (
        f"Features: {found['features']}. In brackets: training images. No FID where there are "
        "fewer images than features."
    )
    caption = " ".join([caption, *generation_notes(found)])
    return Table(["class", *GENERATION_HEADS], rows, caption=caption)


def plane_section(file: Path, class_names: Sequence[str], hint: str) -> Section:
    """Return a section with features of training and generated images over those of test images."""
    section = Section("Features")
    if not file.is_file():
        section.text.append(f"The features have not been computed; do it with: {hint}")
        return section
    section.text.append(
        "Features of a classifier that was trained on balanced real data, in two dimensions. Test "
        "images are pale; over them are the training images, without and with the generated ones "
        "that balance them. Where pale points of a rare class remain uncovered, a classifier has "
        "nothing to learn from."
    )
    section.items.append(draw_plane(Embedding.load(file), class_names))
    return section


def strongest(columns: Sequence[Sequence[float]]) -> frozenset[tuple[int, int]]:
    """Return row and column (after a column of names) of the highest value of each column."""
    return frozenset(
        (row, number + 1)
        for number, column in enumerate(columns)
        for row, value in enumerate(column)
        if value == max(column)
    )


def software_table(saved: Mapping[str, Any]) -> Table:
    """Return the software versions recorded by a run or a benchmark."""
    found = saved.get("versions")
    versions = [[n, str(v)] for n, v in found.items()] if isinstance(found, Mapping) else []
    if saved.get("git_revision"):
        versions.append(["revision", str(saved["git_revision"])])
    return Table(["software", "version"], versions)
