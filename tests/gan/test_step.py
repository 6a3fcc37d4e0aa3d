"""A generation in tensors against its oracle, the plain path."""

import copy
import dataclasses
from functools import partial

import numpy as np
import pytest
import torch
from deap import tools
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import Annealing
from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import BatchSampler
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.fitness import Evaluator, PaperFitness
from geneticgan.gan.forward import Forward
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import GeneratorIndividual, same_weights
from geneticgan.gan.losses import DiscriminatorLoss, make_adversary
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import Mutation
from geneticgan.gan.optimizer_state import step_with
from geneticgan.gan.plain import plain_toolbox
from geneticgan.gan.shared_gradients import why_plain
from geneticgan.gan.step import step_toolbox
from geneticgan.networks import Discriminator, build_discriminator, build_generator
from geneticgan_plugins.mutations.lsgan import LeastSquares
from geneticgan_plugins.mutations.minimax import Minimax
from geneticgan_plugins.mutations.nonsat import NonSaturating

CLASSES, LATENT, SIZE = 3, 4, 8


class Relativistic(Mutation):
    """Looks at the real logits too."""

    def loss(self, fake, real):
        return nn.functional.softplus(real.mean() - fake).mean()


class Indifferent(Mutation):
    """Leaves everything to the class loss."""

    def loss(self, fake, real):
        return torch.zeros((), dtype=fake.dtype)


class Dead(Mutation):
    """A loss that is no number."""

    def loss(self, fake, real):
        return fake.mean() * float("nan")


class Cusp(Mutation):
    """A number with a gradient that is none."""

    def loss(self, fake, real):
        return (fake - fake.detach()).abs().sqrt().mean()


MUTATIONS = [Minimax, NonSaturating, LeastSquares, Relativistic, Indifferent, Dead, Cusp]
OPTIMIZERS = {
    "adam": partial(torch.optim.Adam, lr=1e-2, betas=(0.5, 0.999)),
    "fused adam": partial(torch.optim.Adam, lr=1e-2, betas=(0.5, 0.999), fused=True),
    "sgd": partial(torch.optim.SGD, lr=1e-2),
    "momentum": partial(torch.optim.SGD, lr=1e-2, momentum=0.9),
    "rmsprop": partial(torch.optim.RMSprop, lr=1e-3),
}


class DropoutGenerator(nn.Module):
    """A generator of another make: dropout, no label but by an embedding."""

    def __init__(self, norm):
        super().__init__()
        self.embed = nn.Embedding(CLASSES, LATENT)
        self.body = nn.Sequential(
            nn.Linear(LATENT, 12),
            nn.BatchNorm1d(12) if norm else nn.LayerNorm(12),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(12, SIZE * SIZE),
            nn.Tanh(),
        )

    def forward(self, latent, labels):
        return self.body(latent + self.embed(labels)).view(-1, 1, SIZE, SIZE)


class AnyDiscriminator(Discriminator):
    """Convolution, a norm that couples no samples, dropout."""

    def __init__(self, norm, dropout, guide):
        trunk = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.GroupNorm(2, 4) if norm else nn.Identity(),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.4) if dropout else nn.Identity(),
            nn.Flatten(),
        )
        super().__init__(trunk, channels=4, side=4, classes=CLASSES)
        if guide:
            self.add_guide()


class Halving(Schedule):
    def __init__(self, start):
        self.start = start

    def temperature(self, generation):
        return self.start / 2**generation


worlds = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "batch_size": st.integers(2, 7),
        "mutations": st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=5),
        "optimizer": st.sampled_from(sorted(OPTIMIZERS)),
        "population": st.integers(1, 3),
        "temperature": st.sampled_from([0.0, 1e-3, 0.1, 1e3]),
        "generator": st.sampled_from(["ours", "batch norm and dropout", "dropout"]),
        "norm": st.booleans(),
        "dropout": st.booleans(),
        "adversary": st.sampled_from(["logistic", "least-squares", "wasserstein"]),
        "critic_steps": st.integers(1, 3),
        "generated_class_weight": st.sampled_from([1.0, 0.3, 0.0]),
        "weighting": st.sampled_from(["even", "confidence"]),
        "class_weights": st.sampled_from([None, None, (0.3, 2.0, 0.7)]),
        "guide": st.booleans(),
        "offspring_steps": st.sampled_from([1, 1, 3]),
        "augmentation": st.sampled_from(["none", "none", "flip,translation,deformation,cutout"]),
    }
)


def build(world, dtype, precision="float32"):
    """Build the machine of a world, always the same."""
    seed, device = world["seed"], world.get("device", "cpu")
    weights = world["class_weights"]
    optimizer = OPTIMIZERS[world["optimizer"]]

    def generator(number):
        if world["generator"] == "ours":
            return build_generator(1, SIZE, CLASSES, 2, LATENT, seed + number)
        torch.manual_seed(seed + number)
        return DropoutGenerator(norm="batch" in world["generator"])

    population = [
        GeneratorIndividual(generator(number).to(device, dtype), optimizer, (1.0, 0.7))
        for number in range(world["population"])
    ]
    torch.manual_seed(seed)
    if "discriminator" in world:
        discriminator = world["discriminator"]()
    else:
        discriminator = AnyDiscriminator(world["norm"], world["dropout"], world["guide"])
    discriminator.to(device, dtype)

    def draw_real(generation):
        rng = torch.Generator().manual_seed(seed + generation)
        shape = (world["batch_size"], 1, SIZE, SIZE)
        images = torch.rand(shape, generator=rng, dtype=dtype) * 2 - 1
        return images.to(device), torch.randint(CLASSES, shape[:1], generator=rng).to(device)

    augmentation = Augmentation(world["augmentation"], seed)
    training = DiscriminatorTraining(
        discriminator,
        optimizer(discriminator.parameters()),
        Forward(discriminator, seed, precision, augmentation),
        DiscriminatorLoss(
            make_adversary(world["adversary"], clip=0.3),
            world["generated_class_weight"],
            world["weighting"],
            None if weights is None else torch.tensor(weights, dtype=dtype, device=device),
        ),
        seed=seed,
    )
    mutations = [cls() for cls in world["mutations"]]
    for number, mutation in enumerate(mutations):
        mutation.label = f"{number} {type(mutation).__name__}"
    return Machine(
        population,
        training,
        Evaluator(PaperFitness(), training, torch.ones(CLASSES, device=device)),
        BatchSampler(
            draw_real,
            LATENT,
            CLASSES,
            world["batch_size"],
            seed,
            training.parameters[0],
            augmentation,
            offspring_steps=world["offspring_steps"],
            critic_steps=world["critic_steps"],
        ),
        mutations,
        Annealing(),
        Halving(world["temperature"]),
        np.random.default_rng(seed),
    )


def snapshot(generation, discriminator):
    """Everything that a generation made, copied."""
    return {
        "individuals": [
            copy.deepcopy(individual) for individual in generation.parents + generation.offspring
        ],
        "survivors": [(survivor.lineage, survivor.mutation) for survivor in generation.survivors],
        "accepted": generation.accepted,
        "losses": dict(discriminator.last_losses),
        "discriminator": copy.deepcopy(discriminator.module.state_dict()),
        "its optimizer": copy.deepcopy(discriminator.optimizer.state_dict()["state"]),
    }


def history(make_toolbox, world, dtype, precision="float32", generations=3):
    machine = build(world, dtype, precision)
    snapshots = []
    ea_annealing(
        machine.population,
        make_toolbox(machine),
        machine.schedule,
        generations,
        on_generation=lambda g: snapshots.append(snapshot(g, machine.discriminator)),
    )
    return snapshots


def assert_alike(plain, shared, close):
    for ours, theirs in zip(shared, plain, strict=True):
        for mine, its in zip(ours["individuals"], theirs["individuals"], strict=True):
            assert (mine.lineage, mine.mutation) == (its.lineage, its.mutation)
            assert mine.failure == its.failure
            close(mine.fitness.values, its.fitness.values)
            tensors, expected = mine.to_tensors()[0], its.to_tensors()[0]
            assert tensors.keys() == expected.keys()
            for name in tensors:
                close(tensors[name], expected[name])
        assert ours["survivors"] == theirs["survivors"]
        assert ours["accepted"] == theirs["accepted"]
        close(ours["losses"], theirs["losses"])
        close(ours["discriminator"], theirs["discriminator"])
        close(ours["its optimizer"], theirs["its optimizer"])


@settings(max_examples=60, deadline=None)
@given(world=worlds)
def test_both_paths_give_the_same_generations(world):
    # In float64, so that the tolerance can be far below any mistake: three generations of an
    # optimizer that divides by small gradients magnify rounding, more so in batches of two.
    plain = history(plain_toolbox, world, torch.float64)
    shared = history(step_toolbox, world, torch.float64)
    assert_alike(plain, shared, partial(torch.testing.assert_close, rtol=1e-5, atol=1e-6))


@settings(max_examples=20, deadline=None)
@given(world=worlds)
def test_in_float32_the_first_generation_agrees_to_float32(world):
    # SGD, because Adam's first step divides a gradient by itself: where it is nothing but
    # rounding, so is the step.
    world = world | {"optimizer": "sgd", "mutations": [NonSaturating, Relativistic, Dead]}
    plain = history(plain_toolbox, world, torch.float32, generations=1)
    shared = history(step_toolbox, world, torch.float32, generations=1)
    for ours, theirs in zip(shared[0]["individuals"], plain[0]["individuals"], strict=True):
        torch.testing.assert_close(ours.fitness.values, theirs.fitness.values, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(
            ours.to_tensors()[0], theirs.to_tensors()[0], rtol=1e-4, atol=1e-5
        )


@settings(max_examples=15, deadline=None)
@given(world=worlds)
def test_in_bf16_the_first_generation_agrees_to_bf16(world):
    world = world | {"optimizer": "sgd", "mutations": [NonSaturating, LeastSquares]}
    plain = history(plain_toolbox, world, torch.float32, "bf16", generations=1)
    shared = history(step_toolbox, world, torch.float32, "bf16", generations=1)
    for ours, theirs in zip(shared[0]["individuals"], plain[0]["individuals"], strict=True):
        torch.testing.assert_close(ours.fitness.values, theirs.fitness.values, rtol=0.02, atol=0.02)
        steps = world["offspring_steps"]  # the rounding of each is added to the others'
        torch.testing.assert_close(
            ours.to_tensors()[0], theirs.to_tensors()[0], rtol=0.02, atol=2e-3 * steps
        )


WORLD = {
    "seed": 1,
    "batch_size": 5,
    "mutations": [Minimax, NonSaturating, LeastSquares],
    "optimizer": "adam",
    "population": 2,
    "temperature": 0.0,
    "generator": "ours",
    "norm": False,
    "dropout": False,
    "adversary": "logistic",
    "critic_steps": 1,
    "generated_class_weight": 1.0,
    "weighting": "even",
    "class_weights": None,
    "guide": False,
    "offspring_steps": 1,
    "augmentation": "none",
}


@pytest.mark.parametrize("weight", [1.0, 0.0])
def test_both_paths_are_one_on_a_frozen_trunk(make_projected, weight):
    family = make_projected()
    made = partial(build_discriminator, 1, SIZE, CLASSES, 2, 0, family, guide=True)
    world = WORLD | {"discriminator": made, "generated_class_weight": weight}
    plain = history(plain_toolbox, world, torch.float64)
    shared = history(step_toolbox, world, torch.float64)
    assert_alike(plain, shared, partial(torch.testing.assert_close, rtol=1e-5, atol=1e-6))


def test_no_individual_is_made_after_the_first_generations(monkeypatch):
    machine = build(WORLD, torch.float32)
    toolbox, population = step_toolbox(machine), machine.population
    copies = []
    original = GeneratorIndividual.__deepcopy__

    def counted(self, memo):
        copies.append(self)
        return original(self, memo)

    monkeypatch.setattr(GeneratorIndividual, "__deepcopy__", counted)
    ea_annealing(population, toolbox, Halving(0.0), 1)
    assert len(copies) == 6  # two parents, three mutations
    ea_annealing(population, toolbox, Halving(0.0), 5, first_generation=1)
    assert len(copies) == 6


def test_if_all_offspring_fail_the_parent_stays():
    world = WORLD | {"mutations": [Dead, Cusp], "temperature": 1e3}
    for make_toolbox in (plain_toolbox, step_toolbox):
        for generation in history(make_toolbox, world, torch.float64):
            assert generation["accepted"] == [False, False]
            causes = {i.failure for i in generation["individuals"][2:]}
            assert causes == {"non-finite loss", "non-finite gradient"}


def test_a_selection_that_keeps_the_dead_is_served_alike():
    world = WORLD | {"mutations": [NonSaturating, Dead]}

    def keep_last(make_toolbox):
        def make(machine):
            toolbox = make_toolbox(machine)
            toolbox.register("select", lambda everyone, k, temperature: everyone[-1:] * k)
            return toolbox

        return make

    world = world | {"population": 1}
    plain = history(keep_last(plain_toolbox), world, torch.float64)
    shared = history(keep_last(step_toolbox), world, torch.float64)
    assert plain[0]["survivors"] == [(0, "1 Dead")]
    assert_alike(plain, shared, partial(torch.testing.assert_close, rtol=1e-5, atol=1e-6))


class NeedsImages(Mutation):
    """Overrides the general method."""

    label = "needy"

    def loss(self, fake, real):
        return -fake.mean()

    def objective(self, individual, discriminator, batch):
        return super().objective(individual, discriminator, batch) * 2


def test_what_cannot_share_says_why():
    machine = build(WORLD, torch.float32)
    assert why_plain(machine) == ""
    needy = dataclasses.replace(machine, mutations=[NeedsImages()])
    assert "'needy' needs more than logits" in why_plain(needy)
    machine.discriminator.penalty = 10.0
    assert "gradient penalty" in why_plain(machine)
    machine.discriminator.penalty = 0.0
    machine.discriminator.module.couples_samples = True
    assert "couples the samples" in why_plain(machine)


class Deviation(nn.Module):
    """Minibatch standard deviation: every image's features depend on the whole batch."""

    def forward(self, features):
        return features * (1 + features.std(dim=0))


@pytest.mark.parametrize("declared", [False, True])
def test_a_discriminator_that_declares_coupling_is_bred_the_plain_way(declared):
    def run(breeding):
        machine, notes = build(WORLD, torch.float64), []
        machine.discriminator.module.trunk.append(Deviation())
        machine.discriminator.module.couples_samples = declared
        generations = Generations(machine, breeding, notes.append)
        generations.run(0, 1, tools.HallOfFame(1, similar=same_weights), lambda _: False)
        return machine.population[0].to_tensors()[0], notes

    shared, notes = run("shared")
    plain, _ = run("plain")
    assert len(notes) == declared
    assert all("couples the samples" in note for note in notes)
    same = all(torch.allclose(shared[name], plain[name], atol=1e-9) for name in plain)
    assert same == declared  # what is not declared shares wrong gradients


@pytest.mark.parametrize("fused", [False, True])
def test_a_child_of_a_parent_without_optimizer_state_starts_without_one(fused):
    optimizer = partial(torch.optim.Adam, lr=0.1, fused=fused)
    parent = GeneratorIndividual(nn.Linear(2, 2), optimizer)
    child = copy.deepcopy(parent)
    child.module(torch.ones(1, 2)).sum().backward()
    child.optimizer.step()
    assert child.optimizer.state
    child.become(parent)
    assert not child.optimizer.state
    assert torch.equal(child.module.weight, parent.module.weight)


@pytest.mark.parametrize("fused", [False, True])
def test_a_gradient_in_another_memory_order_is_the_same_gradient(fused):
    def stepped(gradient):
        layer = nn.Conv2d(2, 3, 2)
        with torch.no_grad():
            layer.weight.fill_(0.0)
        optimizer = torch.optim.Adam([layer.weight], lr=0.1, fused=fused)
        step_with(optimizer, [layer.weight], [gradient])
        return layer.weight.detach()

    gradient = torch.linspace(-1, 1, 24).view(3, 2, 2, 2)
    strided = gradient.to(memory_format=torch.channels_last)
    assert strided.stride() != gradient.stride()
    assert torch.equal(stepped(gradient), stepped(strided))
    assert stepped(gradient)[0, 0, 0, 0] > 0 > stepped(gradient)[2, 1, 1, 1]


class ConvolutionsBackwards(TorchDispatchMode):
    """Counts them."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function is torch.ops.aten.convolution_backward.default
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize(("weight", "passes"), [(1.0, 6), (0.3, 7)])
def test_a_generation_takes_few_passes_back_through_the_discriminator(weight, passes):
    world = WORLD | {"population": 1, "generated_class_weight": weight}
    machine = build(world, torch.float32)
    toolbox = step_toolbox(machine)

    def layers(module):
        kinds = (nn.Conv2d, nn.ConvTranspose2d)
        return sum(isinstance(each, kinds) for each in module.modules())

    with ConvolutionsBackwards() as found:
        ea_annealing(machine.population, toolbox, machine.schedule, 1)
    own = len(WORLD["mutations"]) * layers(machine.population[0].module)
    assert found.count == own + passes * layers(machine.discriminator.module)
