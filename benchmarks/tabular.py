"""AnnealingGANSampler beside other over-samplers: ``python -m benchmarks.tabular``.

Data sets that scikit-learn carries, made imbalanced, and generated ones; a seed draws what is
generated, the imbalance, the held-out part and everything that a sampler or classifier draws. A
third of every data set is held out before anything is made imbalanced, and is not.
"""

from __future__ import annotations

import argparse
import platform
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from imblearn.datasets import make_imbalance
from imblearn.metrics import geometric_mean_score
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE, RandomOverSampler
from rich.console import Console
from rich.progress import track
from scipy.stats import wilcoxon
from sklearn import datasets
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from geneticgan import AnnealingGANSampler

Array = npt.NDArray[Any]
Pair = tuple[Array, Array]

FEWEST = 8
"""Training rows that a class keeps: ADASYN and SMOTE need neighbours."""

OURS = "ours, steps=300"


def _carried(name: str) -> Callable[[int], Pair]:
    def load(seed: int) -> Pair:
        X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        return X, y

    return load


def _classes(seed: int, classes: int) -> Pair:
    X, y = datasets.make_classification(
        1500,
        20,
        n_informative=6,
        n_redundant=4,
        n_classes=classes,
        n_clusters_per_class=2,
        random_state=seed,
    )
    return X, y


def _blobs(kind: str, seed: int) -> Pair:
    options = {"moons": {"noise": 0.25}, "circles": {"noise": 0.12, "factor": 0.6}}[kind]
    X, y = getattr(datasets, f"make_{kind}")(1000, random_state=seed, **options)
    return X, y


SETS: Mapping[str, tuple[Callable[[int], Pair], tuple[int, ...], float]] = {
    "breast cancer": (_carried("breast_cancer"), (0,), 10),
    "wine": (_carried("wine"), (0, 2), 6),
    "iris": (_carried("iris"), (1,), 4),
    "digits": (_carried("digits"), (1, 3, 5, 7, 9), 15),
    "2 classes": (lambda seed: _classes(seed, 2), (1,), 20),
    "3 classes": (lambda seed: _classes(seed, 3), (1, 2), 15),
    "moons": (lambda seed: _blobs("moons", seed), (1,), 20),
    "circles": (lambda seed: _blobs("circles", seed), (1,), 20),
}
"""By name: what loads or generates it, the classes made small, and the imbalance ratio."""

SAMPLERS: Mapping[str, Callable[[int], Any]] = {
    "none": lambda seed: None,
    "RandomOverSampler": lambda seed: RandomOverSampler(random_state=seed),
    "SMOTE": lambda seed: SMOTE(random_state=seed),
    "BorderlineSMOTE": lambda seed: BorderlineSMOTE(random_state=seed),
    "ADASYN": lambda seed: ADASYN(random_state=seed),
    OURS: lambda seed: AnnealingGANSampler(random_state=seed, steps=300, device="cpu"),
    "ours, steps=0": lambda seed: AnnealingGANSampler(random_state=seed, steps=0, device="cpu"),
}

CLASSIFIERS: Mapping[str, Callable[[int], ClassifierMixin]] = {
    "logistic regression": lambda seed: LogisticRegression(max_iter=2000),
    "random forest": lambda seed: RandomForestClassifier(100, random_state=seed),
    "nearest neighbours": lambda seed: KNeighborsClassifier(),
}


def task(name: str, seed: int) -> tuple[Array, Array, Array, Array]:
    """Return imbalanced training rows and labels, and held-out rows and labels."""
    load, small, ratio = SETS[name]
    X, y = load(seed)
    X, X_test, y, y_test = train_test_split(X, y, test_size=1 / 3, stratify=y, random_state=seed)
    counts = np.bincount(y)
    largest = max(count for label, count in enumerate(counts) if label not in small)
    wanted = {label: min(counts[label], max(FEWEST, round(largest / ratio))) for label in small}
    X, y = make_imbalance(X, y, sampling_strategy=wanted, random_state=seed)
    return X, y, X_test, y_test


def judge(X: Array, y: Array, X_test: Array, y_test: Array, seed: int) -> Array:
    """Return balanced accuracy and G-mean of every classifier, (classifiers, 2), in per cent."""
    found = []
    for make in CLASSIFIERS.values():
        predicted = make_pipeline(StandardScaler(), make(seed)).fit(X, y).predict(X_test)
        found.append(
            (balanced_accuracy_score(y_test, predicted), geometric_mean_score(y_test, predicted))
        )
    return 100 * np.array(found)


def measure(names: Iterable[str], seeds: Iterable[int]) -> tuple[dict[str, Array], dict[str, int]]:
    """Return every sampler's scores, and how often one could not resample.

    Scores have the shape (data sets, seeds, classifiers, 2). A sampler that gives up, as ADASYN
    may, is judged on the rows as they are.
    """
    cells = [(name, seed) for name in names for seed in seeds]
    scores: dict[str, list[Array]] = {sampler: [] for sampler in SAMPLERS}
    gave_up = dict.fromkeys(SAMPLERS, 0)
    for name, seed in track(cells, console=Console(stderr=True)):
        X, y, X_test, y_test = task(name, seed)
        for sampler, make in SAMPLERS.items():
            balanced = X, y
            if sampler != "none":
                try:
                    balanced = make(seed).fit_resample(X, y)
                except (ValueError, RuntimeError):
                    gave_up[sampler] += 1
            scores[sampler].append(judge(*balanced, X_test, y_test, seed))
    shape = len({n for n, _ in cells}), -1, len(CLASSIFIERS), 2
    return {k: np.array(v).reshape(shape) for k, v in scores.items()}, gave_up


def line(cells: Iterable[object]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def show(title: str, heads: list[str], rows: Mapping[str, list[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n## {title}\n\n{line(['sampler', *heads])}\n|{'---|' * (len(heads) + 1)}")
    for name, cells in rows.items():
        print(line([name, *cells]))


def against(ours: Array, theirs: Array) -> str:
    """Say how often ours is better and worse, and how likely by chance (Wilcoxon)."""
    more = (ours - theirs).ravel()
    better, worse = (more > 0).sum(), (more < 0).sum()
    p = wilcoxon(more[more != 0]).pvalue if better + worse else 1.0
    return f"{better}-{worse}, " + ("p < 0.001" if p < 0.001 else f"p = {p:.2g}")


def speed() -> str:
    """Return how long a table of 1,000 rows and 20 columns takes, beside SMOTE."""
    X, y = datasets.make_classification(1000, 20, weights=[0.95], random_state=0)
    seconds = []
    for sampler in (SMOTE(random_state=0), AnnealingGANSampler(device="cpu")):
        sampler.fit_resample(X, y)  # what is loaded and compiled once is not measured
        begun = time.perf_counter()
        sampler.fit_resample(X, y)
        seconds.append(time.perf_counter() - begun)
    return f"1,000 rows of 20 columns: SMOTE {seconds[0]:.3f} s, ours {seconds[1]:.1f} s."


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="counted from 0")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("a seed at least")
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", module="imblearn")  # ADASYN's, of classes left as they are
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    scores, gave_up = measure(options.sets, seeds)
    packages = ", ".join(f"{p} {version(p)}" for p in ("imbalanced-learn", "scikit-learn", "torch"))
    command = shlex.join(["python", "-m", "benchmarks.tabular", *sys.argv[1:]])
    print(
        f"# Over-sampling tables\n\n`{command}`: seeds {seeds[0]} to {seeds[-1]}, {packages}, "
        f"Python {platform.python_version()}. {speed()}\n\nMeans over seeds, in per cent, on "
        f"held-out rows. `steps=0` is our sampler as it begins, a Gaussian of each class. Better "
        f"and worse: data sets and seeds where ours has the higher and lower balanced accuracy, "
        f"in the mean over classifiers, with a Wilcoxon signed-rank test over them."
    )
    ours = scores[OURS][..., 0].mean(axis=2)
    rows = {}
    for name, found in scores.items():
        mean = found.mean(axis=(0, 1))
        note = f" (gave up {gave_up[name]} times)" if gave_up[name] else ""
        rows[name + note] = [
            f"{found[..., 0].mean():.1f}",
            f"{found[..., 1].mean():.1f}",
            *(f"{value:.1f}" for value in mean[:, 0]),
            "" if name == OURS else against(ours, found[..., 0].mean(axis=2)),
        ]
    heads = ["balanced accuracy", "G-mean", *CLASSIFIERS, "ours: better-worse"]
    show("All", heads, rows)
    for index, title in enumerate(("Balanced accuracy by data set", "G-mean by data set")):
        by_set = {n: found[..., index].mean(axis=(1, 2)) for n, found in scores.items()}
        rows = {n: [f"{value:.1f}" for value in values] for n, values in by_set.items()}
        show(title, list(options.sets), rows)


if __name__ == "__main__":
    main()
