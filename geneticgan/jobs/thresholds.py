"""Setting the thresholds of a run on the images that it held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geneticgan.errors import ConfigError
from geneticgan.evaluation.outputs import OutOfFold
from geneticgan.inference.facts import read_facts, write_facts
from geneticgan.inference.held_out import has_out_of_fold, read_held_out
from geneticgan.inference.thresholds import Threshold, Wish, find_threshold, parse_wish


@dataclass(frozen=True)
class Granted:
    """A wish and the threshold that fulfils it.

    Attributes
    ----------
    class_name : str
        The name of the class.
    wish : Wish
        The requested recall or precision.
    found : Threshold
        The threshold with its recall and precision.
    """

    class_name: str
    wish: Wish
    found: Threshold


def check_wishes(run: Path, texts: Sequence[str]) -> None:
    """Check the wishes as `set_thresholds` does, and that there are held-out images.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    """
    facts = read_facts(run)
    for text in texts:
        parse_wish(text, facts)
    if not sum(facts.validation_counts) and not has_out_of_fold(run):
        raise ConfigError(
            f"{run} held out no images, on which thresholds are set; train with "
            "--validation-fraction above 0, or choose with --judge held-out"
        )


def set_thresholds(run: Path, texts: Sequence[str]) -> list[Granted]:
    """Set thresholds by wishes such as ``rare=recall:0.95`` and keep them in the run folder.

    They are chosen on the images that the run held out. A run from `choose` has held out none;
    then the out-of-fold predictions of the networks trained on splits are used.

    Parameters
    ----------
    run : Path
        The folder of an evaluated run.
    texts : sequence of str
        The wishes; a class's earlier threshold is replaced, those of other classes stay.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix; then no threshold is changed.
    """
    check_wishes(run, texts)
    facts = read_facts(run)
    judged = read_held_out(run)
    shares = facts.calibration.probabilities(judged.logits)
    granted = []
    for wish in (parse_wish(text, facts) for text in texts):
        found = find_threshold(shares, judged.labels, wish, facts)
        if isinstance(judged, OutOfFold):  # an image may be held out by several splits
            images, of = judged.count(wish.label), judged.count()
            found = replace(found, images=images, of=of, splits=judged.networks)
        granted.append(Granted(facts.class_names[wish.label], wish, found))
    new = {each.class_name: each.found.to_json() for each in granted}
    kept = {**facts.more.get("thresholds", {}), **new}
    write_facts(run, replace(facts, more={**facts.more, "thresholds": kept}))
    return granted
