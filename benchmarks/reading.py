"""How long a folder of many small images takes to be read: ``python -m benchmarks.reading``.

Made images, all different, as PNG files in folders of a thousand, are read by ``geneticgan
datasets prepare`` in a process of its own: for the first time; for the first time again, killed in
the middle of decoding and started once more; a second time; and after one image has changed.
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


@dataclass(frozen=True)
class Measured:
    """What a start took.

    Attributes
    ----------
    what : str
        Which one.
    seconds : float
        From the command to its end.
    computing : float
        Of these, those in which a core worked for it, several cores added up.
    peak : float
        Memory of the process at most, in MiB, what it maps from files included.
    """

    what: str
    seconds: float
    computing: float
    peak: float


def make_images(root: Path, count: int, side: int) -> None:
    """Write so many square smooth random images, every tenth one of the same class."""
    rng = np.random.default_rng(0)
    for index in range(count):
        folder = root / f"class-{index % CLASSES}" / f"{index // FOLDER:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6), dtype=np.uint8))
        image = coarse.resize((side, side), Image.Resampling.BICUBIC)
        image.save(folder / f"{index:07d}.png")


def start(what: str, root: Path, cache: Path, side: int, kill_at: int | None = None) -> Measured:
    """Read the folder in a process of its own; kill it once so many images are decoded."""
    words = ["datasets", "prepare", "folder:grayscale=true,classes=top", "--data-root", str(root)]
    words += ["--image-size", str(side)]
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
    computing = usage.ru_utime + usage.ru_stime
    return Measured(what, time.perf_counter() - begun, computing, usage.ru_maxrss / 1024)


def decoded(cache: Path) -> int:
    """Return how many images a process has noted as decoded."""
    lines = [line for path in cache.rglob("done") for line in path.read_text().splitlines()]
    return int(lines[-1].split()[0]) if lines else 0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=32, help="pixels of an image's sides")
    parser.add_argument("--no-kill", action="store_true", help="the first and second start alone")
    args = parser.parse_args()
    count, side = args.images, args.side
    with tempfile.TemporaryDirectory() as scratch:
        root, cache = Path(scratch) / "images", Path(scratch) / "cache"
        make_images(root, count, side)
        time.sleep(3)  # files that have just been written are always read again
        found = [start("first start", root, cache, side)]
        if not args.no_kill:
            shutil.rmtree(cache)
            killed = "killed in the middle"
            found.append(start(killed, root, cache, side, kill_at=count // 2))
            found.append(start("started again", root, cache, side))
        found.append(start("second start", root, cache, side))
        Image.new("L", (side, side), 99).save(next(root.rglob("*.png")))
        found.append(start("one image changed", root, cache, side))
    print(f"{count:,} images of {side} x {side} pixels\n")
    print("| | seconds | of a core | peak, MiB |\n|---|---|---|---|")
    for each in found:
        print(f"| {each.what} | {each.seconds:.1f} | {each.computing:.1f} | {each.peak:.0f} |")


if __name__ == "__main__":
    main()
