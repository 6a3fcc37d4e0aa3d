"""What over-sampling does to a pretrained network's features: ``python -m benchmarks.features``.

A folder's images are read from their files in the backbone's own size, and their features are
computed once and cached. In every fold of a stratified cross-validation a linear head is fitted as
the method ``probe`` does it, its penalty chosen inside the training part unless one is given, to
the features as they are (that is ``probe`` with its default options) and to those with added ones.
Mean recall in percent of the whole test fold.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import recall_score
from sklearn.model_selection import StratifiedKFold

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.splits import split_source
from geneticgan.methods.contract import Task
from geneticgan.methods.features import features_of
from geneticgan.methods.generated_features import AXES, generated_features
from geneticgan.methods.linear_head import Rows, choose_l2, fit_head
from geneticgan.methods.probe import Probe
from geneticgan.methods.resampled_features import resampled_features
from geneticgan.networks.backbones.contract import Features, create_backbone
from geneticgan.training.setup import load_source, open_dataset

Float32Array = npt.NDArray[np.float32]
Add = Callable[[int, Float32Array, Int64Array], Rows]
"""Maps a seed, features and labels to those that a head is fitted to."""


SEED = 0
"""Seeds what is added, and the folds by which a penalty is chosen."""


def _generated(
    seed: int, features: Float32Array, labels: Int64Array, departure: float, axes: int = AXES
) -> Rows:
    more, of_them = generated_features(features, labels, seed, departure, axes)
    return np.concatenate([features, more]), np.concatenate([labels, of_them])


WAYS: Mapping[str, Add] = {
    "nothing": partial(resampled_features, "none"),
    "repeated rows": partial(_generated, departure=0.0),
    "smote": partial(resampled_features, "smote"),
    "borderline-smote": partial(resampled_features, "borderline-smote"),
    "a Gaussian of each class": partial(_generated, departure=1.0),
    "the same with all axes": partial(_generated, departure=1.0, axes=10**6),
    "aggan": partial(resampled_features, "aggan"),
}


def read(root: Path, backbone: str) -> tuple[Float32Array, Images, tuple[str, ...]]:
    """Return the features of a folder's images, the images, and the names of their classes."""
    config = Probe(backbone).reads(TrainConfig(dataset="folder", data_root=str(root)))
    source = load_source(config, open_dataset(config))
    pretrained = create_backbone(backbone).load()
    task = Task(split_source(source, None, 0.0, seed=0), config, torch.device("cpu"), Path())
    features = features_of(Features(pretrained), pretrained.key, source.pool, task)
    return features, source.pool, source.class_names


def predicted(
    add: Add,
    features: Float32Array,
    labels: Int64Array,
    groups: Int64Array | None,
    l2: float,
    shown: Float32Array,
) -> Int64Array:
    """Return the classes of other features by a head that is fitted as ``probe`` fits it."""
    classes, resample = int(labels.max()) + 1, partial(add, SEED)
    l2 = l2 or choose_l2(features, labels, classes, 1.0, SEED, groups, resample)
    head = fit_head(*resample(features, labels), classes, 1.0, l2)
    logits = shown @ head.weight.numpy().T + head.bias.numpy()
    found: Int64Array = logits.argmax(axis=1)
    return found


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True, help="folder or archive of images")
    parser.add_argument("--backbone", default="efficientnet-lite0")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7, help="of the folds")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--l2", type=float, default=0.0, help="0 for the one that is chosen")
    given = parser.parse_args()
    torch.set_num_threads(1)
    features, images, names = read(given.data_root, given.backbone)
    labels, counts = images.labels, images.counts(len(names))
    smallest = int(np.argmin(counts))
    splitter = StratifiedKFold(given.folds, shuffle=True, random_state=given.seed)
    folds = list(splitter.split(features, labels))
    print(f"{len(labels)} images; the rarest class is {names[smallest]} ({counts[smallest]}).\n")
    heads = (*(f"fold {number + 1}" for number in range(given.folds)), "mean", "rarest", "CPU s")
    print(f"| added | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 1)}")
    for way in given.ways:
        begun, recalls, rarest = time.process_time(), [], []
        for train, test in folds:
            groups = None if images.groups is None else images.groups[train]
            fitted = WAYS[way], features[train], labels[train], groups, given.l2
            found = predicted(*fitted, features[test])
            recalls.append(100 * recall_score(labels[test], found, average="macro"))
            rarest.append(100 * np.mean(found[labels[test] == smallest] == smallest))
        cells = (f"{each:.1f}" for each in (*recalls, np.mean(recalls), np.mean(rarest)))
        seconds = (time.process_time() - begun) / given.folds
        print(f"| {way} | {' | '.join(cells)} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
