"""From a config to the images of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Dataset, Source, create_dataset
from geneticgan.data.imbalance import create_imbalance
from geneticgan.data.notices import Notices
from geneticgan.data.splits import Split, available_counts, split_source
from geneticgan.training.hooks import Observer
from geneticgan.training.ownership import own_images
from geneticgan.training.run_folder import RunFolder


class ObserverNotices(Notices):
    """Passes on to the observers of a job what the reading of a data set tells."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def begin(self, title: str, total: int) -> None:
        """Begin to decode."""
        self.phase(f"Decoding {title}", total)

    def phase(self, title: str, total: int) -> None:
        """Begin a phase."""
        for observer in self._observers:
            observer.on_phase(title, total)

    def done(self, count: int) -> None:
        """Report progress."""
        for observer in self._observers:
            observer.on_progress(count)

    def note(self, text: str) -> None:
        """Pass on a note."""
        for observer in self._observers:
            observer.on_note(text)


def open_dataset(config: TrainConfig, observers: Sequence[Observer] = ()) -> Dataset:
    """Make the data set that a config names; its progress goes to the observers."""
    dataset = create_dataset(
        config.dataset,
        data_root=config.data_root,
        image_size=config.image_size,
        download=config.download or None,
        skip_corrupt=config.skip_corrupt or None,
    )
    dataset.notices = ObserverNotices(observers)
    return dataset


def load_source(config: TrainConfig, dataset: Dataset) -> Source:
    """Load the classes of a data set that take part in a config's imbalance."""
    return create_imbalance(config.imbalance).load(dataset)


def draw_split(config: TrainConfig, dataset: Dataset, source: Source) -> Split:
    """Draw the parts of a run from what a data set gave."""
    available = available_counts(
        source, config.seed if config.split_seed is None else config.split_seed
    )
    return split_source(
        source,
        create_imbalance(config.imbalance).counts(
            available, source.default_counts, dataset.largest
        ),
        config.validation_fraction,
        config.seed,
        config.split_seed,
    )


def load_parts(config: TrainConfig, observers: Sequence[Observer] = ()) -> tuple[Source, Split]:
    """Load the data set and draw the parts of the run; returns both."""
    dataset = open_dataset(config, observers)
    source = load_source(config, dataset)
    return source, draw_split(config, dataset, source)


def load_split(config: TrainConfig, observers: Sequence[Observer] = ()) -> Split:
    """Load the data set and draw the parts of the run."""
    return load_parts(config, observers)[1]


def on_device(config: TrainConfig, device: str | None) -> TrainConfig:
    """Return a config that computes on another device, or itself for None."""
    return config if device is None else dataclasses.replace(config, device=device)


def open_run(
    path: Path,
    observers: Sequence[Observer] = (),
    device: str | None = None,
    data_root: str | None = None,
) -> tuple[RunFolder, TrainConfig, Split]:
    """Open a run with the very images it was trained on.

    With a ``device`` or a ``data_root`` the config names that one; what is on disk keeps the run's
    own.

    Raises
    ------
    RunError
        If the images have changed, or lie where a run that was not made here says; see
        `own_images`.
    """
    folder, config = RunFolder.open(path)
    config = on_device(own_images(config, folder.seals(), data_root, path), device)
    split = load_split(config, observers)
    if folder.split.is_file():
        folder.check_split(split)
    else:
        folder.write_split(split)
    return folder, config, split
