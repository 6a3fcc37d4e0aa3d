"""What a cell keeps besides its scores: its generators and a sheet of samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import UInt8Array
from geneticgan.data.splits import Split
from geneticgan.errors import RunError
from geneticgan.evaluation.generation import generate
from geneticgan.files import written_whole
from geneticgan.networks import Generator
from geneticgan.training.model import build_model
from geneticgan.training.tensors import load_module, save_tensors

COLUMNS = 8
"""Number of samples of each class on a sheet."""


def keep_generators(folder: Path, generators: Sequence[Generator]) -> None:
    """Save generators' weights in a folder, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, generator in enumerate(generators):
        with written_whole(folder / f"generator-{number}.safetensors") as temporary:
            save_tensors(temporary, generator.state_dict())


def kept_generators(
    folder: Path, config: TrainConfig, split: Split, device: torch.device
) -> list[Generator]:
    """Load what `keep_generators` saved; an empty list if there are none."""
    generators = []
    for path in sorted(folder.glob("generator-*.safetensors")):
        generator = build_model(config, split).generators[0]
        load_module(path, generator)
        generators.append(generator.to(device))
    return generators


def draw_sheet(
    path: Path, generators: Sequence[Generator], split: Split, seed: int, device: torch.device
) -> None:
    """Write a sheet of `COLUMNS` generated images of each class."""
    labels = torch.arange(split.classes).repeat_interleave(COLUMNS)
    write_sheet(path, generate(generators, labels, seed, device).numpy(), COLUMNS)


def draw_real_sheet(path: Path, split: Split) -> None:
    """Write a sheet of the first training images of each class, up to `COLUMNS`."""
    shape = split.train.pixels.shape[1:]
    cells = np.full((split.classes, COLUMNS, *shape), 255, np.uint8)
    for label in range(split.classes):
        first = split.train.pixels[split.train.labels == label][:COLUMNS]
        cells[label, : len(first)] = first
    write_sheet(path, cells.reshape(-1, *shape), COLUMNS)


def write_sheet(path: Path, images: UInt8Array, columns: int) -> None:
    """Write images (N, C, H, W) as one PNG with ``columns`` images per row, without gaps."""
    count, channels, height, width = images.shape
    rows = images.reshape(count // columns, columns, channels, height, width)
    whole = rows.transpose(0, 3, 1, 4, 2).reshape(-1, columns * width, channels)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as temporary:
        Image.fromarray(whole[:, :, 0] if channels == 1 else whole).save(temporary, format="PNG")


def read_sheet(path: Path, rows: int) -> UInt8Array:
    """Read a sheet as an array (rows, columns, H, W, 3), given its number of rows.

    Raises
    ------
    RunError
        If it cannot be read or is not a sheet with that many rows.
    """
    try:
        whole = np.asarray(Image.open(path).convert("RGB"))
    except OSError as error:
        raise RunError(f"{path} cannot be read as a picture ({error})") from error
    size = whole.shape[0] // rows
    if size == 0 or whole.shape[0] % rows or whole.shape[1] % size:
        raise RunError(f"{path} is not a sheet of samples of {rows} classes")
    return whole.reshape(rows, size, -1, size, 3).transpose(0, 2, 1, 3, 4)
