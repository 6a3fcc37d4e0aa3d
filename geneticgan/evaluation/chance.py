"""What the choice of test images alone may change: an interval, and who is level within it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from geneticgan.evaluation.metrics import Scores

NORMAL = 1.96
"""Standard deviations on either side of the mean that hold 95% of a normal distribution."""


def acsa_interval(scores: Scores) -> tuple[float, float]:
    """Return the 95% interval of ACSA for other test images of the same kind, in [0, 1].

    Each class's recall varies as a binomial share does, by Agresti and Coull (1998): two hits and
    two misses are added, so that a class of few images is not sure because all were found.
    """
    variance = 0.0
    for label, row in enumerate(scores.confusion):
        images = sum(row) + 4
        share = (row[label] + 2) / images
        variance += share * (1 - share) / images
    reach = NORMAL * math.sqrt(variance) / len(scores.confusion)
    return max(0.0, scores.acsa - reach), min(1.0, scores.acsa + reach)


def best_said(found: Mapping[str, Scores]) -> str:
    """Say which method has the best ACSA, its interval, and which methods are level with it.

    Parameters
    ----------
    found : mapping of str to Scores
        By the method's title, on the same test images.
    """
    best = max(scores.acsa for scores in found.values())
    leaders = [title for title, scores in found.items() if scores.acsa == best]
    low, high = acsa_interval(found[leaders[0]])
    images = sum(map(sum, found[leaders[0]].confusion))
    near = [title for title, scores in found.items() if low <= scores.acsa < best]
    text = f"Best ACSA here: {' and '.join(leaders)}{', a tie' if len(leaders) > 1 else ''}"
    text += f" (95% interval for {images} test images: {100 * low:.1f} to {100 * high:.1f})"
    return f"{text}. The lead over these may be chance: {'; '.join(near)}." if near else f"{text}."
