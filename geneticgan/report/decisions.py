"""The section of a run's report on probabilities: their reliability, and precision over recall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from geneticgan.errors import RunError
from geneticgan.evaluation.outputs import OutOfFold, Predicted
from geneticgan.evaluation.probabilities import Calibration, calibration_error
from geneticgan.inference.facts import Facts, read_facts
from geneticgan.inference.held_out import has_out_of_fold, read_held_out, read_predictions
from geneticgan.report.figures.charts import Line, LineChart
from geneticgan.report.figures.fonts import figure_names
from geneticgan.report.page import Section, Table

CURVES = 6
"""Number of classes whose curves are drawn; the smallest are chosen."""


def decisions_section(path: Path) -> Section:
    """Return the section for a run folder, which says so if something is missing."""
    section = Section("Probabilities")
    try:
        facts, outputs = read_facts(path), read_predictions(path, "test")
        split = read_held_out(path) if has_out_of_fold(path) else None
    except RunError as error:
        section.text.append(f"There is nothing to draw: {error}.")
        return section
    section.text.append(
        f"For the run's classifier on the {len(outputs.labels)} test images; all classes have "
        "equal weight in the first figure. "
        + (
            f"They are calibrated {facts.calibration.told()}."
            if facts.calibrated
            else "They are not calibrated: no images were held out."
        )
    )
    section.items += [_reliability(facts, outputs), _precision_recall(facts, outputs)]
    if isinstance(split, OutOfFold):
        section.text.append(
            "It learnt from all training images. Thresholds are set on out-of-fold predictions: of "
            f"{split.networks} networks of its kind, each trained on a split of these images, of "
            "what its split held out."
        )
        section.items.append(_precision_recall(facts, split, "out-of-fold predictions"))
    if facts.thresholds:
        section.items.append(_thresholds(facts))
    return section


def _reliability(facts: Facts, outputs: Predicted) -> LineChart:
    lines = {"perfect calibration": Line(np.array([0.0, 1.0]), np.array([0.0, 1.0]))}
    ways = {"as trained": Calibration()}
    if facts.calibrated:
        ways["calibrated"] = facts.calibration
    errors = []
    for name, way in ways.items():
        shares = way.probabilities(outputs.logits)
        error, sure, right = calibration_error(shares, outputs.labels)
        lines[f"{name} (error {100 * error:.1f}%)"] = Line(sure, right)
        errors.append(f"{name} {100 * error:.1f}%")
    return LineChart(
        "reliability",
        "Confidence and accuracy",
        "Share of test images classified correctly over the probability of the predicted class;"
        f" expected calibration error: {', '.join(errors)}.",
        "probability of the predicted class",
        "classified correctly, %",
        lines,
        percent=True,
        whole=True,
    )


def _precision_recall(facts: Facts, outputs: Predicted, of: str = "") -> LineChart:
    shares = facts.calibration.probabilities(outputs.logits)
    counts = np.add(facts.train_counts, facts.validation_counts)
    order = sorted(range(facts.classes), key=lambda label: (counts[label], -label))[:CURVES]
    names, lines, areas = figure_names(facts.class_names), {}, []
    for label in order:
        own = outputs.labels == label
        precision, recall, _ = precision_recall_curve(own, shares[:, label])
        area = average_precision_score(own, shares[:, label])
        name = f"{names[label][:16]} ({area:.2f})"
        lines[name] = Line(recall[::-1], precision[::-1])
        areas.append(f"{facts.class_names[label]} {area:.2f}")
    return LineChart(
        "-".join(["precision-recall", *of.split()[:1]]),
        f"What recall costs in precision{of and ', by '}{of}",
        f"Precision over recall on {of or 'the test part'} for the smallest classes, "
        "by average precision: "
        f"{', '.join(areas)}.",
        "recall",
        "precision, %",
        lines,
        percent=True,
        whole=True,
    )


def _thresholds(facts: Facts) -> Table:
    rows = [
        [
            name,
            f"{each['threshold']:.3f}",
            f"{100 * each['recall']:.1f}",
            f"{100 * each['precision']:.1f}",
            f"{each['images']} of {each['of']}",
        ]
        for name, each in facts.more["thresholds"].items()
    ]
    split = any(each.get("splits") for each in facts.more["thresholds"].values())
    caption = (
        f"Chosen on {'out-of-fold predictions' if split else 'held-out images'}, in which classes "
        "are as frequent as in training."
    )
    heads = ["threshold of", "probability", "recall, %", "precision, %", "images"]
    return Table(heads, rows, caption=caption)
