"""The display of a run in a notebook."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

from geneticgan.inference.facts import Facts

PICTURE = Path("samples") / "classes.png"


def as_html(path: Path, facts: Facts) -> str:
    """Return HTML with the classes of a run, their image counts and the picture of samples.

    Parameters
    ----------
    path : Path
        The run folder.
    facts : Facts
        The facts of its model.
    """
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{count:,}</td></tr>"
        for name, count in zip(facts.class_names, facts.train_counts, strict=True)
    )
    title = (
        f"Run {escape(str(path))}: {facts.size} x {facts.size} pixels, "
        f"classified by {escape(facts.classifier_title)}"
    )
    return (
        f"<p>{title}</p><table><thead><tr><th>class</th><th>training images</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{_picture(path / PICTURE)}"
    )


def _picture(path: Path) -> str:
    try:
        pixels = base64.b64encode(path.read_bytes()).decode()
    except OSError:  # the run of a classifier has no picture
        return ""
    return f'<img alt="Real and generated images" src="data:image/png;base64,{pixels}">'
