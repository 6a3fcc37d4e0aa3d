"""Small worlds that many tests share."""

from __future__ import annotations

import os

# Small tensors gain nothing from a second thread, and the tests' own processes inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from functools import partial

import numpy as np
import pytest
from hypothesis import settings

from geneticgan.config import TrainConfig

# What loads torch is imported where it is used: the tests of annealing do without.

# On CI the same examples every time; elsewhere new ones, which may find what those do not.
# Nothing is timed in a test, so that a busy machine fails none.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

CLASSES = 3
LATENT = 4
BATCH = 6


# These load or do what Windows lacks; elsewhere, tests that do are marked ``posix``.
POSIX_FILES = (
    "benchmark/test_interrupt.py",
    "chaos/test_kill.py",
    "hostile/test_attack.py",
)
collect_ignore = [] if os.name == "posix" else list(POSIX_FILES)


@pytest.fixture
def posix_files():
    """Return `POSIX_FILES`."""
    return POSIX_FILES


# Files that take minutes begin first, so that no process is left alone with one at the end.
LONG_FILES = (
    "chaos/test_kill.py",
    "integration/test_outside_packages.py",
    "packaging/test_distributions.py",
    "benchmark/test_benchmark.py",
    "report/test_report.py",
    "benchmark/test_interrupt.py",
    "chaos/test_faults.py",
    "gan/test_step.py",
    "test_files.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put them first, in whatever order the rest is."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG_FILES))
    if os.name == "posix":
        return
    for item in items:
        if item.get_closest_marker("posix"):
            item.add_marker(pytest.mark.skip(reason="Windows has no such files or signals"))


def make_cache(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    (cache / "own-runs.key").write_bytes(b"k" * 32)  # a run of one test may be taken up in another
    return str(cache)


@pytest.fixture(scope="session", autouse=True)
def cache_of_fixtures(tmp_path_factory):
    """Keep what fixtures of a module or a session cache away from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENETICGAN_CACHE", make_cache(tmp_path_factory))
        yield


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch, cache_of_fixtures):
    """Keep the caches of a test away from the user's and from other tests'."""
    monkeypatch.setenv("GENETICGAN_CACHE", make_cache(tmp_path_factory))


@pytest.fixture
def make_individual():
    """Build small generators, each from its own seed."""

    import torch

    from geneticgan.gan.individual import GeneratorIndividual
    from geneticgan.networks import build_generator

    def make(seed=0, weights=(1.0, 1.0), learning_rate=1e-2):
        module = build_generator(1, 8, CLASSES, 2, LATENT, seed)
        optimizer = partial(torch.optim.Adam, lr=learning_rate, betas=(0.5, 0.999))
        return GeneratorIndividual(module, optimizer, weights)

    return make


@pytest.fixture
def make_projected():
    """Make the architecture `projected` on a backbone that is small and drawn at random.

    What it returns for weights to be loaded is another network, as after a download has gone.
    """

    import torch
    from torch import nn

    from geneticgan.networks.backbones.contract import Backbone, Pretrained
    from geneticgan.networks.projected import Projected

    def halving(before, after):
        conv = nn.Conv2d(before, after, 3, stride=2, padding=1)
        return nn.Sequential(conv, nn.BatchNorm2d(after), nn.ReLU())

    class Tiny(nn.Module):
        def __init__(self):
            super().__init__()
            self.stages = nn.Sequential(halving(3, 4), halving(4, 6), halving(6, 8), halving(8, 10))

        def forward(self, images):
            return self.stages(images).mean(dim=(2, 3))

    class TinyBackbone(Backbone):
        def load(self, seed=0):
            torch.manual_seed(seed)
            return Pretrained(Tiny().eval(), 32, "tiny")

        def unfilled(self):
            return self.load(1)

    def make(size=32):
        family = Projected(size=size)
        family.backbone = TinyBackbone()
        return family

    return make


@pytest.fixture
def machine(make_individual):
    """A run in a random world, with one parent and no mutation."""
    import torch

    from geneticgan.annealing.selection import Annealing
    from geneticgan.data.augmentation import Augmentation
    from geneticgan.gan.batch import BatchSampler
    from geneticgan.gan.discriminator import DiscriminatorTraining
    from geneticgan.gan.fitness import Evaluator, PaperFitness
    from geneticgan.gan.forward import Forward
    from geneticgan.gan.machine import Machine
    from geneticgan.networks import build_discriminator
    from geneticgan.testing.world import Cold

    module, none = build_discriminator(1, 8, CLASSES, 2, 1), Augmentation("none", 0)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2, betas=(0.5, 0.999))
    discriminator = DiscriminatorTraining(module, optimizer, Forward(module, 0, "float32", none))

    def draw_real(generation):
        rng = torch.Generator().manual_seed(generation)
        images = torch.rand((BATCH, 1, 8, 8), generator=rng) * 2 - 1
        return images, torch.randint(CLASSES, (BATCH,), generator=rng)

    like = discriminator.parameters[0]
    return Machine(
        [make_individual()],
        discriminator,
        Evaluator(PaperFitness(), discriminator, torch.ones(CLASSES)),
        BatchSampler(draw_real, LATENT, CLASSES, BATCH, 0, like, none),
        (),
        Annealing(),
        Cold(),
        np.random.default_rng(0),
    )


@pytest.fixture
def batch(machine):
    """What generation 0 of that world meets."""
    return machine.batches.draw(0).fitness


@pytest.fixture
def source():
    """Three classes of 8 x 8 images that a small network can tell apart."""
    from geneticgan.data.dataset import Images, Source

    rng = np.random.default_rng(0)

    def images(each):
        labels = np.repeat(np.arange(CLASSES), each).astype(np.int64)
        pixels = rng.integers(0, 60, (len(labels), 1, 8, 8), dtype=np.uint8)
        for label in range(CLASSES):
            pixels[labels == label, :, 2 * label : 2 * label + 2] += 180
        return Images(pixels, labels)

    return Source(images(30), images(10), ("left", "middle", "right"), (24, 12, 6))


@pytest.fixture
def split(source):
    """The imbalanced parts of that world."""
    from geneticgan.data.splits import split_source

    return split_source(source, source.default_counts, 0.25, seed=0)


@pytest.fixture
def tiny_config() -> TrainConfig:
    """A run of seconds."""
    return TrainConfig(
        recipe="paper",
        steps=6,
        batch_size=8,
        width=2,
        latent_dim=4,
        validate_every=2,
        checkpoint_every=2,
        imbalance="counts:20,10,9,8,7,6,6,6,6,5",
        device="cpu",
    )
