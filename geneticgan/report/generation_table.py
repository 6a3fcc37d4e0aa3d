"""The table of generation metrics, for both pages and screens; imports no library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def generation_notes(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the figures of a set of generators cannot say, and how sure the others are.

    Parameters
    ----------
    found : mapping
        As they were written: ``overall``, ``classes`` and ``class_names``.
    """
    from scipy.stats import binomtest  # it is slow to import

    from geneticgan.evaluation.generation_metrics import LEAST

    overall, names = found["overall"], found["class_names"]
    few = [name for name, own in zip(names, found["classes"], strict=True) if own is None]
    if few or overall is None:
        what = ", ".join(few) if overall else "any class, nor all together"
        yield f"Not measured, since fewer than {LEAST} unseen real images are there: {what}."
    if overall is None:
        return
    if overall["fid"] is None:
        yield "No FID: there are no more images than features."
    spans = []
    for key, size in (("precision", "generated"), ("recall", "real"), ("coverage", "real")):
        count = overall[size]
        ends = binomtest(round(overall[key] * count), count).proportion_ci(method="wilson")
        spans.append(f"{key} {ends.low:.2f} to {ends.high:.2f}")
    yield (
        f"95% intervals of all classes, from {overall['generated']} generated and "
        f"{overall['real']} unseen real images: {', '.join(spans)}."
    )
