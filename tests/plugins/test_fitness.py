import math

import pytest
import torch

from geneticgan.gan.batch import Logits
from geneticgan.gan.fitness import FitnessInputs, PaperFitness
from geneticgan.testing.world import make_world
from geneticgan_plugins.fitness.authors_code import AuthorsCode
from geneticgan_plugins.fitness.class_balanced import ClassBalanced
from geneticgan_plugins.fitness.iegan import IEGAN
from geneticgan_plugins.fitness.validation import Validation


def inputs(images, labels, source, classes, counts=(16, 4)):
    logits = Logits(torch.tensor(source), torch.tensor(classes))
    return FitnessInputs(
        torch.tensor(images).view(len(labels), 1, 1, 1),
        torch.tensor(labels),
        logits,
        [torch.ones(3)],
        torch.tensor(counts, dtype=torch.float32),
        lambda *_: torch.zeros(()),
    )


def test_class_balanced_values_by_hand():
    found = inputs(
        images=[0.0, 1.0, -0.5, 0.5, 0.0],
        labels=[0, 0, 1, 1, 1],
        source=[0.0, 0.0, 0.0, 0.0, 0.0],
        classes=[[0.0, 0.0]] * 5,
    )
    quality, diversity = ClassBalanced(power=0.5).evaluate(found)
    assert quality.item() == pytest.approx(0.25)  # half real, half of its class
    # Weights 1/4 and 1/2; mean distances 1 and (1 + 0.5 + 0.5) / 3.
    expected = (math.log(1.0) * 0.25 + math.log(2 / 3) * 0.5) / 0.75
    assert diversity.item() == pytest.approx(expected, abs=1e-5)


def test_a_collapsed_minority_is_seen_although_the_majority_is_varied():
    labels, source, classes = [0, 0, 0, 1, 1], [0.0] * 5, [[0.0, 0.0]] * 5
    varied = inputs([-1.0, 0.0, 1.0, -1.0, 1.0], labels, source, classes)
    collapsed = inputs([-1.0, 0.0, 1.0, 0.5, 0.5], labels, source, classes)
    balanced = ClassBalanced()
    assert balanced.evaluate(collapsed)[1] < balanced.evaluate(varied)[1] - 1


def test_images_of_another_class_are_worth_nothing():
    labels, source = [0, 1], [0.0, 0.0]
    right = inputs([0.0, 1.0], labels, source, [[9.0, -9.0], [-9.0, 9.0]])
    wrong = inputs([0.0, 1.0], labels, source, [[-9.0, 9.0], [9.0, -9.0]])
    assert ClassBalanced().evaluate(right)[0].item() == pytest.approx(0.5, abs=1e-4)
    assert ClassBalanced().evaluate(wrong)[0].item() < 1e-6


def test_a_class_without_images_has_no_weight():
    found = inputs([0.0, 1.0], [0, 0], [2.0, 2.0], [[0.0, 0.0]] * 2)
    quality, diversity = ClassBalanced().evaluate(found)
    assert quality.item() == pytest.approx(torch.sigmoid(torch.tensor(2.0)).item() / 2)
    assert math.isfinite(diversity.item())


def test_validation_prefers_gradients_that_teach():
    fitness = Validation(length=0.1)
    world = make_world(fitness=fitness)
    batch = world.batches.draw(0).fitness
    images, labels = batch.held_out
    _, logits = world.discriminator.module(images)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    teaching = torch.autograd.grad(
        loss, world.discriminator.parameters, allow_unused=True, materialize_grads=True
    )
    misleading = [-gradient for gradient in teaching]
    output = world.discriminator.forward.generated(images, batch)
    good, bad = (
        world.evaluator.values(images, output, each, batch)[0] for each in (teaching, misleading)
    )
    assert good > -loss.item() > bad
    assert fitness.needs_held_out


def test_authors_code_turns_the_sign_and_takes_the_discriminators_loss():
    found = inputs([0.0, 1.0], [0, 1], [0.0, 2.0], [[0.0, 0.0]] * 2)
    quality, diversity = AuthorsCode().evaluate(found)
    of_fakes = [-math.log(1 - 1 / (1 + math.exp(-logit))) for logit in (0.0, 2.0)]
    assert quality.item() == pytest.approx(sum(of_fakes) / 2)
    assert diversity.item() == pytest.approx(math.log(3**0.5))  # of three gradients of one
    assert diversity.item() == -PaperFitness().evaluate(found)[1].item()


def test_iegan_values_by_hand():
    found = inputs([0.0, 1.0, -0.5], [0, 1, 1], [1.0, 2.0, -6.0], [[0.0, 0.0]] * 3)
    quality, diversity = IEGAN().evaluate(found)
    assert quality.item() == pytest.approx(-1.0)
    assert diversity.item() == pytest.approx((1.0 + 0.5 + 1.5) / 3)


def test_iegan_sees_a_collapse():
    labels, source, classes = [0, 1], [0.0, 0.0], [[0.0, 0.0]] * 2
    varied = IEGAN().evaluate(inputs([-1.0, 1.0], labels, source, classes))[1]
    collapsed = IEGAN().evaluate(inputs([0.5, 0.5], labels, source, classes))[1]
    assert varied == 2
    assert collapsed == 0
