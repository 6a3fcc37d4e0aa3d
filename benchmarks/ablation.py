"""What makes annealed evolution pay: ``python -m benchmarks.ablation STUDY``.

Four studies, on images that no method trains on and that are not the test part (training images
outside the imbalanced subset):

- ``grid``: variants of the method, one thing changed at a time, beside Os+CN and ACGAN;
- ``selection``: is a generation's fitness more than noise, and does it tell what comes of an
  offspring later?
- ``images``: what a classifier gains from generated images, from the same with right labels, with
  wrong ones left out, and from as many real ones;
- ``thresholds``: does a variant tell classes apart better, or only decide sooner for small ones?

``grid`` comes before ``images``, which takes the generators that it kept.
"""

from __future__ import annotations

import argparse
import platform
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import ablation_grid, ablation_images, ablation_selection, ablation_thresholds
from geneticgan.config import TrainConfig

STUDIES = {
    "grid": ablation_grid.study,
    "selection": ablation_selection.study,
    "images": ablation_images.study,
    "thresholds": ablation_thresholds.study,
}


def main() -> None:
    """Run a study and print its tables as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--dataset", default="fashion-mnist")
    parser.add_argument("--data-root")
    parser.add_argument("--imbalance", default="auto", help="as geneticgan train takes it")
    parser.add_argument("--seeds", type=int, default=3, help="counted from --first-seed")
    parser.add_argument("--first-seed", type=int, default=2000, help="away from benchmarks' seeds")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--classifier-steps", type=int, help="of images; --steps by default")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--augmentation", default="none", help="of what every variant learns from")
    parser.add_argument("--oversampling", default="batches", help="how classes are balanced")
    parser.add_argument("--variants", nargs="+", help="by default those a study is about")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path, required=True, help="folder of the cells")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("a seed at least")
    base = TrainConfig(
        recipe="paper",
        dataset=options.dataset,
        data_root=options.data_root,
        imbalance=options.imbalance,
        steps=options.steps,
        width=options.width,
        learning_rate=options.learning_rate,
        augmentation=options.augmentation,
        oversampling=options.oversampling,
        device="cpu",
    )
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    command = shlex.join(["python", "-m", "benchmarks.ablation", *sys.argv[1:]])
    print(
        f"`{command}`: {options.dataset}, seeds {seeds[0]} to {seeds[-1]}, {options.steps} batches "
        f"of {base.batch_size}, width {options.width}; torch {version('torch')}, Python "
        f"{platform.python_version()}.\n"
    )
    STUDIES[options.study](base, seeds, options)


if __name__ == "__main__":
    main()
