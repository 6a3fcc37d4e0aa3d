"""What a generation's situation is made of, and where it is found in it."""

import pytest
import torch

from geneticgan.changes import CHANGES
from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import Situations

SHAPE = (4, 1, 8, 8)


def drawing(offset):
    def draw(number):
        images = torch.full(SHAPE, float(number + offset))
        return images, torch.arange(4) + number + offset

    return draw


def situations(changes, draw_held_out, steps=1):
    augmentation = Augmentation(changes, 3)
    like = torch.zeros((), dtype=torch.float64)
    return Situations(drawing(0), draw_held_out, 5, 3, 4, 3, steps, like, augmentation)


@pytest.mark.parametrize("changes", ["none", "deformation", ",".join(CHANGES)])
@pytest.mark.parametrize("held_out", [None, drawing(100)])
def test_every_part_is_found_again(changes, held_out):
    made = situations(changes, held_out)
    parts = made.parts(made.draw(7))
    assert torch.equal(parts.real_images, torch.full(SHAPE, 7.0))
    assert torch.equal(parts.real_labels, torch.arange(4) + 7)
    assert (parts.latent.shape, parts.latent.dtype) == ((4, 5), torch.float64)
    assert (parts.labels.shape, parts.labels.dtype) == ((4,), torch.int64)
    augmentation = Augmentation(changes, 3)
    for kind, found in (("real", parts.real_changes), ("generated", parts.generated_changes)):
        expected = augmentation.draw(parts.real_images, kind, 7)
        assert len(found) == len(expected)
        assert all(map(torch.equal, found, expected))
    if held_out is None:
        assert parts.held_out == ()
    else:
        images, labels = parts.held_out
        assert torch.equal(images, torch.full(SHAPE, 107.0))
        assert torch.equal(labels, torch.arange(4) + 107)


def test_every_step_of_a_generation_has_draws_of_its_own():
    made = situations("deformation", None, steps=2)
    first, second, next_one = (made.parts(made.draw(*at)) for at in ((1, 0), (1, 1), (2, 0)))
    for one, other in ((first, second), (second, next_one)):
        assert not torch.equal(one.latent, other.latent)
        assert not torch.equal(one.real_changes[0], other.real_changes[0])
        assert not torch.equal(one.generated_changes[0], other.generated_changes[0])
