"""Random changes of images: what they keep, what they draw, and that every method sees them."""

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geneticgan.changes import CHANGES, parse_changes
from geneticgan.config import TrainConfig
from geneticgan.data import augmentation
from geneticgan.data.augmentation import Augmentation
from geneticgan.data.deformation import displacements, draw_deformations, sample
from geneticgan.errors import ConfigError

SHAPE = (6, 2, 16, 8)


def unlike(seed=0, shape=SHAPE):
    """Images no two pixels of which are alike."""
    rng = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=rng, dtype=torch.float64) * 2 - 1


def test_none_is_the_very_images():
    images = unlike()
    assert Augmentation("none", 0)(images, "real", 3) is images


@example(seed=9, changes={"deformation", "flip", "translation"})
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), changes=st.sets(st.sampled_from(CHANGES), min_size=1))
def test_pixels_stay_in_their_image_and_channel(seed, changes):
    images = unlike(seed)
    changed = Augmentation(",".join(changes), seed)(images, "real", 1)
    assert changed.shape == images.shape
    for before, after in zip(images.flatten(0, 1), changed.flatten(0, 1), strict=True):
        hidden = {0.0} if "cutout" in changes else set()
        known = set(before.flatten().tolist()) | hidden
        if "deformation" in changes:  # between pixels, up to the rounding of four weights
            assert min(known) - 1e-12 <= after.min()
            assert after.max() <= max(known) + 1e-12
        else:
            assert set(after.flatten().tolist()) <= known


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


def test_half_of_the_images_are_deformed_and_the_others_left():
    images = unlike(shape=(200, 1, 16, 16))
    changed = Augmentation("deformation", 0)(images, "real", 0)
    same = (changed == images).flatten(1).double().mean(1)  # beyond the border, pixels repeat
    assert ((same == 1) | (same < 0.2)).all()
    assert 60 < (same == 1).sum() < 140


def test_images_are_deformed_by_a_few_pixels_and_smoothly():
    moves = displacements(*draw_deformations(400, torch.Generator().manual_seed(0)), 28, 20)
    pixels = moves * torch.tensor([28, 20])[:, None, None]
    deformed = pixels.flatten(1).abs().amax(1) > 0
    assert 0.5 < pixels[deformed].std(0).mean() < 3  # pixels
    for axis in (2, 3):
        assert pixels.diff(dim=axis).abs().max() < 1.5  # nothing tears or folds over itself
    assert pixels.mean(0).abs().max() < 1  # in no direction more than in another


def test_moves_fetch_from_beside_a_pixel_and_repeat_the_border():
    images = unlike(shape=(1, 2, 8, 8))
    down_by_two = torch.zeros(1, 2, 8, 8)
    down_by_two[:, 0] = 2 / 8
    expected = images[:, :, [2, 3, 4, 5, 6, 7, 7, 7]]
    torch.testing.assert_close(sample(images, down_by_two), expected)
    half_right = torch.zeros(1, 2, 8, 8)
    half_right[:, 1] = 0.5 / 8
    between = (images + images[..., [1, 2, 3, 4, 5, 6, 7, 7]]) / 2
    torch.testing.assert_close(sample(images, half_right), between)


@pytest.mark.parametrize("changes", ["none", *CHANGES, ",".join(CHANGES)])
def test_to_apply_what_was_drawn_draws_nothing(changes, monkeypatch):
    images, make = unlike(), Augmentation(changes, 5)
    expected = make(images, "real", 1)
    drawn = make.draw(images, "real", 1)
    assert len(drawn) == make.tensors

    def refuse(*_):
        raise AssertionError("drawn")

    monkeypatch.setattr(augmentation, "torch_stream", refuse)
    assert torch.equal(make.apply(images, drawn), expected)


@pytest.mark.parametrize("changes", [*CHANGES, ",".join(CHANGES)])
def test_what_is_drawn_on_the_host_goes_to_the_device_once(changes, monkeypatch):
    def upload_once(tensor, device):
        assert tensor.device.type == "cpu"  # a tensor of a GPU cannot be pinned
        return tensor.to(device)

    monkeypatch.setattr(augmentation, "upload", upload_once)
    elsewhere = torch.empty(SHAPE, device="meta")
    drawn = Augmentation(changes, 0).draw(elsewhere, "real", 0)
    assert {tensor.device.type for tensor in drawn} == {"meta"}


def test_images_of_low_precision_are_deformed_by_weights_that_are_not():
    images = torch.ones(8, 1, 16, 16)
    deformed = Augmentation("deformation", 0)(images.bfloat16(), "real", 0)
    torch.testing.assert_close(deformed, images)


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
    make = Augmentation("flip,translation,deformation", 1)
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
        with pytest.raises(ConfigError, match="flip, translation, deformation, cutout"):
            parse_changes(wrong)
    with pytest.raises(ConfigError, match="augmentation"):
        TrainConfig(augmentation="mirror")
