"""Chooses which of a run's networks classify, on images that none was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CLASS_HEAD = "class-head"
"""The discriminator's own class head, in the run's checkpoint."""

AND = "+"
"""Between the names of networks whose probabilities are averaged."""


def averaged(*keys: str) -> str:
    """Return the key of several networks that classify together."""
    return AND.join(keys)


def members(key: str) -> list[str]:
    """Return the keys of the networks that classify together, or of the only one."""
    return key.split(AND)


@dataclass(frozen=True)
class Choice:
    """The classifier of a run.

    Attributes
    ----------
    key : str
        `CLASS_HEAD`, or the name of a file in the run's folder of classifiers; or several of these,
        as `averaged` joins them.
    scores : mapping of str to float
        Mean recall of each candidate on the validation part, in [0, 1], by key; empty if the run
        held no images out.
    before : bool
        Whether the classifier was chosen before the training.
    """

    key: str
    scores: Mapping[str, float]
    before: bool = False

    def why(self, titles: Mapping[str, str], images: int) -> str:
        """Return a clause, to follow its name, that says why it is the classifier.

        Parameters
        ----------
        titles : mapping of str to str
            Names of the candidates by key.
        images : int
            Number of held-out images.
        """
        if self.before:
            return "which was settled before the training"
        if not self.scores:
            return "which learns from real images alone, since none were held out to choose on"
        found = [f"{titles[key]} {100 * score:.1f}%" for key, score in self.scores.items()]
        level = len(set(self.scores.values())) == 1
        end = "; at a tie it is the average, which varies less"
        told = f"chosen by mean recall on {images} held-out images: {', '.join(found)}"
        return told + end if level else told

    def to_json(self) -> dict[str, Any]:
        """Return the choice as JSON types."""
        found: dict[str, Any] = {"network": self.key, "validation_acsa": dict(self.scores)}
        return {**found, "chosen_before": True} if self.before else found


def choose_classifier(scores: Mapping[str, float], plain: str) -> Choice:
    """Choose the candidate with the highest mean recall on held-out images.

    Training a GAN must never lead to a worse classifier: without held-out images the plain one is
    chosen, which learns from real images only, since nobody knows what became of the GAN.

    Parameters
    ----------
    scores : mapping of str to float
        Mean recall on the validation part by candidate, the first of which is chosen at a tie;
        empty if there is no such part.
    plain : str
        The candidate that learns from real images only.
    """
    return Choice(max(scores, key=lambda key: scores[key]) if scores else plain, scores)
