"""Which of a run's networks is its classifier: chosen on images that none of them learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CLASS_HEAD = "class-head"
"""The discriminator's own class head, in the run's checkpoint."""


@dataclass(frozen=True)
class Choice:
    """The classifier of a run.

    Attributes
    ----------
    key : str
        `CLASS_HEAD`, or a file's name in the run's folder of classifiers.
    scores : mapping of str to float
        Mean recall of each candidate on the validation part, in [0, 1], by key; empty if the run
        held nothing out.
    before : bool
        Whether it was settled before the training which network classifies.
    """

    key: str
    scores: Mapping[str, float]
    before: bool = False

    def why(self, titles: Mapping[str, str], images: int) -> str:
        """Return how it came to be the classifier, as a clause that follows its name.

        Parameters
        ----------
        titles : mapping of str to str
            What the candidates are called, by key.
        images : int
            How many were held out.
        """
        if self.before:
            return "which was settled before the training"
        if not self.scores:
            return "which learns from real images alone, since none were held out to choose on"
        found = [f"{titles[key]} {100 * score:.1f}%" for key, score in self.scores.items()]
        level = len(set(self.scores.values())) == 1
        end = "; where they are level it is the one that learns from real images alone"
        told = f"chosen by mean recall on {images} held-out images: {', '.join(found)}"
        return told + end if level else told

    def to_json(self) -> dict[str, Any]:
        """Return the choice as JSON types."""
        found: dict[str, Any] = {"network": self.key, "validation_acsa": dict(self.scores)}
        return {**found, "chosen_before": True} if self.before else found


def choose_classifier(scores: Mapping[str, float], plain: str) -> Choice:
    """Choose the candidate of the highest mean recall on held-out images.

    Whoever trains a GAN is never to get a worse classifier for it: where nothing is held out, or
    the best are level, it is the plain one, which learns from real images alone.

    Parameters
    ----------
    scores : mapping of str to float
        Mean recall on the validation part by candidate; empty if there is no such part.
    plain : str
        The candidate that learns from real images alone.
    """
    if not scores or scores[plain] >= max(scores.values()):
        return Choice(plain, scores)
    return Choice(max(scores, key=lambda key: scores[key]), scores)
