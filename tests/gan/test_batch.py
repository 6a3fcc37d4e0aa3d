"""What the batches of a generation are made of."""

import dataclasses

import pytest
import torch

from geneticgan.changes import CHANGES
from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import BatchSampler, Logits, joined

SHAPE = (4, 1, 8, 8)


def drawing(offset):
    def draw(number):
        images = torch.full(SHAPE, float(number + offset))
        return images, torch.arange(4) + number + offset

    return draw


def sampler(changes, draw_held_out=None, **counts):
    like = torch.zeros((), dtype=torch.float64)
    return BatchSampler(
        drawing(0), 5, 3, 4, 3, like, Augmentation(changes, 3), draw_held_out, **counts
    )


@pytest.mark.parametrize("changes", ["none", "deformation", ",".join(CHANGES)])
@pytest.mark.parametrize("held_out", [None, drawing(100)])
def test_every_part_is_what_it_is_called(changes, held_out):
    batch = sampler(changes, held_out).draw(7).fitness
    assert batch.generation == 7
    assert torch.equal(batch.real_images, torch.full(SHAPE, 7.0))
    assert torch.equal(batch.real_labels, torch.arange(4) + 7)
    assert (batch.latents.shape, batch.latents.dtype) == ((4, 5), torch.float64)
    assert (batch.labels.shape, batch.labels.dtype) == ((4,), torch.int64)
    augmentation = Augmentation(changes, 3)
    for kind, found in (("real", batch.real_changes), ("generated", batch.generated_changes)):
        expected = augmentation.draw(batch.real_images, kind, 7)
        assert len(found) == len(expected)
        assert all(map(torch.equal, found, expected))
    if held_out is None:
        assert batch.held_out == ()
    else:
        images, labels = batch.held_out
        assert torch.equal(images, torch.full(SHAPE, 107.0))
        assert torch.equal(labels, torch.arange(4) + 107)


def test_every_step_of_a_generation_has_draws_of_its_own():
    made = sampler("deformation", critic_steps=2)
    first, second = made.draw(1).discriminator
    next_one, _ = made.draw(2).discriminator
    for one, other in ((first, second), (second, next_one)):
        assert not torch.equal(one.latents, other.latents)
        assert not torch.equal(one.real_changes[0], other.real_changes[0])
        assert not torch.equal(one.generated_changes[0], other.generated_changes[0])


def test_one_batch_serves_for_everything_unless_more_are_asked_for():
    drawn = sampler("none").draw(3)
    assert len(drawn.offspring) == len(drawn.discriminator) == 1
    assert drawn.offspring[0] is drawn.discriminator[0] is drawn.fitness
    drawn = sampler("none", offspring_steps=3, critic_steps=2).draw(3)
    assert (len(drawn.offspring), len(drawn.discriminator)) == (3, 2)
    assert drawn.fitness is drawn.offspring[0] is drawn.discriminator[0]
    assert drawn.offspring[1] is drawn.discriminator[1]


def test_a_fitness_on_several_batches_asks_for_all_their_images():
    drawn = sampler("flip,deformation", fitness_batches=3, critic_steps=3).draw(2)
    parts = drawn.discriminator
    assert torch.equal(drawn.fitness.latents, torch.cat([each.latents for each in parts]))
    assert torch.equal(drawn.fitness.labels, torch.cat([each.labels for each in parts]))
    for index, found in enumerate(drawn.fitness.generated_changes):
        assert torch.equal(found, torch.cat([each.generated_changes[index] for each in parts]))
    assert torch.equal(drawn.fitness.real_images, parts[0].real_images)
    assert joined(parts[:1]) is parts[0]


def test_a_batch_does_not_change_and_its_copy_has_tensors_of_its_own():
    batch = sampler("flip,cutout", drawing(9)).draw(0).fitness
    with pytest.raises(dataclasses.FrozenInstanceError):
        batch.labels = batch.real_labels
    known = batch.with_real_logits(Logits(torch.zeros(4), torch.zeros(4, 3)))
    assert batch.real_logits is None
    assert known.real_logits is not None
    copy = batch.clone()
    for one, other in zip(batch.tensors(), copy.tensors(), strict=True):
        assert torch.equal(one, other)
        assert one.data_ptr() != other.data_ptr()
    assert len(batch.real_changes) == len(copy.real_changes) == 3
    assert len(copy.held_out) == 2
