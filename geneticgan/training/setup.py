"""Loads the images of a run by its config."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Dataset, Source, create_dataset
from geneticgan.data.imbalance import create_imbalance
from geneticgan.data.loaded import counts_checked, load_checked
from geneticgan.data.notices import Notices
from geneticgan.data.splits import Split, available_counts, split_source
from geneticgan.training.hooks import Observer
from geneticgan.training.ownership import own_images
from geneticgan.training.run_folder import RunFolder


class ObserverNotices(Notices):
    """Passes the notices of a data set that is being read on to a job's observers."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def begin(self, title: str, total: int) -> None:
        """Begin the phase of decoding."""
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
    """Make the data set that a config names; observers see its progress."""
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
    """Load the classes of a data set that a config's imbalance uses."""
    return load_checked(create_imbalance(config.imbalance), dataset)


def draw_split(config: TrainConfig, dataset: Dataset, source: Source) -> Split:
    """Draw the parts of a run from a loaded data set."""
    available = available_counts(
        source, config.seed if config.split_seed is None else config.split_seed
    )
    return split_source(
        source,
        counts_checked(create_imbalance(config.imbalance), available, source, dataset),
        config.validation_fraction,
        config.seed,
        config.split_seed,
    )


def load_parts(config: TrainConfig, observers: Sequence[Observer] = ()) -> tuple[Source, Split]:
    """Load the data set, draw the parts of the run, and return both."""
    dataset = open_dataset(config, observers)
    source = load_source(config, dataset)
    return source, draw_split(config, dataset, source)


def load_split(config: TrainConfig, observers: Sequence[Observer] = ()) -> Split:
    """Load the data set and draw the parts of the run."""
    return load_parts(config, observers)[1]


def on_device(config: TrainConfig, device: str | None) -> TrainConfig:
    """Return the config with another device, or unchanged for None."""
    return config if device is None else dataclasses.replace(config, device=device)


def open_run(
    path: Path,
    observers: Sequence[Observer] = (),
    device: str | None = None,
    data_root: str | None = None,
) -> tuple[RunFolder, TrainConfig, Split]:
    """Open a run with exactly the images that it was trained on.

    A given ``device`` or ``data_root`` replaces the config's, but not in the file on disk.

    Raises
    ------
    RunError
        If the images have changed, or if their location comes from a run made elsewhere; see
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
