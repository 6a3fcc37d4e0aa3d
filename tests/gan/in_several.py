"""Several processes: ``python tests/gan/in_several.py FOLDER SIZE``.

Each does its share of every scenario, and writes what came of it.
"""

import dataclasses
import json
import multiprocessing
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch
import torch.distributed as dist
from deap import tools
from safetensors.torch import save_file
from torch import nn

from geneticgan.annealing.selection import Selection
from geneticgan.config import TrainConfig
from geneticgan.gan import capture
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import Mutation
from geneticgan.gan.processes import ALONE, Several
from geneticgan.gan.splitting import traffic, why_whole
from geneticgan.testing.replays import expect_replays
from geneticgan.training.build import RealImages, build_machine
from geneticgan.training.model import build_model, make_adam
from geneticgan.training.plugins import make_plugins

CLASSES, SIZE, LATENT = 3, 8, 4
SPLIT = SimpleNamespace(
    train=SimpleNamespace(pixels=np.zeros((1, 1, SIZE, SIZE), np.uint8)), classes=CLASSES
)
COUNTS = (30, 10, 3)
ALL = "hinge,kl,lsgan,minimax,nonsat,pearson,ralsgan,reverse-kl,rsgan,wgan"
LONG = "fifty generations"
ON_DEVICE = "on the device"
BY_CLASS = "a source logit for each class"
SCENARIOS = {
    LONG: {"steps": 50, "mutations": "minimax,nonsat"},
    "all mutations": {"mutations": ALL, "augmentation": "flip,translation,deformation,cutout"},
    "paper": {"recipe": "paper"},
    "class-balanced": {"fitness": "class-balanced", "selection": "threshold"},
    "iegan": {"fitness": "iegan", "selection": "amosa", "population": 3},
    "validation": {"fitness": "validation", "selection": "nsga2", "population": 2},
    "authors-code": {"fitness": "authors-code", "selection": "random", "oversampling": "weights"},
    "steps": {"critic_steps": 2, "offspring_steps": 3, "selection": "always"},
    "images": {"fitness_batches": 2, "selection": "elitist"},
    "critic": {"adversary": "wasserstein", "clip": 0, "gradient_penalty": 10, "selection": "best"},
    "masks": {},
    BY_CLASS: {"mutations": "minimax,lsgan", "critic_steps": 2},
    ON_DEVICE: {"population": 2, "steps": 4, "augmentation": "flip,translation,cutout"},
}


class Masked(nn.Module):
    """A generator of another make: dropout, and a norm with weights."""

    latent_dim = LATENT

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(CLASSES, LATENT)
        self.body = nn.Sequential(
            nn.Linear(LATENT, 12, bias=False), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(0.3),
            nn.Linear(12, SIZE * SIZE), nn.Tanh(),
        )  # fmt: skip

    def forward(self, latent, labels):
        return self.body(latent + self.embed(labels)).view(-1, 1, SIZE, SIZE)


class Contrast(nn.Module):
    """Couples the samples of a batch in a way that only it knows."""

    def forward(self, features):
        return features - features.mean(dim=0)


class Arbitrary(Selection):
    """Draws what no other process draws."""

    def select(self, individuals, k, *, temperature, rng):
        return [individuals[np.random.default_rng().integers(len(individuals))]]


class Needy(Mutation):
    """Needs more than logits."""

    label = "needy"

    def loss(self, fake, real):
        return fake.mean()

    def objective(self, individual, discriminator, batch):
        return discriminator.on_generated(individual, batch).source.mean()


def draw(number, dtype):
    """Return batch n, of which neither 2 nor 3 processes have as many images as one another."""
    rng = torch.Generator().manual_seed(number)
    images = torch.rand((7, 1, SIZE, SIZE), generator=rng, dtype=dtype) * 2 - 1
    return images, torch.randint(CLASSES, (7,), generator=rng)


def make(processes, name="", dtype=torch.float64, **options):
    """Return the machine of a scenario, and how many generations it has.

    Parameters that are followed by batch normalisation have no bias: its gradient is nothing but
    rounding, which Adam makes a step of.
    """
    given = {"batch_size": 7, "width": 2, "latent_dim": LATENT, "steps": 2, "device": "cpu"}
    config = TrainConfig(**{**given, **SCENARIOS.get(name, {}), **options})
    plugins = make_plugins(config)
    model = build_model(config, SPLIT, plugins.architecture)
    if name == "masks":
        torch.manual_seed(0)
        model.population[:] = [GeneratorIndividual(Masked(), lambda p: make_adam(p, 1e-3))]
    if name == BY_CLASS:
        torch.manual_seed(0)
        model.discriminator.source = nn.Linear(model.discriminator.features, CLASSES)
    for module in (model.discriminator, *model.generators):
        module.to(dtype)

    def drawn(number):
        return tuple(each.to(model.device) for each in draw(number, dtype))

    def positions(number):
        return np.arange(7) + number % (sum(COUNTS) - 7)

    real = RealImages(drawn, COUNTS, lambda n: drawn(n + 1000), positions)
    return build_machine(config, plugins, model, real, processes), config.steps


def run(machine, steps, on_device=False):
    """Run generations; returns every tensor of the survivors and of the discriminator."""
    with mock.patch.object(capture, "is_wanted", return_value=on_device):
        generations = Generations(machine)
    generations.run(0, steps, tools.HallOfFame(1, lambda *_: False), lambda _: False)
    training = machine.discriminator
    state = {f"discriminator {name}": each for name, each in training.module.state_dict().items()}
    state["losses"] = torch.tensor(list(training.last_losses.values()))
    for number, individual in enumerate(machine.population):
        state |= {f"{number} {name}": each for name, each in individual.to_tensors()[0].items()}
        state[f"{number} fitness"] = torch.tensor(individual.fitness.values)
    return {name: each.clone(memory_format=torch.contiguous_format) for name, each in state.items()}


def refusals(processes):
    """Return why each of these cannot be split."""
    coupled, own, needy, small = (make(processes)[0] for _ in range(4))
    generator = coupled.population[0].module
    generator.ups[-1] = nn.Sequential(generator.ups[-1], Contrast())
    own.discriminator.module.couples_samples = True
    needy.mutations = [Needy()]
    small.batches = dataclasses.replace(small.batches, batch_size=2)
    return [why_whole(machine) for machine in (coupled, own, needy, small)]


def joined(folder, rank, size):
    """Join as many processes."""
    store = dist.FileStore(str(folder / f"store-{size}"), size)
    timeout = timedelta(minutes=5)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=size, timeout=timeout)
    return Several(torch.device("cpu"))


def share(folder, rank, size):
    """Do a process's share of every scenario; two of them do the long one alone, before."""
    torch.set_num_threads(1)
    if rank < 2:
        state = run(*make(joined(folder, rank, 2), LONG))
        save_file(state, folder / f"{LONG}-{rank}-of-2.safetensors")
        dist.destroy_process_group()
    processes = joined(folder, rank, size)
    for name in SCENARIOS:
        machine, steps = make(processes, name)
        assert why_whole(machine) == ""
        state = run(machine, steps, on_device=name == ON_DEVICE)
        save_file(state, folder / f"{name}-{rank}.safetensors")
    assert capture.why_not(machine) == ""
    expect_replays(lambda: make(processes, ON_DEVICE)[0])
    machine.rng = np.random.default_rng(rank)  # as if it were on another machine
    save_file(run(machine, 8, on_device=True), folder / f"followed-{rank}.safetensors")
    machine, _ = make(processes, dtype=torch.float32, recipe="paper")
    before = processes.times, processes.reduced
    run(machine, 4)
    after = processes.times, processes.reduced
    found = {"told": traffic(machine)}
    found["reduced"] = [(new - old) / 4 for new, old in zip(after, before, strict=True)]
    found["refusals"] = refusals(processes)
    machine.selection = Arbitrary()
    run(machine, 10)
    save_file(run(machine, 10), folder / f"arbitrary-{rank}.safetensors")
    (folder / f"{rank}.json").write_text(json.dumps(found))
    dist.destroy_process_group()


def main(folder, size):
    """Start the processes; end as they do."""
    # Where they can be forked, what they load is loaded once.
    make(ALONE)
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    ranks = [context.Process(target=share, args=(folder, rank, size)) for rank in range(size)]
    for each in ranks:
        each.start()
    for each in ranks:
        each.join()
    sys.exit(max(abs(each.exitcode) for each in ranks))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
