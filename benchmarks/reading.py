"""How long a folder of many small images takes to be read: ``python -m benchmarks.reading``.

Made images, all different, as PNG files in folders of a thousand, are read by ``geneticgan
datasets prepare`` in a process of its own: for the first time; for the first time again, killed in
the middle of decoding and started once more; and a second time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = 10
FOLDER = 1_000
"""Images in a folder."""

SIDE = 32
"""Pixels of an image's sides."""


@dataclass(frozen=True)
class Measured:
    """What a start took.

    Attributes
    ----------
    what : str
        Which one.
    seconds : float
        From the command to its end.
    peak : float
        Memory of the process at most, in MiB, what it maps from files included.
    """

    what: str
    seconds: float
    peak: float


def make_images(root: Path, count: int) -> None:
    """Write so many smooth random images, every tenth one of the same class."""
    rng = np.random.default_rng(0)
    for index in range(count):
        folder = root / f"class-{index % CLASSES}" / f"{index // FOLDER:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6), dtype=np.uint8))
        image = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        image.save(folder / f"{index:07d}.png")


def start(what: str, root: Path, cache: Path, kill_at: int | None = None) -> Measured:
    """Read the folder in a process of its own; kill it once so many images are decoded."""
    words = ["datasets", "prepare", "folder:grayscale=true,classes=top", "--data-root", str(root)]
    words += ["--image-size", str(SIDE)]
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "geneticgan_cli", *words],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "GENETICGAN_CACHE": str(cache)},
    )
    while kill_at is not None:
        over = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if over or decoded(cache) >= kill_at:
            process.kill()
            break
        time.sleep(0.02)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and kill_at is None:
        raise RuntimeError(f"prepare ended with {process.returncode}")
    return Measured(what, time.perf_counter() - begun, usage.ru_maxrss / 1024)


def decoded(cache: Path) -> int:
    """Return how many images a process has noted as decoded."""
    lines = [line for path in cache.rglob("done") for line in path.read_text().splitlines()]
    return int(lines[-1].split()[0]) if lines else 0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    count = parser.parse_args().images
    with tempfile.TemporaryDirectory() as scratch:
        root, cache = Path(scratch) / "images", Path(scratch) / "cache"
        make_images(root, count)
        time.sleep(3)  # files that have just been written are always read again
        found = [start("first start", root, cache)]
        shutil.rmtree(cache)
        found.append(start("killed in the middle", root, cache, kill_at=count // 2))
        found.append(start("started again", root, cache))
        found.append(start("second start", root, cache))
    print(f"{count:,} images of {SIDE} x {SIDE} pixels\n\n| | seconds | peak, MiB |\n|---|---|---|")
    for each in found:
        print(f"| {each.what} | {each.seconds:.1f} | {each.peak:.0f} |")


if __name__ == "__main__":
    main()
