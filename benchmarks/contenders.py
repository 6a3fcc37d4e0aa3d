"""What is measured: one step of each way to train, over the same networks and images."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from deap import base
from torch.nn.functional import cross_entropy, softplus
from torch.utils.flop_counter import FlopCounterMode

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images
from geneticgan.data.sampling import BatchSource
from geneticgan.gan.capture import CapturedStep, has_begun
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.plain import plain_toolbox
from geneticgan.gan.processes import ALONE, Processes
from geneticgan.gan.step import step_toolbox
from geneticgan.networks import (
    Discriminator,
    Generator,
    build_discriminator,
    build_generator,
)
from geneticgan.recipes import class_guidance
from geneticgan.training.build import RealImages, build_machine
from geneticgan.training.model import Model, make_adam
from geneticgan.training.plugins import make_plugins
from geneticgan.training.rates import full_rates

CLASSES, LATENT, IMAGES, LEARNING_RATE = 10, 64, 10_000, 2e-4
NAMES = ("minimax", "nonsat", "lsgan")
PORTION = 20
"""Generations on a GPU that are measured as one."""

Step = Callable[[], None]


def generations(machine: Machine, toolbox: base.Toolbox) -> Step:
    """Return what makes the next generation of a machine's population, each time it is called."""
    number = 0

    def step() -> None:
        nonlocal number
        ea_annealing(machine.population, toolbox, machine.schedule, 1, first_generation=number)
        number += 1

    return step


class World:
    """Networks and images of one shape.

    Parameters
    ----------
    size, width, batch : int
        Pixels, network width, images a batch.
    precision : {"float32", "bf16"}
        Of forward passes.
    device : str
        ``cpu`` or ``cuda``.
    recipe : {"paper", "best"}
        Of the generations; ACGAN is always the paper's.
    """

    def __init__(
        self,
        size: int,
        width: int,
        batch: int,
        precision: str,
        device: str,
        recipe: str = "paper",
    ) -> None:
        self.channels = 1 if size <= 28 else 3
        self.size, self.width, self.batch, self.precision = size, width, batch, precision
        self.device, self.recipe = torch.device(device), recipe
        rng = np.random.default_rng(0)
        shape = (IMAGES, self.channels, size, size)
        pixels = rng.integers(0, 256, shape, dtype=np.uint8)
        images = Images(pixels, rng.integers(CLASSES, size=IMAGES))
        self.source = BatchSource(images, CLASSES, 0, "real", self.device)
        self.draw = self.source.balanced(batch)
        self._number = 0

    def next_batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next real batch."""
        self._number += 1
        return self.draw(self._number)

    def networks(self, *, guide: bool = False) -> tuple[Generator, Discriminator]:
        """Return a generator and a discriminator, always the same ones."""
        shape = (self.channels, self.size, CLASSES, self.width)
        generator = build_generator(*shape, LATENT, seed=0).to(self.device)
        return generator, build_discriminator(*shape, seed=1, guide=guide).to(self.device)

    def generation(self, mutations: int, *, shared: bool, schedule: str = "exponential") -> Step:
        """Return one generation of annealing genetic GAN training, selecting on the host."""
        machine = self.machine(mutations, schedule)
        return generations(machine, (step_toolbox if shared else plain_toolbox)(machine))

    def on_device(self, mutations: int, *, capture: bool) -> Step:
        """Return `PORTION` generations that stay on the device."""
        machine = self.machine(mutations)
        toolbox = step_toolbox(machine)
        ea_annealing(machine.population, toolbox, machine.schedule, 100, on_generation=has_begun)
        evolution = CapturedStep(machine, print, capture=capture)
        number = 100

        def step() -> None:
            nonlocal number
            evolution.run(number, PORTION, lambda _: False, lambda _: None)
            number += PORTION

        return step

    def acgan(self) -> Step:
        """Return one ACGAN step, as fast as we know to write it: images are generated once."""
        generator, discriminator = self.networks()
        of_g = make_adam(generator.parameters(), LEARNING_RATE)
        of_d = make_adam(discriminator.parameters(), LEARNING_RATE)
        parameters = list(discriminator.parameters())
        autocast = partial(
            torch.autocast, self.device.type, torch.bfloat16, enabled=self.precision == "bf16"
        )

        def learn(real: torch.Tensor, truth: torch.Tensor) -> None:
            latent = torch.randn(self.batch, LATENT, device=self.device)
            labels = torch.randint(CLASSES, (self.batch,), device=self.device)
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
            for shown, wanted, sign in ((images.detach(), labels, 1), (real, truth, -1)):
                with autocast():
                    source, classes = discriminator(shown)
                loss = softplus(sign * source.float()).mean() + cross_entropy(
                    classes.float(), wanted
                )
                torch.autograd.backward(loss)
            of_d.step()
            of_d.zero_grad()

        return lambda: learn(*self.next_batch())

    def captured_acgan(self) -> Step:
        """Return the same step as a CUDA graph."""
        real, truth = (tensor.clone() for tensor in self.next_batch())
        draw, self.draw = self.draw, lambda _: (real, truth)
        step = self.acgan()
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        self.draw = draw

        def replay() -> None:
            images, labels = self.next_batch()
            real.copy_(images)
            truth.copy_(labels)
            graph.replay()

        return replay

    def flops(self) -> tuple[float, float]:
        """Return the FLOPs of one forward pass of generator and discriminator."""
        generator, discriminator = self.networks()
        images, labels = self.next_batch()
        latent = torch.randn(self.batch, LATENT, device=self.device)
        counts = []
        for network, inputs in ((generator, (latent, labels)), (discriminator, (images,))):
            with FlopCounterMode(display=False) as counter:
                network(*inputs)
            counts.append(float(counter.get_total_flops()))
        return counts[0], counts[1]

    def machine(
        self, mutations: int, schedule: str = "exponential", processes: Processes = ALONE
    ) -> Machine:
        """Return the machine of a run."""
        config = TrainConfig(
            recipe=self.recipe,
            mutations=",".join(NAMES[i % len(NAMES)] for i in range(mutations)),
            schedule=schedule,
            batch_size=self.batch,
            learning_rate=LEARNING_RATE,
            device=self.device.type,
            precision=self.precision,
        )
        guide = class_guidance(config.class_guidance, CLASSES) == "real"
        generator, discriminator = self.networks(guide=guide)
        adam = partial(make_adam, lr=LEARNING_RATE)
        model = Model(
            [GeneratorIndividual(generator, adam)], discriminator, self.device, full_rates(config)
        )
        real = RealImages(self.draw, [1] * CLASSES)
        return build_machine(config, make_plugins(config), model, real, processes)


def floor(mutations: int, g: float, d: float) -> float:
    """Return what counting passes gives for ours / ACGAN, g and d being one forward pass each.

    With the paper's loss ours is (1 + 3n) g + (7 + 3n) d, with another one d more; an ACGAN that
    generates its images once is 3 g + 8 d.
    """
    return ((1 + 3 * mutations) * g + (7 + 3 * mutations) * d) / (3 * g + 8 * d)
