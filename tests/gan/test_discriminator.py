import copy
import math

import pytest
import torch
from torch.func import functional_call
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.errors import DivergedError
from geneticgan.gan.discriminator import DiscriminatorEnvironment
from geneticgan_plugins.mutations.nonsat import NonSaturating


def discriminator_loss(environment, individual):
    """L_D written out once more, from the paper's words."""
    module = copy.deepcopy(individual.module)
    images = module(environment._latent, environment._labels).detach()
    real_source, real_classes = environment.discriminator(environment._real_images)
    fake_source, fake_classes = environment.discriminator(images)
    loss = (
        binary_cross_entropy_with_logits(real_source, torch.ones_like(real_source))
        + binary_cross_entropy_with_logits(fake_source, torch.zeros_like(fake_source))
        + cross_entropy(real_classes, environment._real_labels)
        + cross_entropy(fake_classes, environment._labels)
    )
    return loss, fake_source


def test_fitness_is_that_of_equations_2_and_3(environment, make_individual):
    individual = make_individual()
    loss, source = discriminator_loss(environment, individual)
    loss.backward()
    norm = math.sqrt(
        sum(p.grad.square().sum().item() for p in environment.discriminator.parameters())
    )
    environment.discriminator.zero_grad(set_to_none=True)
    quality, diversity = environment.evaluate(individual)
    assert quality == pytest.approx(torch.sigmoid(source).mean().item(), rel=1e-5)
    assert diversity == pytest.approx(-math.log(norm), rel=1e-4)


@pytest.fixture
def wider(environment):
    """The same world with three batches for a fitness and two steps for an offspring."""
    batch_size, latent_dim = environment._latent.shape
    return DiscriminatorEnvironment(
        environment.discriminator,
        environment.optimizer,
        environment._situations._draw_real,
        latent_dim,
        environment.discriminator.classifier.out_features,
        batch_size,
        seed=0,
        offspring_steps=2,
        fitness_batches=3,
        augmentation="deformation",
    )


def test_a_fitness_is_taken_on_as_many_batches_as_asked_for(wider, make_individual):
    individual = make_individual()
    wider.observe(4)
    drawn = [wider._situations.parts(wider.draw(4, extra)) for extra in range(3)]
    latent, labels = (torch.cat([parts[part] for parts in drawn]) for part in (2, 3))
    assert len(latent) == 3 * len(wider._latent)
    deformed = tuple(map(torch.cat, zip(*(p.generated_changes for p in drawn), strict=True)))
    with torch.no_grad():
        images = wider._augmentation.apply(
            copy.deepcopy(individual.module)(latent, labels), deformed
        )
        expected = torch.sigmoid(wider.discriminator(images)[0]).mean()
    quality, _ = wider.evaluate(individual)
    assert quality == pytest.approx(expected.item(), rel=1e-5)
    # What offspring are born of, and seen through, is as it was.
    assert torch.equal(wider._latent, drawn[0].latent)
    assert torch.equal(wider._passes.changes["generated"][0], drawn[0].generated_changes[0])
    assert "more images" in wider.why_unshared()


def test_an_offspring_takes_as_many_steps_as_asked_for(wider, make_individual):
    wider.observe(4)
    child, twin, mutation = make_individual(), make_individual(), NonSaturating()
    mutation.mutate(child, wider)
    wider.offspring_steps = 1
    for step in range(2):
        wider.turn(step)
        mutation.mutate(twin, wider)
    ours, theirs = (one.to_tensors()[0] for one in (child, twin))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert next(iter(child.optimizer.state.values()))["step"] == 2


def test_an_evaluation_leaves_no_trace(environment, make_individual):
    individual = make_individual()
    before = {name: t.clone() for name, t in individual.to_tensors()[0].items()}
    first = environment.evaluate(individual)
    assert environment.evaluate(individual) == first
    after = individual.to_tensors()[0]
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_equal_individuals_are_judged_equally_within_a_generation(environment, make_individual):
    one, twin = make_individual(), make_individual()
    assert environment.evaluate(one) == environment.evaluate(twin)
    environment.observe(1)
    assert environment.evaluate(one) != environment.evaluate(make_individual(seed=1))


def test_a_generation_is_a_function_of_its_number(environment, make_individual):
    individual = make_individual()
    first = environment.evaluate(individual)
    environment.observe(1)
    assert environment.evaluate(individual) != first
    environment.observe(0)
    assert environment.evaluate(individual) == first


def test_a_training_pass_advances_the_buffers_by_one_batch(environment, make_individual):
    individual = make_individual()
    environment.judge_generated(individual)
    counts = [b.item() for n, b in individual.module.named_buffers() if "num_batches" in n]
    assert counts
    assert set(counts) == {1}


def test_the_update_is_one_step_on_the_loss_of_the_survivor(environment, make_individual):
    individual = make_individual()
    twin = copy.deepcopy(environment.discriminator)
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-2, betas=(0.5, 0.999))
    loss, _ = discriminator_loss(environment, individual)
    gradients = torch.autograd.grad(loss, list(environment.discriminator.parameters()))
    for parameter, gradient in zip(twin.parameters(), gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
    before = {name: t.clone() for name, t in individual.to_tensors()[0].items()}
    environment.update([individual])
    for ours, theirs in zip(environment.discriminator.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    after = individual.to_tensors()[0]
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert sum(environment.last_losses.values()) == pytest.approx(loss.item(), rel=1e-5)


def test_several_survivors_count_by_their_mean(environment, make_individual):
    one, other = make_individual(0), make_individual(1)
    twice = copy.deepcopy(environment)
    twice.update([one, one])
    once = copy.deepcopy(environment)
    once.update([one])
    assert twice.last_losses["generated"] == pytest.approx(once.last_losses["generated"])
    mixed = copy.deepcopy(environment)
    mixed.update([one, other])
    assert mixed.last_losses["generated"] != pytest.approx(once.last_losses["generated"])


def test_a_discriminator_that_diverges_is_named(environment, make_individual):
    with torch.no_grad():
        environment.discriminator.source.weight.fill_(math.inf)
    with pytest.raises(DivergedError, match=r"discriminator's loss is (nan|inf) on real images"):
        environment.update([make_individual()])
    with pytest.raises(DivergedError, match="a weight of the discriminator is not finite"):
        environment.check()


def test_bf16_gives_nearly_the_same_fitness(environment, make_individual):
    individual = make_individual()
    exact = environment.evaluate(individual)
    environment._passes._bf16 = True
    rough = environment.evaluate(individual)
    assert rough != exact
    assert rough == pytest.approx(exact, rel=0.05)


def test_a_parent_and_its_offspring_see_the_same_world(environment, make_individual):
    individual = make_individual()
    child = copy.deepcopy(individual)
    # were the latents drawn anew, the clone would be judged otherwise
    individual.fitness.values = environment.evaluate(individual)
    child.fitness.values = environment.evaluate(child)
    assert weighted_sum(individual.fitness) == weighted_sum(child.fitness)
    buffers = {n: b.clone() for n, b in child.module.named_buffers()}
    images = functional_call(child.module, buffers, (environment._latent, environment._labels))
    assert images.shape == (6, 1, 8, 8)
