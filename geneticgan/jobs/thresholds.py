"""Setting the thresholds of a run on the images that it held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geneticgan.errors import ConfigError
from geneticgan.inference.facts import read_facts, write_facts
from geneticgan.inference.held_out import read_predictions
from geneticgan.inference.thresholds import Threshold, Wish, find_threshold, parse_wish


@dataclass(frozen=True)
class Granted:
    """A wish and the threshold that grants it.

    Attributes
    ----------
    class_name : str
        Of the class.
    wish : Wish
        What was asked.
    found : Threshold
        What it takes, and costs.
    """

    class_name: str
    wish: Wish
    found: Threshold


def check_wishes(run: Path, texts: Sequence[str]) -> None:
    """Raise what `set_thresholds` would for texts that are no wishes, or without held-out images.

    Raises
    ------
    GeneticGanError
        For anything the user can mend.
    """
    facts = read_facts(run)
    for text in texts:
        parse_wish(text, facts)
    if not sum(facts.validation_counts):
        raise ConfigError(
            f"{run} held no images out, and a threshold is set on such; train with "
            "--validation-fraction above 0"
        )


def set_thresholds(run: Path, texts: Sequence[str]) -> list[Granted]:
    """Set thresholds by wishes such as ``rare=recall:0.95`` and keep them in the run folder.

    Parameters
    ----------
    run : Path
        The run folder, judged.
    texts : sequence of str
        The wishes; a class's earlier threshold is replaced, those of other classes stay.

    Raises
    ------
    GeneticGanError
        For anything the user can mend; nothing is kept then.
    """
    check_wishes(run, texts)
    facts = read_facts(run)
    judged = read_predictions(run, "validation")
    shares = facts.calibration.probabilities(judged.logits)
    granted = []
    for wish in (parse_wish(text, facts) for text in texts):
        found = find_threshold(shares, judged.labels, wish, facts)
        granted.append(Granted(facts.class_names[wish.label], wish, found))
    new = {each.class_name: each.found.to_json() for each in granted}
    kept = {**facts.more.get("thresholds", {}), **new}
    write_facts(run, replace(facts, more={**facts.more, "thresholds": kept}))
    return granted
