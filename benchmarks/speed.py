"""How fast a generation is: ``python -m benchmarks.speed``.

Everything is measured in one run, in turns (A B C A B C ...), so that what else the machine does
falls on all alike. The table gives medians and, in brackets, half the interquartile range.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch.nn.functional import cross_entropy, softplus
from torch.utils.flop_counter import FlopCounterMode

from geneticgan.catalogue import create_mutations, create_schedule
from geneticgan.evolution.algorithm import ea_annealing
from geneticgan.evolution.individual import GeneratorIndividual
from geneticgan.evolution.toolbox import plain_toolbox, shared_toolbox
from geneticgan.networks import build_discriminator, build_generator
from geneticgan.training.environment import DiscriminatorEnvironment
from geneticgan.training.model import BETAS

CLASSES, LATENT = 10, 64
NAMES = ("minimax", "nonsat", "lsgan")
Step = Callable[[], None]


def optimizer(parameters: object) -> torch.optim.Optimizer:
    """Return the optimizer that all of them use."""
    return torch.optim.Adam(parameters, lr=2e-4, betas=BETAS, fused=True)  # type: ignore[arg-type]


class World:
    """Networks and a real batch of one shape."""

    def __init__(self, size: int, width: int, batch: int, precision: str) -> None:
        self.channels = 1 if size <= 28 else 3
        self.size, self.width, self.batch, self.precision = size, width, batch, precision
        rng = torch.Generator().manual_seed(0)
        shape = (batch, self.channels, size, size)
        self.images = torch.rand(shape, generator=rng) * 2 - 1
        self.labels = torch.randint(CLASSES, (batch,), generator=rng)

    def networks(self) -> tuple[torch.nn.Module, torch.nn.Module]:
        """Return a generator and a discriminator, always the same ones."""
        shape = (self.channels, self.size, CLASSES, self.width)
        return build_generator(*shape, LATENT, seed=0), build_discriminator(*shape, seed=1)

    def generation(self, mutations: int, shared: bool, schedule: str = "exponential") -> Step:
        """Return one generation of annealing genetic GAN training."""
        generator, discriminator = self.networks()
        environment = DiscriminatorEnvironment(
            discriminator,
            optimizer(discriminator.parameters()),
            lambda _: (self.images, self.labels),
            LATENT,
            CLASSES,
            self.batch,
            seed=0,
            precision=self.precision,
        )
        names = ",".join(NAMES[i % len(NAMES)] for i in range(mutations))
        make = shared_toolbox if shared else plain_toolbox
        toolbox = make(environment, create_mutations(names), np.random.default_rng(0))
        population = [GeneratorIndividual(generator, optimizer)]
        cooling = create_schedule(schedule)
        return lambda: void(ea_annealing(population, toolbox, cooling, 1))

    def acgan(self) -> Step:
        """Return one ACGAN step, as fast as we know to write it: images are generated once."""
        generator, discriminator = self.networks()
        of_g, of_d = optimizer(generator.parameters()), optimizer(discriminator.parameters())
        parameters = list(discriminator.parameters())
        autocast = partial(torch.autocast, "cpu", torch.bfloat16, enabled=self.precision == "bf16")

        def step() -> None:
            latent = torch.randn(self.batch, LATENT)
            labels = torch.randint(CLASSES, (self.batch,))
            for parameter in parameters:
                parameter.requires_grad_(False)
            with autocast():
                images = generator(latent, labels)
                source, classes = discriminator(images)
            loss = softplus(-source.float()).mean() + cross_entropy(classes.float(), labels)
            torch.autograd.backward(loss)
            of_g.step()
            of_g.zero_grad()
            for parameter in parameters:
                parameter.requires_grad_(True)
            loss = torch.zeros(())
            for shown, truth, sign in (
                (images.detach(), labels, 1),
                (self.images, self.labels, -1),
            ):
                with autocast():
                    source, classes = discriminator(shown)
                loss = loss + softplus(sign * source.float()).mean()
                loss = loss + cross_entropy(classes.float(), truth)
            torch.autograd.backward(loss)
            of_d.step()
            of_d.zero_grad()

        return step

    def floor(self, mutations: int) -> float:
        """Return what counting passes gives for ours / ACGAN, by the networks' own FLOPs.

        With g and d one forward pass each: ours is (1 + 3n) g + (8 + 3n) d, ACGAN 3 g + 8 d.
        """
        generator, discriminator = self.networks()
        latent, labels = torch.randn(self.batch, LATENT), self.labels
        with FlopCounterMode(display=False) as counter:
            generator(latent, labels)
        g = float(counter.get_total_flops())
        with FlopCounterMode(display=False) as counter:
            discriminator(self.images)
        d = float(counter.get_total_flops())
        return ((1 + 3 * mutations) * g + (8 + 3 * mutations) * d) / (3 * g + 8 * d)


def void(_: object) -> None:
    """Drop a result."""


def measure(steps: dict[str, Step], rounds: int) -> dict[str, list[float]]:
    """Time each step in turns; returns milliseconds."""
    for step in steps.values():
        for _ in range(3):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            times[name].append(1e3 * (time.perf_counter() - start))
    return times


def row(size: int, width: int, batch: int, mutations: int, rounds: int) -> list[str]:
    """Measure one shape and return the cells of the table."""
    exact, rough = (World(size, width, batch, p) for p in ("float32", "bf16"))
    times = measure(
        {
            "ACGAN": exact.acgan(),
            "plain": exact.generation(mutations, shared=False),
            "E-GAN": exact.generation(mutations, shared=False, schedule="constant:T=1e300"),
            "ours": exact.generation(mutations, shared=True),
            "one more": exact.generation(mutations + 1, shared=True),
            "ours bf16": rough.generation(mutations, shared=True),
        },
        rounds,
    )
    medians = {name: statistics.median(values) for name, values in times.items()}
    cells = [str(size), str(width), str(batch), str(mutations)]
    for name in ("ACGAN", "plain", "E-GAN", "ours", "ours bf16"):
        quarters = statistics.quantiles(times[name], n=4)
        cells.append(f"{medians[name]:.1f} ({(quarters[2] - quarters[0]) / 2:.1f})")
    ratios = (
        medians["ours"] / medians["ACGAN"],
        exact.floor(mutations),
        medians["plain"] / medians["ours"],
        medians["plain"] / medians["ours bf16"],
        (medians["one more"] - medians["ours"]) / medians["ACGAN"],
    )
    return cells + [f"{ratio:.2f}" for ratio in ratios]


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[28, 32])
    parser.add_argument("--widths", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--batches", type=int, nargs="+", default=[50])
    parser.add_argument("--mutations", type=int, nargs="+", default=[3])
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; milliseconds a step")
    heads = ["pixels", "width", "batch", "mutations", "ACGAN", "plain", "E-GAN plain", "ours"]
    heads += ["ours bf16", "ours/ACGAN", "its floor", "plain/ours", "plain/ours bf16", "one more"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for size in options.sizes:
        for width in options.widths:
            for batch in options.batches:
                for mutations in options.mutations:
                    cells = row(size, width, batch, mutations, options.rounds)
                    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
