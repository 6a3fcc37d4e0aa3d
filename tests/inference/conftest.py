"""A small run on a folder of images."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from geneticgan.inference.facts import read_facts, write_facts
from geneticgan_cli.main import cli

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A run on a folder with a training and a test part, and what it printed."""
    root = tmp_path_factory.mktemp("predict")
    rng = np.random.default_rng(0)
    for part, counts in (("train", (30, 20, 10)), ("test", (5, 4, 3))):
        for (name, colour), count in zip(COLOURS.items(), counts, strict=True):
            (root / "images" / part / name).mkdir(parents=True)
            for number in range(count):
                noise = rng.integers(-120, 120, (12, 12, 3))
                pixels = (np.array(colour) + noise).clip(0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(root / "images" / part / name / f"{number}.png")
    run = root / "run"
    words = [
        "train", "--dataset", "folder", "--data-root", root / "images", "--image-size", 8,
        "--imbalance", "as-is", "--steps", 30, "--width", 4, "--batch-size", 12, "--device", "cpu",
        "--out", run,
    ]  # fmt: skip
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return root, run


@pytest.fixture(scope="session")
def moved(world, tmp_path_factory):
    """The run, calibrated anew by class offsets, and what was printed."""
    run = tmp_path_factory.mktemp("moved") / "run"
    shutil.copytree(world[1], run)
    write_facts(run, replace(facts := read_facts(run), more={**facts.more, "thresholds": {}}))
    result = CliRunner().invoke(cli, ["evaluate", str(run), "--calibration", "offsets"])
    assert result.exit_code == 0, result.output
    return run, result.output
