"""Random changes of images: what they keep, what they draw, and that every method sees them."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geneticgan.changes import CHANGES, parse_changes
from geneticgan.config import TrainConfig
from geneticgan.data.augmentation import Augmentation
from geneticgan.errors import ConfigError

SHAPE = (6, 2, 16, 8)


def unlike(seed=0, shape=SHAPE):
    """Images no two pixels of which are alike."""
    rng = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=rng, dtype=torch.float64) * 2 - 1


def test_none_is_the_very_images():
    images = unlike()
    assert Augmentation("none", 0)(images, "real", 3) is images


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), changes=st.sets(st.sampled_from(CHANGES), min_size=1))
def test_pixels_stay_in_their_image_and_channel(seed, changes):
    images = unlike(seed)
    changed = Augmentation(",".join(changes), seed)(images, "real", 1)
    assert changed.shape == images.shape
    for before, after in zip(images.flatten(0, 1), changed.flatten(0, 1), strict=True):
        found = set(after.flatten().tolist())
        hidden = {0.0} if "cutout" in changes else set()
        assert found <= set(before.flatten().tolist()) | hidden


def test_images_are_mirrored_or_left():
    images = unlike(shape=(64, 1, 8, 8))
    changed = Augmentation("flip", 0)(images, "real", 0)
    kept = (changed == images).all(3).all(2).squeeze(1)
    mirrored = (changed == images.flip(3)).all(3).all(2).squeeze(1)
    assert (kept ^ mirrored).all()
    assert 16 < kept.sum() < 48


def test_images_are_moved_by_up_to_an_eighth_and_the_border_is_repeated():
    rows = torch.arange(16.0)[None, None, :, None].expand(200, 1, 16, 16)
    changed = Augmentation("translation", 0)(rows, "real", 0)
    assert (changed == changed[:, :, :, :1]).all()  # rows move as wholes
    top = changed[:, 0, 8, 0] - 8
    assert set(top.tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    for moved, shift in zip(changed[:, 0, :, 0], top, strict=True):
        assert moved.tolist() == (torch.arange(16.0) + shift).clamp(0, 15).tolist()


def test_a_square_of_about_half_the_size_is_hidden():
    changed = Augmentation("cutout", 0)(torch.ones(300, 3, 16, 16), "real", 0)
    hidden = changed == 0
    assert (hidden.all(1) == hidden.any(1)).all()  # in every channel alike
    sizes = hidden[:, 0].sum((1, 2))
    assert sizes.min() >= 25  # 5 x 5 in a corner
    assert sizes.max() == 81  # 9 x 9 where it fits


def test_draws_are_a_function_of_seed_name_and_number():
    images = unlike()
    make = Augmentation("flip,translation,cutout", 5)
    first = make(images, "real", 7)
    torch.rand(3)  # the global state does not matter
    assert torch.equal(make(images, "real", 7), first)
    for other in (make(images, "real", 8), make(images, "generated", 7)):
        assert not torch.equal(other, first)
    assert not torch.equal(Augmentation(",".join(CHANGES), 6)(images, "real", 7), first)


def test_images_of_one_number_are_changed_alike_whatever_they_show():
    make = Augmentation("flip,translation", 1)
    images = unlike()
    assert torch.equal(make(2 * images, "real", 0), 2 * make(images, "real", 0))


@pytest.mark.parametrize("changes", [*CHANGES, ",".join(CHANGES)])
def test_generators_learn_through_it(changes):
    images = unlike(shape=(2, 1, 8, 8)).requires_grad_()
    make = Augmentation(changes, 3)
    assert torch.autograd.gradcheck(lambda x: make(x, "generated", 0), images)
    assert torch.autograd.gradgradcheck(lambda x: make(x, "generated", 0).square(), images)


def test_changes_are_parsed_into_one_order():
    assert parse_changes("none") == ()
    assert parse_changes("cutout, flip") == ("flip", "cutout")
    for wrong in ("rotation", "", "flip,none", "flip,"):
        with pytest.raises(ConfigError, match="flip, translation, cutout"):
            parse_changes(wrong)
    with pytest.raises(ConfigError, match="augmentation"):
        TrainConfig(augmentation="mirror")
