import copy
import math

import pytest
import torch

from geneticgan.evolution.fitness import DEAD
from geneticgan.evolution.individual import same_weights
from geneticgan.evolution.mutation import Mutation
from geneticgan_plugins.mutations.lsgan import LeastSquares
from geneticgan_plugins.mutations.minimax import Minimax
from geneticgan_plugins.mutations.nonsat import NonSaturating


def sigmoid(s):
    return 1 / (1 + math.exp(-s))


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
    ],
    ids=["minimax", "nonsat", "lsgan"],
)
def test_value_and_gradient_are_those_of_the_formula(mutation, value, slope):
    logits = [-3.0, -0.5, 0.0, 2.0]
    fake = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    loss = mutation.loss(fake, torch.zeros(2, dtype=torch.float64))
    (gradient,) = torch.autograd.grad(loss, fake)
    assert loss.item() == pytest.approx(sum(map(value, logits)) / 4)
    assert gradient.tolist() == pytest.approx([slope(s) / 4 for s in logits])


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


def test_a_mutation_keeps_deaps_contract(environment, make_individual):
    individual = make_individual()
    individual.fitness.values = (1.0, 1.0)
    before = copy.deepcopy(individual)
    result = NonSaturating().mutate(individual, environment)
    assert result == (individual,)
    assert not individual.fitness.valid
    assert not same_weights(individual, before)


def test_breeding_and_evaluating_leave_the_discriminator_alone(environment, make_individual):
    individual = make_individual()
    before = copy.deepcopy(environment.discriminator.state_dict())
    for mutation in (Minimax(), NonSaturating(), LeastSquares()):
        (child,) = mutation.mutate(copy.deepcopy(individual), environment)
        environment.evaluate(child)
    after = environment.discriminator.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(p.grad is None for p in environment.discriminator.parameters())
    assert not environment.optimizer.state


def test_the_step_is_one_of_the_individuals_own_optimizer(environment, make_individual):
    individual, twin = make_individual(), make_individual()
    NonSaturating().mutate(individual, environment)
    judgement = environment.judge_generated(twin)
    loss = -torch.log(torch.sigmoid(judgement.source)).mean() + environment.class_loss(judgement)
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
def test_a_non_finite_objective_kills_without_a_step(environment, make_individual, mutation, cause):
    individual = make_individual()
    weights = [parameter.clone() for parameter in individual.module.parameters()]
    (child,) = mutation.mutate(individual, environment)
    assert child.cause_of_death == cause
    assert environment.evaluate(child) == DEAD
    assert all(
        torch.equal(before, after)
        for before, after in zip(weights, child.module.parameters(), strict=True)
    )


def test_a_non_finite_gradient_of_a_finite_loss_kills(environment, make_individual):
    class Cusp(Mutation):
        def loss(self, fake, real):
            return (fake - fake.detach()).abs().sqrt().mean()  # 0, with an infinite slope

    (child,) = Cusp().mutate(make_individual(), environment)
    assert child.cause_of_death == "non-finite gradient"


def test_a_network_that_gives_no_number_dies_in_evaluation(environment, make_individual):
    individual = make_individual()
    with torch.no_grad():
        next(individual.module.parameters()).fill_(math.nan)
    assert environment.evaluate(individual) == DEAD
    assert individual.cause_of_death == "non-finite fitness"
