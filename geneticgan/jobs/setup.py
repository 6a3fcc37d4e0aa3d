"""From a config to the images of a run."""

from __future__ import annotations

from pathlib import Path

from geneticgan.catalogue import create_dataset, create_mutations, create_schedule
from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Source
from geneticgan.data.splits import Split, split_source
from geneticgan.training.device import resolve_device
from geneticgan.training.run_folder import RunFolder


def check_plugins(config: TrainConfig) -> None:
    """Make every plugin and device of a config once, so that mistakes show before any work."""
    create_mutations(config.mutations)
    create_schedule(config.schedule, T=config.T, alpha=config.alpha)
    resolve_device(config.device)


def load_split(config: TrainConfig) -> Split:
    """Load the data set and draw the parts of the run."""
    dataset = create_dataset(
        config.dataset, data_root=config.data_root, image_size=config.image_size
    )
    source = dataset.load()
    return split_source(source, _counts(config, source), config.validation_fraction, config.seed)


def open_run(path: Path) -> tuple[RunFolder, TrainConfig, Split]:
    """Open a run with the very images it was trained on; `RunError` if they have changed."""
    folder, config = RunFolder.open(path)
    split = load_split(config)
    if folder.split.is_file():
        folder.check_split(split)
    else:
        folder.write_split(split)
    return folder, config, split


def _counts(config: TrainConfig, source: Source) -> tuple[int, ...] | None:
    if config.counts is not None:
        return config.counts
    return source.default_counts if config.setting == "multi-class" else None
