"""The table of generation metrics, for both pages and screens; imports no library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GENERATION_HEADS = (
    "FID", "KID", "precision", "recall", "density", "coverage", "novelty", "copies, %",
)  # fmt: skip
GENERATION_TEXT = (
    "Generated images compared with as many unseen real ones in a feature space. FID and KID: "
    "lower is better. Precision and density show how realistic the images are, recall and coverage "
    "how much of the real variety they cover. Novelty is the distance to the nearest training "
    "image divided by that of unseen real images: near 0, the generator copies. Copies: generated "
    "images closer to a training image than 99% of unseen real ones."
)


def generation_cells(scores: Mapping[str, Any] | None) -> list[str]:
    """Return the cells under `GENERATION_HEADS`; dashes where there were too few images."""
    if scores is None:
        return ["-"] * len(GENERATION_HEADS)
    fid = "-" if scores["fid"] is None else f"{scores['fid']:.2f}"
    shares = [f"{scores[key]:.2f}" for key in ("precision", "recall", "density", "coverage")]
    kid, copies = f"{scores['kid']:.3g}", f"{100 * scores['copies']:.1f}"
    return [fid, kid, *shares, f"{scores['novelty']:.2f}", copies]
