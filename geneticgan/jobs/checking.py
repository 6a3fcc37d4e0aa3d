"""Problems of image files that a score would not show: copies, shortcuts, odd images."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geneticgan.config import TrainConfig
from geneticgan.data.assembling import FileDataset, FileSet
from geneticgan.data.dataset import Int64Array
from geneticgan.data.inspection.copies import near_copies
from geneticgan.data.inspection.labels import suspect_labels
from geneticgan.data.inspection.look import Looks, look_at
from geneticgan.data.inspection.pictures import BLAND
from geneticgan.data.inspection.proposals import propose_groups
from geneticgan.data.inspection.shortcuts import find_shortcut
from geneticgan.data.notices import Notices
from geneticgan.errors import ConfigError
from geneticgan.specs import Spec, parse_specs
from geneticgan.training.hooks import Observer
from geneticgan.training.setup import open_dataset

OK, WARNING = "ok", "warning"

NAMED = 4
"""The number of files that a finding names."""

FAR = 8.0
"""The deviation of an outlying image's mean grey from the median of its class, in median absolute
deviations."""


TWO_LEVELS = 0.7
"""The share of a thumbnail's pixels in two grey levels from which it may be a mask."""

OBLONG = 1.2
"""The aspect ratio from which an image counts as landscape or portrait."""

RARE = 0.1
"""The maximal ratio of rotated images to those in the usual orientation."""


@dataclass(frozen=True)
class Finding:
    """A line of output: what was checked, its state, and an explanation."""

    what: str
    state: str
    text: str


def check(config: TrainConfig, observers: Sequence[Observer] = ()) -> Iterator[Finding]:
    """Check the files of a data set.

    Parameters
    ----------
    config : TrainConfig
        The config that names the data set.
    observers : sequence of Observer
        Observers of the progress.

    Yields
    ------
    Finding
        The findings, quick ones first.

    Raises
    ------
    GeneticGanError
        If the files cannot be found, or the data set does not consist of image files.
    """
    dataset = open_dataset(config, observers)
    if not isinstance(dataset, FileDataset):
        raise ConfigError(
            f"{config.dataset} is not a data set of image files, such as folder or csv"
        )
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
    yield _copies(found, looks, labels, dataset.notices)
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
    least, most = shorter.min(), shorter.max()
    sides = f"{least}" if least == most else f"{least} to {most}"
    text = f"the shorter side has {sides} pixels"
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
    """Look for images that may be masks; those with the names of masks are already left out."""
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
        f"{flat.sum()} images have hardly more than two grey levels while the others have many: "
        f"{_named(found, looks.readable[flat])}; if they are masks, leave them out with "
        "exclude=PATTERN",
    )


def _turned(found: FileSet, looks: Looks) -> Finding:
    """Look for landscape images where nearly all are portrait, or vice versa."""
    aspects = np.log(looks.sizes[:, 0] / looks.sizes[:, 1])
    across, upright = aspects > np.log(OBLONG), aspects < -np.log(OBLONG)
    rare, usual = sorted((across, upright), key=np.sum)
    if not rare.any() or rare.sum() > RARE * usual.sum():
        return Finding("turned", OK, "no image seems rotated against the others")
    return Finding(
        "turned",
        WARNING,
        f"{rare.sum()} images are rotated against {usual.sum()} others, and may need turning: "
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
        return Finding("groups", OK, f"{count} groups, which no split will divide")
    if found.grouped_by:
        return Finding(
            "groups",
            WARNING,
            f"column {found.grouped_by!r} has the same value in several rows; if such images are "
            f"very similar, keep them together with {_option(dataset, found.grouped_by)}",
        )
    paths = found.spelt or [found.shown(index) for index in range(len(found.paths))]
    proposal = propose_groups(paths, found.files.labels.tolist())
    if proposal is None:
        return Finding("groups", OK, "file names suggest no patients, sheets or similar groups")
    return Finding(
        "groups",
        WARNING,
        f"file names repeat a part, such as {proposal.example!r}, in {proposal.groups} groups; if "
        "that is a patient, a sheet or similar, keep its images together with "
        f"{_option(dataset, proposal.expression)}",
    )


def _option(dataset: str, group: str) -> str:
    """Return the data set option with groups, quoted for a shell."""
    (spec,) = parse_specs(dataset)
    return "--dataset " + shlex.quote(str(Spec(spec.name, {**spec.options, "group": group})))


def _shortcut(looks: Looks, labels: Int64Array, groups: Int64Array | None) -> Finding:
    shortcut = find_shortcut(looks, labels, groups)
    if shortcut is None:
        return Finding("shortcut", OK, f"not checked: {_too_few(groups)}")
    return Finding("shortcut", WARNING if shortcut.warns else OK, shortcut.told)


def _copies(found: FileSet, looks: Looks, labels: Int64Array, notices: Notices) -> Finding:
    codes = near_copies(looks.small, notices)
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
        text += "; no split will divide a group"
    return Finding("copies", WARNING, text)


def _too_few(groups: Int64Array | None) -> str:
    return f"a class has fewer than 5 {'images' if groups is None else 'groups'}"


def _labels(found: FileSet, looks: Looks, labels: Int64Array, groups: Int64Array | None) -> Finding:
    suspicion = suspect_labels(looks, labels, groups)
    if suspicion is None:
        return Finding("labels", OK, f"not checked: {_too_few(groups)}")
    by = f"a classifier of small grey images (mean recall {100 * suspicion.recall:.0f}"
    if suspicion.looked_at < len(labels):
        by += f", on {suspicion.looked_at} of {len(labels)} images, drawn at random"
    by += ")"
    if not suspicion.believed:
        return Finding("labels", OK, f"cannot be judged: {by} is too inaccurate")
    if not len(suspicion.places):
        return Finding("labels", OK, f"none seems wrong to {by}")
    pairs = list(zip(looks.readable[suspicion.places], suspicion.instead, strict=True))
    shown = [f"{found.shown(int(at))} (like {found.names[like]})" for at, like in pairs[:NAMED]]
    more = ", ..." if len(pairs) > NAMED else ""
    text = f"{len(pairs)} images look like another class to {by}: {', '.join(shown)}{more}"
    return Finding("labels", WARNING, text)


def _named(found: FileSet, indices: Sequence[int] | Int64Array) -> str:
    names = [found.shown(int(index)) for index in indices[:NAMED]]
    return ", ".join(names) + (", ..." if len(indices) > NAMED else "")
