"""What looking real images up saves: ``python -m benchmarks.read_once``.

Generations of ``projected`` on one CPU core, without augmentation, in turns: the same run where
every batch's real images go through the frozen backbone again, and where each image does so once.
Times are those of the CPU, medians; the means of the first generations, in which most images are
new, stand apart.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.contenders import Step, generations
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.gan.step import step_toolbox
from geneticgan.training.build import build_machine, real_images
from geneticgan.training.model import build_model
from geneticgan.training.plugins import make_plugins
from geneticgan.training.setup import load_split

MUTATIONS = ("nonsat", "minimax,nonsat,lsgan")


def generation(config: TrainConfig, split: Split, *, once: bool) -> Step:
    """Return one generation of a run."""
    plugins = make_plugins(config)
    model = build_model(config, split, plugins.architecture)
    real = real_images(config, split, model.device)
    if not once:
        real = dataclasses.replace(real, positions=None)
    machine = build_machine(config, plugins, model, real)
    return generations(machine, step_toolbox(machine))


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--data-root")
    parser.add_argument("--image-size", type=int)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--first", type=int, default=30, help="generations shown apart")
    parser.add_argument("--generations", type=int, default=30, help="those after them")
    given = parser.parse_args()
    torch.set_num_threads(1)
    print("| offspring | anew, ms | once, ms | saved | first generations, anew and once, ms |")
    print("|---|---|---|---|---|")
    for mutations in MUTATIONS:
        config = TrainConfig(
            dataset=given.dataset, data_root=given.data_root, image_size=given.image_size,
            width=given.width, architecture="projected", augmentation="none", device="cpu",
            mutations=mutations, validation_fraction=0.0,
        )  # fmt: skip
        split = load_split(config)
        steps = [generation(config, split, once=once) for once in (False, True)]
        times = in_turns(steps, given.first + given.generations)
        first, later = times[:, : given.first].mean(axis=1), times[:, given.first :]
        anew, once = np.median(later, axis=1)
        cells = f"{1 + mutations.count(',')} | {anew:.0f} | {once:.0f} | {1 - once / anew:.0%}"
        print(f"| {cells} | {first[0]:.0f} and {first[1]:.0f} |", flush=True)


def in_turns(steps: Sequence[Step], count: int) -> npt.NDArray[np.float64]:
    """Return the CPU milliseconds of each of ``count`` calls, shape (steps, count)."""
    times = np.zeros((len(steps), count))
    for number in range(count):
        for row, step in enumerate(steps):
            begun = time.process_time()
            step()
            times[row, number] = 1000 * (time.process_time() - begun)
    return times


if __name__ == "__main__":
    main()
