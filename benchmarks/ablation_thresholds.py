"""Whether a variant tells classes apart better, or only decides sooner for the small ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from joblib import Parallel, delayed
from scipy.special import softmax
from sklearn.metrics import recall_score, roc_auc_score

from benchmarks.ablation_grid import CPU, against, cell, line, spread
from geneticgan.benchmark.cell import Cell
from geneticgan.config import TrainConfig
from geneticgan.data.augmentation import Augmentation
from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import to_uint8, to_unit_range
from geneticgan.data.splits import Split
from geneticgan.evaluation.calibration import fit_offsets
from geneticgan.evaluation.prediction import class_logits
from geneticgan.methods.contract import Task
from geneticgan.protocols.development import development_part
from geneticgan.seeding import numpy_stream
from geneticgan.training.setup import load_parts

Float64Array = npt.NDArray[np.float64]

LOOKED_AT = ("oscn", "paper", "random", "always", "only-nonsat")
"""Variants that are looked at if none are named."""

REFERENCE = "oscn"

DEFORMED = 500
"""Deformed training images of each class."""

CHUNK = 250


@dataclass(frozen=True)
class Reading:
    """What one network says, in percent.

    Attributes
    ----------
    acsa, smallest : float
        As it decides.
    auc : float
        Area under the ROC curve, the mean over pairs of classes: of the order alone, whatever
        is decided.
    moved, smallest_moved : float
        Once every class has got an offset to its logits, fitted on one half of the images and
        judged on the other, both ways: as good as thresholds can be.
    held_out, deformed : float
        ACSA with offsets of the validation images, and of training images, half of them
        deformed in ways the network did not see: what can be had without other images.
    """

    acsa: float
    smallest: float
    auc: float
    moved: float
    smallest_moved: float
    held_out: float
    deformed: float


def study(base: TrainConfig, seeds: Sequence[int], options: argparse.Namespace) -> None:
    """Train, or take what is kept, and print the table."""
    names = options.variants or LOOKED_AT
    wanted = [cell(name, base, seed) for name in names for seed in seeds]
    jobs = (delayed(_keep)(each, options.out) for each in wanted)
    Parallel(n_jobs=options.workers or 1)(jobs)
    found = {
        name: [read(_file(each, options.out)) for each in wanted if each.name == name]
        for name in names
    }
    print(
        "ACSA as the network decides, the same of the smallest class, the area under the ROC "
        "curve, and both once more with an offset for every class, fitted on one half of the "
        "images and judged on the other; then ACSA with offsets fitted on the validation images, "
        "and on training images, half of them deformed.\n"
    )
    heads = ["variant", "ACSA", "smallest class", "AUC", "ACSA, moved", "smallest class, moved"]
    heads += ["by held-out images", "by deformed ones"]
    compared = ["ACSA", "AUC", "ACSA, moved"] if REFERENCE in names else []
    heads += [f"{what}: - {REFERENCE}" for what in compared]
    print(f"{line(heads)}\n|{'---|' * len(heads)}")
    for name, readings in found.items():
        columns = _columns(readings)
        cells = [spread(column) for column in columns.values()]
        if compared:
            others = _columns(found[REFERENCE])
            keys = ("acsa", "auc", "moved")
            cells += [
                "" if name == REFERENCE else against(columns[key], others[key]) for key in keys
            ]
        print(line([name, *cells]))


def _columns(readings: Sequence[Reading]) -> dict[str, list[float]]:
    return {key: [getattr(each, key) for each in readings] for key in Reading.__annotations__}


def _file(cell: Cell, out: Path) -> Path:
    return out / "logits" / cell.place().with_suffix(".npz")


def _keep(cell: Cell, out: Path) -> None:
    """Train a cell's network and keep its logits of the study's images."""
    file = _file(cell, out)
    if file.is_file():
        return
    torch.set_num_threads(1)  # the result does not depend on how many run at once
    method, config, given = cell.make()
    source, split = load_parts(config)
    images = development_part(source, split)
    fitted = method.fit(Task(split, config, CPU, out / "work" / cell.place(), given=given))
    kinds = {
        "study": images,
        "held_out": split.validation,
        "deformed": _deformed(split, config.seed),
    }
    arrays: dict[str, Any] = {}
    for name, each in kinds.items():
        arrays[name] = class_logits(fitted.network, each, CPU)
        arrays[f"{name}_labels"] = each.labels
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        np.savez_compressed(stream, smallest=split.smallest_class, **arrays)
    print(cell, file=sys.stderr)


def _deformed(split: Split, seed: int) -> Images:
    """Return `DEFORMED` training images of each class, repeated if few; half are deformed."""
    rng = numpy_stream(seed, "thresholds")
    labels = np.repeat(np.arange(split.classes, dtype=np.int64), DEFORMED)
    members = [np.flatnonzero(split.train.labels == label) for label in range(split.classes)]
    chosen = np.concatenate([rng.choice(each, DEFORMED) for each in members])
    images = to_unit_range(torch.from_numpy(split.train.pixels[chosen]))
    deform = Augmentation("deformation", seed)
    deformed = torch.cat(
        [deform(c, "thresholds", i) for i, c in enumerate(torch.split(images, CHUNK))]
    )
    return Images(to_uint8(deformed).numpy(), labels)


def read(file: Path) -> Reading:
    """Judge kept logits."""
    with np.load(file) as found:
        kept = dict(found)
    logits, labels, smallest = kept["study"], kept["study_labels"], int(kept["smallest"])
    order = np.random.default_rng(0).permutation(len(labels))
    moved = np.empty_like(logits)
    for ones, others in ((order[::2], order[1::2]), (order[1::2], order[::2])):
        moved[others] = logits[others] + fit_offsets(logits[ones], labels[ones])
    plain, shifted = _recalls(logits, labels), _recalls(moved, labels)
    return Reading(
        float(plain.mean()),
        float(plain[smallest]),
        100 * _auc(logits, labels),
        float(shifted.mean()),
        float(shifted[smallest]),
        *(
            float(_recalls(logits + fit_offsets(kept[k], kept[f"{k}_labels"]), labels).mean())
            for k in ("held_out", "deformed")
        ),
    )


def _recalls(logits: Float64Array, labels: Int64Array) -> Float64Array:
    said = logits.argmax(axis=1)
    recalls: Float64Array = 100 * recall_score(labels, said, average=None, zero_division=0.0)
    return recalls


def _auc(logits: Float64Array, labels: Int64Array) -> float:
    shares = softmax(logits, axis=1)
    if logits.shape[1] == 2:
        # The difference of logits has the same order as the shares, and no ties by rounding.
        return float(roc_auc_score(labels, logits[:, 1] - logits[:, 0]))
    return float(roc_auc_score(labels, shares, multi_class="ovo", average="macro"))
