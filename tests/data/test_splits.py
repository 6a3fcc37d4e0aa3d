import numpy as np
import pytest
import torch

from geneticgan.data.dataset import Images
from geneticgan.data.imbalance import imbalance_ratio
from geneticgan.data.imbalances.exponential import exponential_counts
from geneticgan.data.sampling import BatchSource, to_uint8, to_unit_range
from geneticgan.data.sets.digits import Digits
from geneticgan.data.splits import split_source, unused
from geneticgan.errors import DataError

CPU = torch.device("cpu")


def test_exponential_counts_fall_from_largest_to_largest_over_ratio():
    counts = exponential_counts(100, 5, 16)
    assert counts == (100, 50, 25, 12, 6)
    assert imbalance_ratio(exponential_counts(120, 10, 20)) == 20


def test_parts_are_disjoint_and_have_the_counts_asked_for(source):
    split = split_source(source, (24, 12, 6), 0.25, seed=3)
    assert split.subset_counts == [24, 12, 6]
    assert split.validation.counts(3) == [6, 3, 2]  # a quarter, but never fewer than two
    assert not set(split.train_indices) & set(split.validation_indices)
    np.testing.assert_array_equal(split.train.pixels, source.train.pixels[split.train_indices])
    assert split.smallest_class == 2


def test_the_last_of_the_smallest_classes_is_the_smallest(source):
    assert split_source(source, (5, 9, 5), 0.0, seed=0).smallest_class == 2


def test_the_seed_draws_the_subset(source):
    one, same, other = (split_source(source, (9, 9, 9), 0.2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.train_indices, same.train_indices)
    assert list(one.train_indices) != list(other.train_indices)


def test_without_counts_everything_is_taken(source):
    split = split_source(source, None, 0.0, seed=0)
    assert len(split.train) == 90
    assert len(split.validation) == 0


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((31, 1, 1), "class 'left' has 30 training images, but 31 were asked for"),
        ((1, 0, 1), "class 'middle' has 30 training images, but 0"),
        ((1, 1), r"2 counts were given for 3 classes \(left, middle, right\)"),
        ((9, 9, 2), "class 'right' has 2 training images; at least 3 are needed, 2 of them"),
    ],
)
def test_too_few_images_are_named_with_the_numbers(source, counts, message):
    with pytest.raises(DataError, match=message):
        split_source(source, counts, 0.1, seed=0)


def test_digits_are_as_documented():
    source = Digits().load()
    assert source.train.pixels.shape[1:] == (1, 8, 8)
    assert source.train.pixels.max() == 255
    assert source.test.counts(10) == [50] * 10
    assert len(source.train) + len(source.test) == 1797
    assert source.default_counts[0] == 120
    assert source.default_counts[-1] == 6
    assert source.fingerprint == Digits().load().fingerprint


def test_a_changed_pixel_changes_the_fingerprint(source):
    before = source.fingerprint
    source.train.pixels[0, 0, 0, 0] ^= 1
    assert source.fingerprint != before


def test_balanced_batches_draw_every_class_alike_and_every_image(split):
    batches = BatchSource(split.train, 3, seed=0, name="x", device=CPU)
    labels = torch.cat([batches.balanced(30)(n)[1] for n in range(200)])
    shares = torch.bincount(labels, minlength=3) / len(labels)
    # 6000 draws: a share of a third has a standard deviation of 0.006
    torch.testing.assert_close(shares, torch.full((3,), 1 / 3), rtol=0, atol=0.03)
    seen = {image.numpy().tobytes() for n in range(200) for image in batches.balanced(30)(n)[0]}
    assert len(seen) == len(split.train)


def test_natural_batches_draw_every_image_alike(split):
    batches = BatchSource(split.train, 3, seed=0, name="x", device=CPU)
    labels = torch.cat([batches.natural(30)(n)[1] for n in range(200)])
    shares = torch.bincount(labels, minlength=3) / len(labels)
    expected = torch.tensor(split.train_counts) / len(split.train)
    torch.testing.assert_close(shares, expected, rtol=0, atol=0.03)


def test_images_keep_their_labels_in_a_batch(split):
    batches = BatchSource(split.train, 3, seed=0, name="x", device=CPU)
    for images, labels in (batches.balanced(20)(0), batches.natural(20)(0)):
        for image, label in zip(images, labels.tolist(), strict=True):
            brightest = image[0].mean(dim=1).argmax().item()
            assert brightest in (2 * label, 2 * label + 1)


def test_streamed_batches_are_those_that_are_held(split):
    held, streamed = (
        BatchSource(split.train, 3, 0, "x", CPU, where) for where in ("device", "host")
    )
    for kind in ("balanced", "natural"):
        here, there = getattr(held, kind)(16), getattr(streamed, kind)(16)
        for number in (0, 1, 2, 9, 10, 3):  # in order, ahead and back
            for ours, theirs in zip(there(number), here(number), strict=True):
                assert torch.equal(ours, theirs)


def test_an_error_in_the_thread_reaches_the_one_who_asks(split):
    broken = Images(split.train.pixels[:1], split.train.labels)  # fewer images than labels
    batches = BatchSource(broken, 3, 0, "x", CPU, "host").balanced(16)
    with pytest.raises(IndexError):
        batches(0)


def test_a_batch_is_a_function_of_seed_name_and_number(split):
    def draw(seed, name, number):
        return BatchSource(split.train, 3, seed, name, CPU).balanced(16)(number)[0]

    assert torch.equal(draw(0, "a", 5), draw(0, "a", 5))
    for other in (draw(1, "a", 5), draw(0, "b", 5), draw(0, "a", 6)):
        assert not torch.equal(draw(0, "a", 5), other)


def test_normalising_is_undone_exactly():
    pixels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    unit = to_unit_range(pixels)
    assert (unit.min().item(), unit.max().item()) == (-1.0, 1.0)
    assert torch.equal(to_uint8(unit), pixels)


def test_what_is_unused_is_in_no_other_part(source):
    split = split_source(source, (20, 12, 6), 0.25, seed=3)
    left = unused(source, split, 10**6)
    available = source.train.counts(3)
    assert left.counts(3) == [n - used for n, used in zip(available, (20, 12, 6), strict=True)]
    both = {*map(bytes, split.train.pixels), *map(bytes, split.validation.pixels)}
    assert not both & {*map(bytes, left.pixels)}
    assert unused(source, split, 2).counts(3) == [2, 2, 2]


def test_where_nothing_is_unused_it_is_said(source):
    counts = source.train.counts(3)
    split = split_source(source, (counts[0], 9, 9), 0.25, seed=3)
    with pytest.raises(DataError, match=r"no training image of class .* is left over"):
        unused(source, split, 5)
