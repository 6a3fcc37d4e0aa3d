"""A suite that nothing can fail holds nothing: plugins that break a contract are told so."""

import numpy as np
import pytest
import torch

from geneticgan import BestOffspring, FitnessFunction, Mutation, Schedule, Selection
from geneticgan.data.dataset import Dataset, Images, Source, only
from geneticgan.data.imbalance import Imbalance
from geneticgan.evaluation.metrics import score
from geneticgan.networks import Architecture, Convolutional
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.networks.contracts import Generator
from geneticgan.protocols.contract import Protocol
from geneticgan.testing import CONTRACTS, run_contract


def mutation(loss):
    return type("Broken", (Mutation,), {"loss": lambda _, fake, real: loss(fake, real)})


def schedule(temperature):
    return type("Broken", (Schedule,), {"temperature": temperature})


def fitness(evaluate):
    return type("Broken", (FitnessFunction,), {"evaluate": lambda _, a: evaluate(a)})


def selection(select):
    def method(_, individuals, k, *, temperature, rng):
        return select(individuals, k, rng)

    return type("Broken", (Selection,), {"select": method})


def imbalance(counts):
    return type("Broken", (Imbalance,), {"counts": lambda _, available, *rest: counts(available)})


def backbone(forward, keys=None):
    network = type("Network", (torch.nn.Module,), {"forward": lambda _, x: forward(x)})
    keys = iter(keys or ["a key"] * 9)
    load = {"load": lambda _: Pretrained(network().eval(), 16, next(keys))}
    return type("Broken", (Backbone,), load)


class Lonely(Imbalance):
    def load(self, dataset):
        return only(dataset.load(), ("a",))

    def counts(self, available, default=None, largest=None):
        return None


class Remembering(Schedule):
    calls = 0

    def temperature(self, generation):
        self.calls += 1
        return self.calls


class Counting(Mutation):
    """Grows with every call, which a graph does not repeat."""

    calls = 0

    def loss(self, fake, real):
        self.calls += 1
        return -fake.mean() * (1 + self.calls)


class Peeking(FitnessFunction):
    """Decides by the value of a number."""

    def evaluate(self, inputs):
        quality = inputs.logits.source.mean()
        return quality, quality * (2 if quality > 0 else 1)


class CountingFitness(FitnessFunction):
    calls = 0

    def evaluate(self, inputs):
        self.calls += 1
        return inputs.logits.source.mean(), inputs.images.mean() * (-1) ** self.calls * 1e6


class Tiring(BestOffspring):
    """Accepts everything at first, and then nothing."""

    calls = 0

    def accepts(self, candidate, incumbent, temperature, draw):
        self.calls += 1
        return (candidate == candidate) & (self.calls < 6)


class Forgetful(Schedule):
    present = 1.0

    def temperature(self, generation):
        return self.present

    def learn(self, generation, accepted):
        self.present *= 0.5 + accepted


class TwoMinds(BestOffspring):
    def accepts(self, candidate, incumbent, temperature, draw):
        return ~(candidate < incumbent)  # "not" for a tensor alone: for a bool it is always true


class Blind(Architecture):
    """Throws latent and label away."""

    def generator(self, channels, size, classes, width, latent_dim):
        class Constant(Generator):
            def __init__(self):
                super().__init__(latent_dim)
                self.image = torch.nn.Parameter(torch.zeros(1, channels, size, size))

            def forward(self, latent, labels):
                return 2 + self.image.expand(len(latent), -1, -1, -1)

        return Constant()

    def discriminator(self, channels, size, classes, width):
        return Convolutional().discriminator(channels, size, classes, width)


class MinibatchDeviation(torch.nn.Module):
    """Scales every image's features by how much the batch's differ."""

    def forward(self, features):
        return features * (1 + features.std(dim=0))


class Coupled(Architecture):
    """Lets an image's logits depend on its neighbours, and does not say so."""

    declared = False

    def generator(self, *shape):
        return Convolutional().generator(*shape)

    def discriminator(self, *shape):
        discriminator = Convolutional().discriminator(*shape)
        discriminator.trunk.append(MinibatchDeviation())
        discriminator.couples_samples = self.declared
        return discriminator


class Declared(Coupled):
    declared = True


class Odd(Dataset):
    """A class without test images, and never the same twice."""

    def load(self):
        rng = np.random.default_rng()
        pixels = rng.integers(0, 255, (6, 1, 8, 8), dtype=np.uint8)
        train = Images(pixels, np.array([0, 1, 0, 1, 0, 1]))
        return Source(train, Images(pixels[:2], np.array([0, 0])), ("a", "a"), (5, 5))


def protocol(judge):
    return type("Broken", (Protocol,), {"judge": lambda _, *given: judge(*given)})


def scored(predict):
    def judge(fitted, task, images):
        return score(images.labels, predict(task, images), 3, 2)

    return protocol(judge)


def wreck(fitted, task, images):
    with torch.no_grad():
        next(fitted.network.parameters()).zero_()
    return score(images.labels, images.labels * 0, 3, 2)


CASES = [
    (
        scored(lambda task, images: images.labels),
        "predictions do not depend on the labels they are scored by",
    ),
    (
        scored(lambda task, images: np.random.default_rng().integers(0, 3, len(images))),
        "the same training is scored the same",
    ),
    (
        protocol(lambda fitted, task, images: score(np.arange(3), np.arange(3), 3, 2)),
        "every image is scored once",
    ),
    (protocol(wreck), "what was learnt is left as it is"),
    (
        protocol(lambda fitted, task, images: fitted.generators[0]),
        "a method that generates nothing is no error",
    ),
    (mutation(lambda f, r: -f), "the loss is a finite scalar"),
    (mutation(lambda f, r: f.exp().exp().mean()), "the loss is finite for sure discriminators"),
    (mutation(lambda f, r: r.mean()), "the generator can learn from it"),
    (mutation(lambda f, r: (f * torch.rand(len(f))).mean()), "the loss is the same every time"),
    (
        mutation(lambda f, r: (f * torch.rand(len(f))).mean()),
        "a generation can be replayed",
    ),
    (Counting, "a generation can be replayed"),
    (CountingFitness, "a generation can be replayed"),
    (Peeking, "a generation can be replayed"),
    (Tiring, "a generation can be replayed"),
    (mutation(lambda f, r: f[0]), "the order of a batch does not matter"),
    (
        mutation(lambda f, r: f.detach().mul_(2).mean() + f.mean()),
        "the logits are left as they are",
    ),
    (mutation(lambda f, r: f.mean() * float("nan")), "it lives through generations"),
    (schedule(lambda _, g: 5 - g), "temperatures are never negative and never nan"),
    (Remembering, "asking twice changes nothing"),
    (Forgetful, "what is learnt survives a checkpoint"),
    (Forgetful, "it stays finite whatever is accepted"),
    (fitness(lambda a: (a.logits.source, a.images.mean())), "it gives two finite scalars"),
    (fitness(lambda a: (torch.rand(()), torch.rand(()))), "the same individual is worth the same"),
    (selection(lambda all, k, rng: all[:1]), "it returns as many as there were parents"),
    (selection(lambda all, k, rng: all[:k][::-1]), "a parent that survives keeps its place"),
    (selection(lambda all, k, rng: all[-k:]), "the dead take no place"),
    (
        selection(lambda all, k, rng: list(np.random.default_rng().permutation(all[k:])[:k])),
        "the same draws give the same survivors",
    ),
    (TwoMinds, "the device decides as the host does"),
    (Blind, "the latent and the label matter"),
    (Blind, "images have the shape and range that is asked for"),
    (Coupled, "an images logits are its own unless coupling is declared"),
    (Odd, "every class is in both parts"),
    (Odd, "loading twice gives the same images"),
    (Odd, "default counts can be met"),
    (imbalance(lambda a: [n + 1 for n in a]), "it takes no more images than there are"),
    (imbalance(lambda a: a[:-1]), "it takes no more images than there are"),
    (imbalance(lambda a: [0 for _ in a]), "it takes no more images than there are"),
    (
        imbalance(lambda a: [int(np.random.default_rng().integers(1, 200)) for _ in a]),
        "asked twice it says the same",
    ),
    (
        backbone(lambda x: x.flatten(1).log()),
        "images of any kind become finite features",
    ),
    (
        backbone(lambda x: x.flatten(1) - x.flatten(1).mean(0)),
        "an image has its features whatever lies beside it",
    ),
    (backbone(lambda x: torch.ones(len(x), 3)), "different images have different features"),
    (
        backbone(lambda x: x.flatten(1), "abcdefghi"),
        "loaded again it has the same weights under the same key",
    ),
    (Lonely, "it loads at least two classes in both parts"),
]
GROUPS = {
    Mutation: "mutations",
    Schedule: "schedules",
    FitnessFunction: "fitness",
    Selection: "selections",
    Architecture: "architectures",
    Backbone: "backbones",
    Dataset: "datasets",
    Imbalance: "imbalances",
    Protocol: "protocols",
}


@pytest.mark.parametrize(("plugin", "sentence"), CASES, ids=[sentence for _, sentence in CASES])
def test_what_breaks_the_contract_is_told_so(plugin, sentence):
    group = next(name for base, name in GROUPS.items() if issubclass(plugin, base))
    suite = type("Suite", (CONTRACTS[f"geneticgan.{group}"],), {"make": lambda _: plugin()})
    failed = {outcome.sentence: outcome.failure for outcome in run_contract(suite())
              if not outcome.passed}  # fmt: skip
    assert sentence in failed
    assert failed[sentence]


def test_coupling_that_is_declared_breaks_nothing():
    suite = type("Suite", (CONTRACTS["geneticgan.architectures"],), {"make": lambda _: Declared()})
    assert [outcome.failure for outcome in run_contract(suite()) if not outcome.passed] == []
