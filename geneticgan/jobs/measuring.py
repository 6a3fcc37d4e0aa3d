"""Generation metrics of a run, or of all generators that a benchmark kept."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from geneticgan.benchmark.keeping import kept_generators
from geneticgan.benchmark.layout import BenchmarkFolder, no_results, place_of
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split
from geneticgan.errors import RunError
from geneticgan.evaluation.embedding import KINDS, Embedding, embed
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.generation_metrics import score_generated
from geneticgan.evaluation.spaces import SPACES, scores_file
from geneticgan.files import check_writable
from geneticgan.jobs.features import STEPS, Extractor, inception, reference_classifier
from geneticgan.methods.augmented import generate_missing
from geneticgan.methods.of_run import core_config
from geneticgan.networks import Generator
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.device import resolve_device
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.model import load_model
from geneticgan.training.ownership import own_images
from geneticgan.training.run_folder import RunFolder, write_json
from geneticgan.training.setup import draw_split, load_source, on_device, open_dataset

LIMIT = 1000
"""The maximal number of images of a class, real and generated each, that are compared."""

LIMIT_OVERALL = 5000
"""The same for all classes together; the metrics keep a table of all pairs in memory."""

SHOWN = 2000
"""The maximal number of images in an embedding."""


@dataclass(frozen=True)
class Subject:
    """Generators to be measured, and the file for the results.

    Attributes
    ----------
    title : str
        The title on the screen.
    config, source, split
        The config and images of the training.
    generators : sequence of Generator
        The generators, at least one.
    target : Path
        The JSON file without its suffix; the space's name is added if it is not the usual one.
    pictured : bool
        Whether to make an embedding.
    """

    title: str
    config: TrainConfig
    source: Source
    split: Split
    generators: Sequence[Generator]
    target: Path
    pictured: bool

    def file(self, space: str) -> Path:
        """Return the file for the scores in a feature space."""
        return scores_file(self.target, space)

    @property
    def embedding(self) -> Path:
        """The file of the embedding."""
        return self.target.with_name(f"{self.target.name}-embedding.npz")


def measure(
    path: str | Path,
    space: str,
    weights: str | Path | None,
    observers: Sequence[Observer],
    name: str | None = None,
    data_root: str | None = None,
) -> list[tuple[str, dict[str, Any]]]:
    """Measure all generators that have not been measured yet.

    Parameters
    ----------
    path : str or Path
        A run folder or benchmark folder.
    space : {"classifier", "inception"}
        The feature space.
    weights : str, Path or None
        The weights of InceptionV3.
    observers : sequence of Observer
        Observers of the work.
    name : str or None
        The device to compute on; None for that of the run or the cell.
    data_root : str or None
        Where the images are now; required for a folder that was made elsewhere.

    Returns
    -------
    list of (str, dict)
        The titles and scores of all generators.

    Raises
    ------
    RunError
        If it is neither a run nor a benchmark, there is no generator, or Inception's weights are
        missing.
    DataError
        If the images are missing.
    Interrupted
        If a stop was requested; finished measurements are kept.
    """
    path = Path(path)
    weights = None if weights is None else Path(weights)
    if not (path / "config.json").is_file() and not BenchmarkFolder(path).head.is_file():
        raise no_results(path)
    subjects = _of_run if (path / "config.json").is_file() else _of_benchmark
    extractors: dict[str, Extractor] = {}
    found = []
    with StopRequest() as stop:
        for subject in subjects(path, observers, name, data_root):
            file = subject.file(space)
            if not file.is_file():
                check_writable(path)
                device = resolve_device(subject.config.device)
                key = subject.source.fingerprint
                if key not in extractors:
                    extractors[key] = (
                        inception(weights, device)
                        if space == "inception"
                        else reference_classifier(
                            subject.source, subject.config, device, observers, stop
                        )
                    )
                for observer in observers:
                    observer.on_note(f"Measuring {subject.title}")
                _measure(subject, extractors[key], device, stop)
            found.append((subject.title, read_json(file)))
    if not found:
        raise RunError(f"{path} has no generators; only methods that generate can be measured")
    return found


def what_is_missing(path: Path, space: str) -> str:
    """Say what `measure` would do and what it would cost; empty if everything is measured.

    Only small files are read. Raises `RunError` if the path is neither a run nor a benchmark.
    """
    if (path / "config.json").is_file():
        folder, config = RunFolder.open(path)
        made = core_config(config) is not None and Checkpoint(folder.checkpoint).exists()
        lacking = int(made and not scores_file(path / "generation", space).is_file())
    else:
        bench = BenchmarkFolder(path)
        places = [place_of(result) for result in bench.results() if not result.failed]
        lacking = sum(
            bench.generators(at).is_dir() and not scores_file(bench.generation(at), space).is_file()
            for at in places
        )
    if not lacking:
        return ""
    what = "its generated images" if lacking == 1 else f"generated images of {lacking} trainings"
    return (
        f"{path}: {what} are not measured; --measure does so, and trains a reference classifier "
        f"({STEPS} steps) for each data set that has none yet"
    )


def _measure(
    subject: Subject, extractor: Extractor, device: torch.device, stop: StopRequest
) -> None:
    split, seed = subject.split, subject.config.seed
    real = _first(split.test, split.classes, LIMIT)
    labels = torch.from_numpy(real.labels)
    fake = Images(generate(subject.generators, labels, seed, device).numpy(), real.labels)
    features = [extractor.extract(part.pixels) for part in (fake, real, split.train)]
    parts = [part.labels for part in (fake, real, split.train)]
    stop.check()
    classes = []
    for label in range(split.classes):
        made, unseen, seen = (each[at == label] for each, at in zip(features, parts, strict=True))
        scores = score_generated(made, unseen, seen, seed)
        classes.append(scores and scores.to_json())
        stop.check()
    each_class = max(1, LIMIT_OVERALL // split.classes)
    chosen = _positions(real.labels, split.classes, each_class)
    overall = score_generated(features[0][chosen], features[1][chosen], features[2], seed)
    if subject.pictured and extractor.key == SPACES[0]:
        _embedding(subject, extractor, device).save(subject.embedding)
    subject.target.parent.mkdir(parents=True, exist_ok=True)
    write_json(
        subject.file(extractor.key),
        {
            "features": extractor.name,
            "class_names": split.class_names,
            "overall": overall and overall.to_json(),
            "classes": classes,
        },
    )


def _embedding(subject: Subject, extractor: Extractor, device: torch.device) -> Embedding:
    """Embed test and training images, and the generated ones that augmentation would add."""
    split, seed = subject.split, subject.config.seed
    each = max(2, SHOWN // (len(KINDS) * split.classes))
    train = _first(split.train, split.classes, each)
    lacking = generate_missing(subject.generators, split, seed, device)
    added = _first(lacking, split.classes, each)
    parts = (_first(split.test, split.classes, each), train, added)
    subject.target.parent.mkdir(parents=True, exist_ok=True)
    return embed(
        extractor.extract(np.concatenate([part.pixels for part in parts])),
        np.repeat(np.arange(len(KINDS), dtype=np.int64), [len(part) for part in parts]),
        np.concatenate([part.labels for part in parts]),
        seed,
    )


def _positions(labels: Any, classes: int, each: int) -> Any:
    return np.concatenate([np.flatnonzero(labels == label)[:each] for label in range(classes)])


def _first(images: Images, classes: int, each: int) -> Images:
    return images.take(_positions(images.labels, classes, each))


def _of_run(
    path: Path, observers: Sequence[Observer], device: str | None, data_root: str | None
) -> Iterator[Subject]:
    folder, config = RunFolder.open(path)
    config = on_device(own_images(config, folder.seals(), data_root, path), device)
    source, split = _loader(observers)(config)
    folder.check_split(split)
    core = core_config(config)
    if core is None:
        raise RunError(
            f"{path} was trained with {config.method}, which keeps no generator to measure"
        )
    model = load_model(core, split, folder)
    yield Subject(str(path), config, source, split, model.generators, path / "generation", True)


def _of_benchmark(
    path: Path, observers: Sequence[Observer], name: str | None, data_root: str | None
) -> Iterator[Subject]:
    load = _loader(observers)
    folder = BenchmarkFolder(path)
    seals = folder.seals()
    for result in folder.results():
        at = place_of(result)
        if result.failed or not folder.generators(at).is_dir():
            continue
        config = TrainConfig.from_mapping(dict(result.config), str(folder.cell(at)))
        config = on_device(own_images(config, seals, data_root, path), name)
        source, split = load(config)
        device = resolve_device(config.device)
        generators = kept_generators(folder.generators(at), config, split, device)
        pictured = config.seed == 0 and result.method.partition(":")[0] == "aggan"
        yield Subject(str(at), config, source, split, generators, folder.generation(at), pictured)


def _loader(
    observers: Sequence[Observer],
) -> Callable[[TrainConfig], tuple[Source, Split]]:
    """Return a function that loads a config's images, reading repeated sources only once."""
    last: tuple[str, Source] | None = None

    def load(config: TrainConfig) -> tuple[Source, Split]:
        nonlocal last
        dataset = open_dataset(config, observers)
        seedless = json.dumps(dataclasses.replace(config, seed=0).to_json())
        if last is None or last[0] != seedless:
            last = seedless, load_source(config, dataset)
        return last[1], draw_split(config, dataset, last[1])

    return load
