"""How much memory and time ``geneticgan predict`` takes: ``python -m benchmarks.predicting``.

A folder of many small images, scikit-learn's digits over and over as PNG files, is classified by
a run of width 8, each number of images in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from geneticgan.config import TrainConfig
from geneticgan.jobs.train import plan, train

COUNTS = (1_000, 10_000, 100_000)
FOLDER = 1_000
"""Images in a folder."""

CONFIG = TrainConfig(method="balanced-softmax", width=8, steps=300, device="cpu")


@dataclass(frozen=True)
class Measured:
    """What classifying so many images took.

    Attributes
    ----------
    images : int
        How many.
    seconds : float
        From the command to its end.
    peak : float
        Memory of the process at most, in MiB.
    """

    images: int
    seconds: float
    peak: float


def make_images(root: Path, count: int) -> list[Path]:
    """Write so many images; returns their folders, each of `FOLDER` of them."""
    digits = (load_digits().images * 255 / 16).round().astype(np.uint8)
    folders = [root / f"{number:03d}" for number in range(-(-count // FOLDER))]
    for index in range(count):
        folder = folders[index // FOLDER]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(digits[index % len(digits)]).save(folder / f"{index:06d}.png")
    return folders


def measure(run: Path, folders: list[Path], out: Path, images: int) -> Measured:
    """Classify folders of images in a process of its own; raises if it fails."""
    words = [sys.executable, "-m", "geneticgan_cli", "predict", str(run), *map(str, folders)]
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  # our own command
        [*words, "--device", "cpu", "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"predict ended with {process.returncode}")
    return Measured(images, time.perf_counter() - begun, usage.ru_maxrss / 1024)


def table(found: list[Measured]) -> Iterator[str]:
    """Yield the lines of the table; rates leave out the first row, which mostly begins."""
    first = found[0]
    yield "| images | seconds | images a second after the first row | peak memory, MiB |"
    yield "|---|---|---|---|"
    for each in found:
        more, longer = each.images - first.images, each.seconds - first.seconds
        rate = f"{more / longer:,.0f}" if longer > 0 else ""
        yield f"| {each.images:,} | {each.seconds:.1f} | {rate} | {each.peak:,.0f} |"


def main(words: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    counts = sorted(parser.parse_args(words).counts)
    with tempfile.TemporaryDirectory(prefix="geneticgan-") as name:
        root = Path(name)
        train(CONFIG, root / "run", plan(CONFIG), observers=[])
        folders = make_images(root / "images", counts[-1])
        found = [
            measure(root / "run", folders[: -(-count // FOLDER)], root / "p.csv", count)
            for count in counts
        ]
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
