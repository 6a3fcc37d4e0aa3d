"""The model card: a model's training data, quality and limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from geneticgan.evaluation.metrics import class_scores
from geneticgan.inference.formats import Part
from geneticgan.inference.loading import Networks

MARK = "library_name: geneticgan"
"""A line that every card contains."""

TASKS = {"classifier": "image-classification", "generator": "unconditional-image-generation"}
"""The task of each part, as model hubs call it."""

SQUARES = {
    "crop": "make the shorter side {0} pixels long and cut out the middle",
    "pad": "make the longer side {0} pixels long and pad to a square",
    "stretch": "stretch to {0} x {0} pixels",
}
"""How an image is made a square of the model's size."""

METRICS = {"acsa": "ACSA", "f1": "macro F1", "g_mean": "G-mean"}


def model_card(
    networks: Networks, part: Part, results: Sequence[Mapping[str, Any]], file: str
) -> str:
    """Return a model card in Markdown, with the YAML header that model hubs read.

    Parameters
    ----------
    networks : Networks
        The networks of the run.
    part : Part
        The exported part.
    results : sequence of mapping
        Rows of the run's table of test results.
    file : str
        Name of the model's file.
    """
    name = networks.path.resolve().name
    title = networks.facts.classifier_title
    own = next((row for row in results if row["method"] == title), None)
    parts = [
        _header(networks, part, own, name),
        f"# {name}: {part.metadata['part']}",
        _what(networks, part, file),
        "## Data",
        _data(networks),
        "## How good",
        _scores(networks, results, own, title),
        "## Limits",
        _limits(networks),
    ]
    return "\n\n".join(parts) + "\n"


def _header(networks: Networks, part: Part, own: Mapping[str, Any] | None, name: str) -> str:
    kind = part.metadata["part"]
    dataset = networks.config.dataset.partition(":")[0]
    # JSON is valid YAML, and quotes any character that a name may contain.
    lines = [
        MARK,
        f"pipeline_tag: {TASKS[kind]}",
        'tags: ["class-imbalance", "geneticgan"]',
    ]
    if kind == "classifier" and own is not None:
        measured = [
            {"type": key, "name": label, "value": round(own[key], 4)}
            for key, label in METRICS.items()
        ]
        index = {
            "name": name,
            "results": [
                {
                    "task": {"type": TASKS[kind]},
                    "dataset": {"name": dataset, "type": dataset, "split": "test"},
                    "metrics": measured,
                }
            ],
        }
        lines.append(f"model-index: {json.dumps([index])}")
    return "\n".join(["---", *lines, "---"])


def _what(networks: Networks, part: Part, file: str) -> str:
    facts = networks.facts
    about = part.metadata
    colour = "grayscale" if facts.channels == 1 else "colour"
    lines = [
        f"`{file}` holds the {about['part']} of a run of geneticgan "
        f"({networks.config.recipe} recipe, {networks.config.steps} steps, seed "
        f"{networks.config.seed}) for {colour} images of {facts.size} x {facts.size} pixels.",
        "",
        f"- Input: {about['input']}",
        f"- Output: {about['output']}",
    ]
    if about["part"] == "classifier":
        lines.append(
            "- Preprocessing: orient the image by its EXIF data, put transparency on white, "
            f"{SQUARES[facts.preprocessing.fit].format(facts.size)}."
        )
        if facts.preprocessing.window:
            low, high = facts.preprocessing.window
            lines.append(f"- In images of more than 8 bits {low:g} is black and {high:g} white.")
        lines.append(f"- Probabilities: {_calibration(networks)}")
    return "\n".join(lines)


def _calibration(networks: Networks) -> str:
    facts = networks.facts
    if not facts.calibrated:
        return "not calibrated; no images were held out for it."
    return f"for equally frequent classes; calibrated {facts.calibration.told()}."


def _data(networks: Networks) -> str:
    facts = networks.facts
    columns = (facts.train_counts, facts.validation_counts, facts.test_counts)
    rows = [
        [name, *map(str, counts)] for name, *counts in zip(facts.class_names, *columns, strict=True)
    ]
    text = f"Data set: {networks.config.dataset.partition(':')[0]}. Images by class:\n\n" + _table(
        ["class", "trained on", "held out to choose by", "tested on"], rows
    )
    begun = facts.more.get("beginning")
    if begun:
        text += (
            "\n\nIts networks started from those of another run, which was trained on images of "
            f"{', '.join(begun['kept'])}; {begun['tested']} of the test images were among them."
        )
    return text


def _scores(
    networks: Networks,
    results: Sequence[Mapping[str, Any]],
    own: Mapping[str, Any] | None,
    title: str,
) -> str:
    if not results:
        return "The run has not been evaluated yet."
    smallest = networks.facts.class_names[networks.facts.smallest_class]
    rows = [
        [
            f"**{row['method']}**" if row is own else row["method"],
            *(f"{100 * row[key]:.1f}" for key in (*METRICS, "smallest_recall")),
        ]
        for row in results
    ]
    heads = ["method", *METRICS.values(), f"recall of {smallest}"]
    text = "On the test part, in percent; ACSA is the mean of the classes' recalls.\n\n"
    text += _table(heads, rows)
    if own is None:
        return text
    text += f"\n\nThe classifier is {title}. By class, in percent:\n\n"
    by_class = [
        [name, *(f"{100 * value:.1f}" for value in class_scores(own["confusion"], label))]
        for label, name in enumerate(networks.facts.class_names)
    ]
    return text + _table(["class", "precision", "recall", "F1"], by_class)


def _limits(networks: Networks) -> str:
    facts = networks.facts
    smallest = facts.smallest_class
    return (
        f"- It knows {facts.classes} classes and assigns one of them to every image, whatever it "
        "shows.\n"
        f"- The smallest class, {facts.class_names[smallest]}, had "
        f"{facts.train_counts[smallest]} training images and {facts.test_counts[smallest]} test "
        "images; its figures are the least certain.\n"
        "- It was trained for equally frequent classes; where they are not, precision differs from "
        "the values above.\n"
        "- There was one training with one seed: differences of a few points may be chance.\n"
        "- Images from another source than the training images (camera, light, crop) may be "
        "classified worse than the test images."
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
