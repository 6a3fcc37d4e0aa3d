"""Judges, by which methods are chosen: protocols that do not use the test part."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from geneticgan.data.dataset import Source
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError
from geneticgan.evaluation.metrics import Scores
from geneticgan.protocols.catalogue import PROTOCOLS, create_protocol
from geneticgan.specs import parse_specs

HELD_OUT = "held-out"
"""The judge that stands for the protocol ``validation``, on images that every split holds out."""

SHARE = 0.2
"""Share of each class of the training part that a split holds out for such a judge."""


@dataclass(frozen=True)
class Judge:
    """One or more protocols, whose scores are averaged.

    Attributes
    ----------
    text : str
        The judge as the user wrote it.
    protocols : tuple of str
        Specs of the protocols.
    holds_out : bool
        Whether one of them needs images that are held out of the training.
    """

    text: str
    protocols: tuple[str, ...]
    holds_out: bool

    @property
    def share(self) -> float:
        """Share of each class of the training part that every split holds out."""
        return SHARE if self.holds_out else 0.0

    def make_images(self, source: Source, split: Split) -> None:
        """Make the images of all protocols, which cache costly ones, before any training.

        Images that depend on what a split holds out are made by each training.
        """
        if not self.holds_out:
            for each in self.protocols:
                create_protocol(each).images(source, split)

    def acsa(self, scores: Mapping[str, Scores]) -> float:
        """Return the mean recall of all classes, in [0, 1], from the scores by protocol."""
        return statistics.fmean(scores[name].acsa for name in self.protocols)

    def smallest_recall(self, scores: Mapping[str, Scores]) -> float:
        """Return the recall of the smallest class, in [0, 1]."""
        return statistics.fmean(scores[name].smallest_recall for name in self.protocols)


def read_judge(text: str) -> Judge:
    """Read a judge such as ``held-out`` or ``generated:steps=600+deformed``.

    Raises
    ------
    PluginError
        If there is no such protocol or option.
    ConfigError
        If one of the protocols uses the test part.
    """
    protocols, holds_out = [], False
    for word in (each.strip() for each in re.split(r"\+(?![^(]*\))", text)):
        (spec, *more) = parse_specs("validation" if word == HELD_OUT else word)
        if more:
            raise ConfigError(f"join judges by +, as in generated+deformed, not as in {text!r}")
        protocol = PROTOCOLS.create(spec)
        if protocol.looks_at == "test":
            raise ConfigError(
                f"{spec.name} looks at the test part, by which nothing may be chosen; use "
                "held-out, deformed or generated"
            )
        protocols.append(str(spec))
        holds_out = holds_out or protocol.looks_at == "validation"
    return Judge(text, tuple(dict.fromkeys(protocols)), holds_out)
