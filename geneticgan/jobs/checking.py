"""What a data set of image files has that a score would not show: copies, shortcuts, odd images."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geneticgan.config import TrainConfig
from geneticgan.data.assembling import FileDataset, FileSet
from geneticgan.data.dataset import Int64Array
from geneticgan.data.inspection.copies import BLAND, near_copies
from geneticgan.data.inspection.labels import suspect_labels
from geneticgan.data.inspection.look import Looks, look_at
from geneticgan.data.inspection.proposals import propose_groups
from geneticgan.data.inspection.shortcuts import find_shortcut
from geneticgan.errors import ConfigError
from geneticgan.specs import Spec, parse_specs
from geneticgan.training.hooks import Observer
from geneticgan.training.setup import open_dataset

OK, WARNING = "ok", "warning"

NAMED = 4
"""Files that a line names."""

FAR = 8.0
"""Median absolute deviations of the mean grey from its class's median: an outlying image."""


TWO_LEVELS = 0.7
"""Share of a small picture's pixels in two grey levels from which on it may be a mask."""

OBLONG = 1.2
"""Times as long as wide from which on an image lies or stands."""

RARE = 0.1
"""Images at most that lie the other way, for each that lies as most do."""


@dataclass(frozen=True)
class Finding:
    """A line: what was looked at, how it is, and in words."""

    what: str
    state: str
    text: str


def check(config: TrainConfig, observers: Sequence[Observer] = ()) -> Iterator[Finding]:
    """Look at the files of a data set.

    Parameters
    ----------
    config : TrainConfig
        Names the data set.
    observers : sequence of Observer
        Hear of progress.

    Yields
    ------
    Finding
        The quick ones first.

    Raises
    ------
    GeneticGanError
        If the files cannot be found, or the data set is none of image files.
    """
    dataset = open_dataset(config, observers)
    if not isinstance(dataset, FileDataset):
        raise ConfigError(f"{config.dataset} is no data set of image files, such as folder or csv")
    found = dataset.file_set()
    looks = look_at(found.files, dataset.notices)
    yield _files(found, looks)
    labels = found.files.labels[looks.readable]
    yield _tiny(found, looks, dataset.how.size)
    yield _blank(found, looks)
    yield _masks(found, looks)
    yield _outlying(found, looks, labels)
    yield _turned(found, looks)
    yield _groups(found, config.dataset)
    groups = None if found.files.groups is None else found.files.groups[looks.readable]
    yield _shortcut(looks, labels, groups)
    yield _copies(found, looks, labels)
    yield _labels(found, looks, labels, groups)


def _files(found: FileSet, looks: Looks) -> Finding:
    labels = found.files.labels
    counts = np.bincount(labels, minlength=len(found.names))
    told = ", ".join(f"{name} {count}" for name, count in zip(found.names, counts, strict=True))
    bad = sorted(set(range(len(labels))) - set(looks.readable.tolist()))
    wrong = [*found.faults]
    if bad:
        wrong.append(f"{len(bad)} cannot be read: {_named(found, bad)}")
    text = f"{len(labels)} images of {len(found.names)} classes ({told})"
    return Finding("files", WARNING if wrong else OK, "; ".join([text, *wrong]))


def _tiny(found: FileSet, looks: Looks, size: int) -> Finding:
    shorter = looks.sizes.min(axis=1)
    tiny = looks.readable[shorter < size]
    text = f"the shorter side has {shorter.min()} to {shorter.max()} pixels"
    if not len(tiny):
        return Finding("size", OK, text)
    return Finding(
        "size",
        WARNING,
        f"{text}; {len(tiny)} images are smaller than --image-size {size} and will be enlarged: "
        f"{_named(found, tiny)}",
    )


def _blank(found: FileSet, looks: Looks) -> Finding:
    flat = looks.small.reshape(len(looks.small), -1).std(axis=1) < BLAND
    blank = looks.readable[flat]
    if not len(blank):
        return Finding("blank", OK, "none")
    return Finding("blank", WARNING, f"{len(blank)} images of one colour: {_named(found, blank)}")


def _masks(found: FileSet, looks: Looks) -> Finding:
    """Look for what may be masks that names do not tell; those that they tell are left out."""
    pixels = looks.small.reshape(len(looks.small), -1)
    counts = [np.sort(np.bincount(image, minlength=2))[-2:].sum() for image in pixels]
    share = np.array(counts) / pixels.shape[1]
    flat = (share >= TWO_LEVELS) & (pixels.std(axis=1) >= BLAND)
    others = share[~flat]
    if not flat.any() or len(others) < flat.sum() or np.median(others) >= TWO_LEVELS / 2:
        return Finding("masks", OK, "no file looks like a mask beside photographs")
    return Finding(
        "masks",
        WARNING,
        f"{flat.sum()} images have hardly more than two grey levels where the others have many: "
        f"{_named(found, looks.readable[flat])}; if they are masks, leave them out by "
        "exclude=PATTERN",
    )


def _turned(found: FileSet, looks: Looks) -> Finding:
    """Look for images that lie across where nearly all stand upright, or the other way round."""
    aspects = np.log(looks.sizes[:, 0] / looks.sizes[:, 1])
    across, upright = aspects > np.log(OBLONG), aspects < -np.log(OBLONG)
    rare, usual = sorted((across, upright), key=np.sum)
    if not rare.any() or rare.sum() > RARE * usual.sum():
        return Finding("turned", OK, "no image lies across where the others stand, or stands")
    return Finding(
        "turned",
        WARNING,
        f"{rare.sum()} images lie the other way than {usual.sum()} others, and may want turning: "
        f"{_named(found, looks.readable[rare])}",
    )


def _outlying(found: FileSet, looks: Looks, labels: Int64Array) -> Finding:
    grey = looks.small.mean(axis=(1, 2))
    odd: list[int] = []
    for label in range(len(found.names)):
        members = np.flatnonzero(labels == label)
        if len(members) < 5:
            continue
        away = np.abs(grey[members] - np.median(grey[members]))
        spread = max(float(np.median(away)), 1.0)
        odd += looks.readable[members[away > FAR * spread]].tolist()
    if not odd:
        return Finding("outlying", OK, "no image is far brighter or darker than its class")
    text = f"{len(odd)} images are far brighter or darker than their class: {_named(found, odd)}"
    return Finding("outlying", WARNING, text)


def _groups(found: FileSet, dataset: str) -> Finding:
    if found.files.groups is not None:
        count = len(np.unique(found.files.groups))
        return Finding("groups", OK, f"{count} groups, which no split will part")
    if found.grouped_by:
        return Finding(
            "groups",
            WARNING,
            f"column {found.grouped_by!r} has the same value in several lines; if such images are "
            f"much alike, keep them together by {_option(dataset, found.grouped_by)}",
        )
    paths = found.spelt or [found.shown(index) for index in range(len(found.paths))]
    proposal = propose_groups(paths, found.files.labels.tolist())
    if proposal is None:
        return Finding("groups", OK, "file names show no patients, sheets or the like")
    return Finding(
        "groups",
        WARNING,
        f"file names repeat a part, such as {proposal.example!r}, in {proposal.groups} groups; if "
        "that is a patient, a sheet or the like, keep its images together by "
        f"{_option(dataset, proposal.expression)}",
    )


def _option(dataset: str, group: str) -> str:
    """Return the data set with groups as it is typed, quoted for a shell."""
    (spec,) = parse_specs(dataset)
    return "--dataset " + shlex.quote(str(Spec(spec.name, {**spec.options, "group": group})))


def _shortcut(looks: Looks, labels: Int64Array, groups: Int64Array | None) -> Finding:
    shortcut = find_shortcut(looks, labels, groups)
    if shortcut is None:
        return Finding("shortcut", OK, f"not looked for: {_too_few(groups)}")
    return Finding("shortcut", WARNING if shortcut.warns else OK, shortcut.told)


def _copies(found: FileSet, looks: Looks, labels: Int64Array) -> Finding:
    codes = near_copies(looks.small)
    _, place, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    again = np.flatnonzero(sizes > 1)
    if not len(again):
        return Finding("copies", OK, "no two images are equal or nearly so")
    inside = np.flatnonzero(np.isin(place, again))
    group = "1 group" if len(again) == 1 else f"{len(again)} groups"
    text = f"{group} of equal or nearly equal images ({len(inside)} images)"
    first = np.flatnonzero(place == again[0])
    text += f", such as {_named(found, looks.readable[first])}"
    mixed = sum(len(set(labels[place == each].tolist())) > 1 for each in again)
    if mixed:
        text += f"; {mixed} of them with several classes"
    if found.test is not None:
        test = found.test[looks.readable]
        leaked = sum(test[place == each].sum() for each in again if not test[place == each].all())
        if leaked:
            text += f"; {leaked} test images have a copy in training"
    else:
        text += "; no split will part a group"
    return Finding("copies", WARNING, text)


def _too_few(groups: Int64Array | None) -> str:
    return f"a class has fewer than 5 {'images' if groups is None else 'groups'}"


def _labels(found: FileSet, looks: Looks, labels: Int64Array, groups: Int64Array | None) -> Finding:
    suspicion = suspect_labels(looks, labels, groups)
    if suspicion is None:
        return Finding("labels", OK, f"not looked at: {_too_few(groups)}")
    by = f"a classifier of small grey images (mean recall {100 * suspicion.recall:.0f}"
    if suspicion.looked_at < len(labels):
        by += f", on {suspicion.looked_at} of {len(labels)} images, drawn by chance"
    by += ")"
    if not suspicion.believed:
        return Finding("labels", OK, f"not doubted: {by} tells too little")
    if not len(suspicion.places):
        return Finding("labels", OK, f"none is doubted by {by}")
    pairs = list(zip(looks.readable[suspicion.places], suspicion.instead, strict=True))
    shown = [f"{found.shown(int(at))} (like {found.names[like]})" for at, like in pairs[:NAMED]]
    more = ", ..." if len(pairs) > NAMED else ""
    text = f"{len(pairs)} images look like another class to {by}: {', '.join(shown)}{more}"
    return Finding("labels", WARNING, text)


def _named(found: FileSet, indices: Sequence[int] | Int64Array) -> str:
    names = [found.shown(int(index)) for index in indices[:NAMED]]
    return ", ".join(names) + (", ..." if len(indices) > NAMED else "")
