import copy
import math

import pytest
import torch

from geneticgan.annealing.fitness import FAILED
from geneticgan.gan.individual import same_weights
from geneticgan.gan.mutation import Mutation
from geneticgan.gan.plain import evaluate
from geneticgan_plugins.mutations.hinge import Hinge
from geneticgan_plugins.mutations.kl import KullbackLeibler
from geneticgan_plugins.mutations.lsgan import LeastSquares
from geneticgan_plugins.mutations.minimax import Minimax
from geneticgan_plugins.mutations.nonsat import NonSaturating
from geneticgan_plugins.mutations.pearson import Pearson
from geneticgan_plugins.mutations.ralsgan import RelativisticAverageLeastSquares
from geneticgan_plugins.mutations.reverse_kl import ReverseKullbackLeibler
from geneticgan_plugins.mutations.rsgan import RelativisticStandard
from geneticgan_plugins.mutations.wgan import Wasserstein


def sigmoid(s):
    return 1 / (1 + math.exp(-s))


def within(s, limit=1.5):
    return max(-limit, min(s, limit))


def slope_within(size, limit=1.5):
    """Return minus a derivative where logits count as they are, and 0 beyond the limit."""
    return lambda s: -size(s) if -limit <= s <= limit else 0.0


@pytest.mark.parametrize(
    ("mutation", "value", "slope"),
    [
        (Minimax(), lambda s: math.log(1 - sigmoid(s)), lambda s: -sigmoid(s)),
        (NonSaturating(), lambda s: -math.log(sigmoid(s)), lambda s: sigmoid(s) - 1),
        (
            LeastSquares(b=0.9),
            lambda s: (sigmoid(s) - 0.9) ** 2,
            lambda s: 2 * (sigmoid(s) - 0.9) * sigmoid(s) * (1 - sigmoid(s)),
        ),
        (Wasserstein(), lambda s: -s, lambda s: -1),
        (Hinge(margin=0.3), lambda s: max(0, 0.3 - s), lambda s: -1 if s < 0.3 else 0),
        (KullbackLeibler(limit=1.5), lambda s: -math.exp(within(s)), slope_within(math.exp)),
        (ReverseKullbackLeibler(limit=1.5), lambda s: 1 - within(s), slope_within(lambda s: 1)),
        (
            Pearson(limit=1.5),
            lambda s: 1 - math.exp(2 * within(s)),
            slope_within(lambda s: 2 * math.exp(2 * s)),
        ),
        # Against real logits that are all 0.
        (
            RelativisticStandard(),
            lambda s: math.log(1 + math.exp(-s)),
            lambda s: -1 / (1 + math.exp(s)),
        ),
    ],
    ids=["minimax", "nonsat", "lsgan", "wgan", "hinge", "kl", "reverse-kl", "pearson", "rsgan"],
)
def test_value_and_gradient_are_those_of_the_formula(mutation, value, slope):
    logits = [-3.0, -0.5, 0.0, 2.0]
    fake = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    loss = mutation.loss(fake, torch.zeros(2, dtype=torch.float64))
    (gradient,) = torch.autograd.grad(loss, fake)
    assert loss.item() == pytest.approx(sum(map(value, logits)) / 4)
    assert gradient.tolist() == pytest.approx([slope(s) / 4 for s in logits])


def test_relativistic_values_and_gradients_by_hand():
    fake = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    real = torch.tensor([0.5, 3.0, -1.0], dtype=torch.float64)
    pairs = [(f, r) for f in fake.tolist() for r in real.tolist()]
    loss = RelativisticStandard().loss(fake, real)
    assert loss.item() == pytest.approx(sum(math.log(1 + math.exp(r - f)) for f, r in pairs) / 6)
    (gradient,) = torch.autograd.grad(loss, fake)
    expected = [-sum(sigmoid(r - f) for r in real.tolist()) / 6 for f in fake.tolist()]
    assert gradient.tolist() == pytest.approx(expected)

    loss = RelativisticAverageLeastSquares().loss(fake, real)
    mean_real, mean_fake = 2.5 / 3, -0.5
    squares = sum((f - mean_real - 1) ** 2 for f in (1, -2)) / 2
    squares += sum((r - mean_fake + 1) ** 2 for r in (0.5, 3, -1)) / 3
    assert loss.item() == pytest.approx(squares)
    (gradient,) = torch.autograd.grad(loss, fake)
    shared = -2 * (mean_real - mean_fake + 1) / 2
    assert gradient.tolist() == pytest.approx([f - mean_real - 1 + shared for f in (1, -2)])


@pytest.mark.parametrize("divergence", ["kl", "reverse", "pearson"])
def test_f_divergences_follow_from_their_generator_function(divergence):
    # f-GAN: the generator minimises -E[f*(f'(r))] with r = exp(s); f* by its definition.
    cases = {
        "kl": (KullbackLeibler(), lambda u: u * math.log(u), lambda u: 1 + math.log(u)),
        "reverse": (ReverseKullbackLeibler(), lambda u: -math.log(u), lambda u: -1 / u),
        "pearson": (Pearson(), lambda u: (u - 1) ** 2, lambda u: 2 * (u - 1)),
    }
    mutation, f, slope = cases[divergence]
    for s in (-1.0, 0.0, 1.3):
        ratio = math.exp(s)
        conjugate = ratio * slope(ratio) - f(ratio)  # f*(f'(r)) = r f'(r) - f(r)
        loss = mutation.loss(torch.tensor([s], dtype=torch.float64), torch.zeros(1))
        assert loss.item() == pytest.approx(-conjugate)


@pytest.mark.parametrize("limit", [0, -1, math.inf, math.nan])
def test_a_limit_out_of_range_is_refused(limit):
    with pytest.raises(ValueError, match="limit must be a positive number"):
        KullbackLeibler(limit=limit)


@pytest.mark.parametrize("mutation", [Minimax(), NonSaturating(), LeastSquares()])
def test_extreme_logits_stay_finite(mutation):
    fake = torch.tensor([-1e4, 1e4], requires_grad=True)
    loss = mutation.loss(fake, fake.detach())
    (gradient,) = torch.autograd.grad(loss, fake)
    assert torch.isfinite(loss)
    assert torch.isfinite(gradient).all()


def test_a_target_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="b must be finite"):
        LeastSquares(b=math.nan)


def test_a_mutation_keeps_deaps_contract(machine, batch, make_individual):
    individual = make_individual()
    individual.fitness.values = (1.0, 1.0)
    before = copy.deepcopy(individual)
    result = NonSaturating().mutate(individual, machine.discriminator, [batch])
    assert result == (individual,)
    assert not individual.fitness.valid
    assert not same_weights(individual, before)


def test_breeding_and_evaluating_leave_the_discriminator_alone(machine, batch, make_individual):
    individual, discriminator = make_individual(), machine.discriminator
    before = copy.deepcopy(discriminator.module.state_dict())
    for mutation in (Minimax(), NonSaturating(), LeastSquares()):
        (child,) = mutation.mutate(copy.deepcopy(individual), discriminator, [batch])
        evaluate(child, machine.evaluator, batch)
    after = discriminator.module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(p.grad is None for p in discriminator.parameters)
    assert not discriminator.optimizer.state


def test_the_step_is_one_of_the_individuals_own_optimizer(machine, batch, make_individual):
    individual, twin = make_individual(), make_individual()
    NonSaturating().mutate(individual, machine.discriminator, [batch])
    logits = machine.discriminator.on_generated(twin, batch)
    class_loss = machine.discriminator.class_loss(logits, batch)
    loss = -torch.log(torch.sigmoid(logits.source)).mean() + class_loss
    loss.backward()
    twin.optimizer.step()
    for ours, theirs in zip(individual.module.parameters(), twin.module.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


class Broken(Mutation):
    def __init__(self, value=math.nan, slope=0.0):
        self.value, self.slope = value, slope

    def loss(self, fake, real):
        return (fake * self.slope).mean() + self.value


@pytest.mark.parametrize(
    ("mutation", "cause"),
    [(Broken(), "non-finite loss"), (Broken(0.0, math.inf), "non-finite loss")],
)
def test_a_non_finite_objective_kills_without_a_step(
    machine, batch, make_individual, mutation, cause
):
    individual = make_individual()
    weights = [parameter.clone() for parameter in individual.module.parameters()]
    (child,) = mutation.mutate(individual, machine.discriminator, [batch])
    assert child.failure == cause
    assert evaluate(child, machine.evaluator, batch) == FAILED
    assert all(
        torch.equal(before, after)
        for before, after in zip(weights, child.module.parameters(), strict=True)
    )


def test_a_non_finite_gradient_of_a_finite_loss_kills(machine, batch, make_individual):
    class Cusp(Mutation):
        def loss(self, fake, real):
            return (fake - fake.detach()).abs().sqrt().mean()  # 0, with an infinite slope

    (child,) = Cusp().mutate(make_individual(), machine.discriminator, [batch])
    assert child.failure == "non-finite gradient"


def test_a_network_that_gives_no_number_dies_in_evaluation(machine, batch, make_individual):
    individual = make_individual()
    with torch.no_grad():
        next(individual.module.parameters()).fill_(math.nan)
    assert evaluate(individual, machine.evaluator, batch) == FAILED
    assert individual.failure == "non-finite fitness"
