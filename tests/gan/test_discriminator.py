import copy
import dataclasses
import math

import pytest
import torch
from torch.func import functional_call
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.data.augmentation import Augmentation
from geneticgan.errors import DivergedError
from geneticgan.gan.fitness import Evaluator
from geneticgan.gan.forward import Forward
from geneticgan.gan.plain import evaluate
from geneticgan.gan.shared_gradients import why_plain
from geneticgan_plugins.mutations.nonsat import NonSaturating


def discriminator_loss(module, batch, individual):
    """L_D written out once more, from the paper's words."""
    generator = copy.deepcopy(individual.module)
    images = generator(batch.latents, batch.labels).detach()
    real_source, real_classes = module(batch.real_images)
    fake_source, fake_classes = module(images)
    loss = (
        binary_cross_entropy_with_logits(real_source, torch.ones_like(real_source))
        + binary_cross_entropy_with_logits(fake_source, torch.zeros_like(fake_source))
        + cross_entropy(real_classes, batch.real_labels)
        + cross_entropy(fake_classes, batch.labels)
    )
    return loss, fake_source


def test_fitness_is_that_of_equations_2_and_3(machine, batch, make_individual):
    individual, module = make_individual(), machine.discriminator.module
    loss, source = discriminator_loss(module, batch, individual)
    loss.backward()
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in module.parameters()))
    module.zero_grad(set_to_none=True)
    quality, diversity = evaluate(individual, machine.evaluator, batch)
    assert quality == pytest.approx(torch.sigmoid(source).mean().item(), rel=1e-5)
    assert diversity == pytest.approx(-math.log(norm), rel=1e-4)


@pytest.fixture
def wider(machine):
    """The same world with three batches for a fitness and two steps for an offspring."""
    augmentation = Augmentation("deformation", 0)
    forward = Forward(machine.discriminator.module, 0, "float32", augmentation)
    discriminator = dataclasses.replace(machine.discriminator, forward=forward)
    batches = dataclasses.replace(
        machine.batches,
        augmentation=augmentation,
        offspring_steps=2,
        fitness_batches=3,
        critic_steps=3,
    )
    evaluator = dataclasses.replace(machine.evaluator, discriminator=discriminator)
    return dataclasses.replace(
        machine, discriminator=discriminator, batches=batches, evaluator=evaluator
    )


def test_a_fitness_is_taken_on_as_many_batches_as_asked_for(wider, make_individual):
    individual = make_individual()
    batches = wider.batches.draw(4)
    drawn = batches.discriminator
    latents, labels = (
        torch.cat([getattr(each, name) for each in drawn]) for name in ("latents", "labels")
    )
    assert len(latents) == 3 * len(drawn[0].latents)
    deformed = tuple(map(torch.cat, zip(*(d.generated_changes for d in drawn), strict=True)))
    with torch.no_grad():
        images = wider.batches.augmentation.apply(
            copy.deepcopy(individual.module)(latents, labels), deformed
        )
        expected = torch.sigmoid(wider.discriminator.module(images)[0]).mean()
    quality, _ = evaluate(individual, wider.evaluator, batches.fitness)
    assert quality == pytest.approx(expected.item(), rel=1e-5)
    # What offspring are born of is one batch of them.
    assert torch.equal(batches.offspring[0].latents, drawn[0].latents)
    assert "more images" in why_plain(wider)


def test_an_offspring_takes_as_many_steps_as_asked_for(wider, make_individual):
    child, twin, mutation = make_individual(), make_individual(), NonSaturating()
    batches = wider.batches.draw(4).offspring
    assert len(batches) == 2
    mutation.mutate(child, wider.discriminator, batches)
    for each in batches:
        mutation.mutate(twin, wider.discriminator, [each])
    ours, theirs = (one.to_tensors()[0] for one in (child, twin))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert next(iter(child.optimizer.state.values()))["step"] == 2


def test_an_evaluation_leaves_no_trace(machine, batch, make_individual):
    individual = make_individual()
    before = {name: t.clone() for name, t in individual.to_tensors()[0].items()}
    tensors = [tensor.clone() for tensor in batch.tensors()]
    first = evaluate(individual, machine.evaluator, batch)
    assert evaluate(individual, machine.evaluator, batch) == first
    after = individual.to_tensors()[0]
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(map(torch.equal, batch.tensors(), tensors))


def test_equal_individuals_are_evaluated_equally_within_a_generation(machine, make_individual):
    evaluator, (batch, later) = machine.evaluator, (machine.batches.draw(n).fitness for n in (0, 1))
    one, twin = make_individual(), make_individual()
    assert evaluate(one, evaluator, batch) == evaluate(twin, evaluator, batch)
    assert evaluate(one, evaluator, later) != evaluate(make_individual(seed=1), evaluator, later)


def test_a_generation_is_a_function_of_its_number(machine, make_individual):
    individual = make_individual()
    first, other, again = (
        evaluate(individual, machine.evaluator, machine.batches.draw(number).fitness)
        for number in (0, 1, 0)
    )
    assert other != first
    assert again == first


def test_a_training_pass_advances_the_buffers_by_one_batch(machine, batch, make_individual):
    individual = make_individual()
    machine.discriminator.on_generated(individual, batch)
    counts = [b.item() for n, b in individual.module.named_buffers() if "num_batches" in n]
    assert counts
    assert set(counts) == {1}


def test_the_update_is_one_step_on_the_loss_of_the_survivor(machine, batch, make_individual):
    individual, discriminator = make_individual(), machine.discriminator
    twin = copy.deepcopy(discriminator.module)
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-2, betas=(0.5, 0.999))
    loss, _ = discriminator_loss(discriminator.module, batch, individual)
    gradients = torch.autograd.grad(loss, discriminator.parameters)
    for parameter, gradient in zip(twin.parameters(), gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
    before = {name: t.clone() for name, t in individual.to_tensors()[0].items()}
    discriminator.update([individual], [batch])
    for ours, theirs in zip(discriminator.module.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    after = individual.to_tensors()[0]
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert sum(discriminator.last_losses.values()) == pytest.approx(loss.item(), rel=1e-5)


def test_several_survivors_count_by_their_mean(machine, batch, make_individual):
    one, other = make_individual(0), make_individual(1)
    losses = []
    for survivors in ([one, one], [one], [one, other]):
        discriminator = copy.deepcopy(machine.discriminator)
        discriminator.update(survivors, [batch])
        losses.append(discriminator.last_losses["generated"])
    twice, once, mixed = losses
    assert twice == pytest.approx(once)
    assert mixed != pytest.approx(once)


def test_a_discriminator_that_diverges_is_named(machine, batch, make_individual):
    discriminator = machine.discriminator
    with torch.no_grad():
        discriminator.module.source.weight.fill_(math.inf)
    with pytest.raises(DivergedError, match=r"discriminator's loss is (nan|inf) on real images"):
        discriminator.update([make_individual()], [batch])
    with pytest.raises(DivergedError, match="a weight of the discriminator is not finite"):
        discriminator.check()


def test_bf16_gives_nearly_the_same_fitness(machine, batch, make_individual):
    individual, discriminator = make_individual(), machine.discriminator
    exact = evaluate(individual, machine.evaluator, batch)
    forward = Forward(discriminator.module, 0, "bf16", machine.batches.augmentation)
    in_bf16 = dataclasses.replace(discriminator, forward=forward)
    evaluator = Evaluator(machine.evaluator.fitness, in_bf16, machine.evaluator.class_counts)
    rough = evaluate(individual, evaluator, batch)
    assert rough != exact
    assert rough == pytest.approx(exact, rel=0.05)


def test_a_parent_and_its_offspring_see_the_same_world(machine, batch, make_individual):
    individual = make_individual()
    child = copy.deepcopy(individual)
    # were the latents drawn anew, the clone would have another fitness
    individual.fitness.values = evaluate(individual, machine.evaluator, batch)
    child.fitness.values = evaluate(child, machine.evaluator, batch)
    assert weighted_sum(individual.fitness) == weighted_sum(child.fitness)
    buffers = {n: b.clone() for n, b in child.module.named_buffers()}
    images = functional_call(child.module, buffers, (batch.latents, batch.labels))
    assert images.shape == (6, 1, 8, 8)
