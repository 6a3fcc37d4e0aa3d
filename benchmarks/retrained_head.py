"""A GAN's class head, fitted anew at the end: ``python -m benchmarks.retrained_head RUN...``.

Reads folders that ``geneticgan train`` made. On the trained discriminator's features, which stay as
they are, a linear head is fitted with the balanced softmax (`geneticgan.methods.linear_head`): to
the real training images, and to these and generated ones that bring every class to the size of the
largest, or to 1,000 if that is less. For each data set the table has the mean recall on the test
part of the class head as it was trained, of both new heads, and of the balanced softmax network
beside them, whose features no GAN has shaped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.ablation_grid import line, spread
from benchmarks.run_classifier import ahead, print_tables, read_run
from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import to_unit_range
from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.prediction import CHUNK
from geneticgan.methods.augmented import generate_missing
from geneticgan.methods.linear_head import choose_l2, fit_head
from geneticgan.methods.of_run import method_of
from geneticgan.networks.contracts import Discriminator
from geneticgan.training.model import load_model
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import load_split

MOST = 1000
"""Images of a class to which generated ones are added at most: fitting takes time."""

TAU = 1.0
"""The strength of the balanced softmax."""

AS_TRAINED, ON_REAL, ON_BOTH = "class head", "fitted to real images", "fitted to both kinds"
WITHOUT = "Balanced softmax"

Table = Mapping[str, float]
"""The ACSA in percent, by the name of the row."""


@torch.no_grad()
def features_of(network: Discriminator, images: Images) -> npt.NDArray[np.float32]:
    """Return the inputs of the class head, shape (N, F)."""
    chunks = torch.split(torch.from_numpy(images.pixels), CHUNK)
    found: npt.NDArray[np.float32] = torch.cat(
        [network.read(to_unit_range(chunk))[1] for chunk in chunks]
    ).numpy()
    return found


def measure(folder: Path) -> tuple[str, Table]:
    """Return a run's data set and the ACSA of its rows; the networks are loaded to the CPU."""
    run, config = RunFolder.open(folder)
    config = dataclasses.replace(config, device="cpu")
    split, core = load_split(config), method_of(config).core
    if core is None:
        raise SystemExit(f"{folder} is no run of a GAN")
    model = load_model(core, split, run)
    network = model.discriminator.eval()
    generated = generate_missing(model.generators, split, config.seed, model.device, MOST)
    real, made = features_of(network, split.train), features_of(network, generated)
    test = features_of(network, split.test)
    l2 = choose_l2(real, split.train.labels, split.classes, TAU, config.seed)

    def fitted(rows: npt.NDArray[np.float32], labels: Int64Array) -> float:
        head = fit_head(rows, labels, split.classes, TAU, l2)
        found = (torch.from_numpy(test) @ head.weight.T + head.bias).argmax(dim=1).numpy()
        return 100 * score(split.test.labels, found, split.classes, split.smallest_class).acsa

    beside = read_run(folder)
    trained = next(value for name, value in beside.acsa.items() if name.endswith(AS_TRAINED))
    both = np.concatenate([split.train.labels, generated.labels])
    return beside.dataset, {
        AS_TRAINED: trained,
        ON_REAL: fitted(real, split.train.labels),
        ON_BOTH: fitted(np.concatenate([real, made]), both),
        WITHOUT: beside.acsa[WITHOUT],
    }


def table(rows: Sequence[Table]) -> list[str]:
    """Return the lines of the table of runs on one data set."""
    trained = [each[AS_TRAINED] for each in rows]
    lines = [
        f"{len(rows)} runs",
        "",
        line(["head", "ACSA", "ahead of the one as trained by [95 % CI]"]),
        "|---|---|---|",
    ]
    for name in rows[0]:
        found = [each[name] for each in rows]
        lines.append(
            line([name, spread(found), "" if name == AS_TRAINED else ahead(found, trained)])
        )
    return lines


def main() -> None:
    """Print the tables of the command line's runs."""
    print_tables(__doc__, measure, table)


if __name__ == "__main__":
    main()
