"""Counts by class: the paper's tables, profiles, and what they need."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geneticgan.data.dataset import Dataset, Images, Source, only
from geneticgan.data.draws import Draws
from geneticgan.data.holdout import with_test_part
from geneticgan.data.imbalance import (
    RATIOS,
    TABLE_III_28,
    TABLE_III_32,
    TABLE_III_FIVE,
    create_imbalance,
    imbalance_ratio,
    parse_imbalance,
)
from geneticgan.data.imbalances.exponential import Exponential
from geneticgan.data.imbalances.step import Step
from geneticgan.data.sampling import balancing_weights
from geneticgan.data.sets.celeba import CelebA
from geneticgan.data.sets.cifar10 import Cifar10
from geneticgan.data.sets.idx import FashionMnist, Mnist
from geneticgan.data.sets.lsun import Lsun
from geneticgan.data.sets.svhn import Svhn
from geneticgan.data.splits import split_source, unused
from geneticgan.errors import DataError, PluginError
from geneticgan.options.images import OVERSAMPLINGS
from geneticgan.specs import Spec


def test_table_iii_has_the_papers_ratios():
    assert imbalance_ratio(TABLE_III_28) == 100
    assert imbalance_ratio(TABLE_III_32) == 56.25
    assert imbalance_ratio(TABLE_III_FIVE) == 100
    assert sum(TABLE_III_28) == 9000


@pytest.mark.parametrize(
    ("dataset", "pair", "largest"),
    [
        (Mnist, ("5", "6"), 4000),
        (FashionMnist, ("Sandal", "Sneaker"), 4000),
        (Cifar10, ("airplane", "automobile"), 4500),
        (Svhn, ("8", "9"), 4500),
        (CelebA, ("Eyeglasses", "No-Eyeglasses"), 15000),
        (Lsun, ("church_outdoor", "classroom"), 15000),
    ],
)
def test_table_ii_has_the_papers_pairs(dataset, pair, largest):
    assert dataset.pair == pair
    assert dataset.largest == largest


@pytest.mark.parametrize("ratio", RATIOS)
def test_two_classes_of_table_ii(ratio):
    two = create_imbalance(f"two-class:ratio={ratio}")
    assert two.counts([5421, 5918], None, largest=4000) == (4000, 4000 // ratio)
    assert create_imbalance(f"two-class:{ratio}").counts([900, 900]) == (900, 900 // ratio)


def test_the_majority_is_no_larger_than_what_there_is():
    two = create_imbalance("two-class:ratio=10")
    assert two.counts([900, 900], None, largest=15000) == (900, 90)
    assert two.counts([900, 50], None) == (500, 50)  # the minority lacks images
    assert create_imbalance("two-class:ratio=10,largest=200").counts([900, 900]) == (200, 20)


def test_two_classes_are_the_data_sets_own_or_those_named(source):
    class Pairs(Dataset):
        pair = ("left", "right")

        def load(self):
            return source

    assert create_imbalance("two-class").load(Pairs()).class_names == ("left", "right")
    named = create_imbalance("two-class:positive=right,negative=middle")
    assert named.load(Pairs()).class_names == ("right", "middle")
    assert create_imbalance("two-class:negative=middle").load(Pairs()).class_names == (
        "left",
        "middle",
    )


def test_a_data_sets_own_counts_or_all_or_those_given():
    own = (7, 5)
    assert create_imbalance("auto").counts([9, 9], own) == own
    assert create_imbalance("auto").counts([9, 9], None) is None
    assert create_imbalance("table-iii").counts([9, 9], own) == own
    assert create_imbalance("as-is").counts([9, 9], own) is None
    assert create_imbalance("step:ratio=3").counts([9, 9], own) == (9, 3)
    assert create_imbalance("exponential:ratio=4,largest=8").counts([9, 9, 9], own) == (8, 4, 2)
    assert create_imbalance("counts:2,1").counts([9, 9], own) == (2, 1)
    with pytest.raises(DataError, match="no counts in the paper's Table III; take all"):
        create_imbalance("table-iii").counts([9, 9], None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("counts", "'' is not a list of whole numbers such as 400,200"),
        ("counts:5", "it needs a number >= 1 for each class"),
        ("counts:5,0", "it needs a number >= 1 for each class"),
        ("exponential:ratio=nan", "ratio must be at least 1, got nan"),
        ("step:largest=-1", "largest must be at least 0"),
        ("exponential:ratio=x", "option ratio takes float, got 'x'"),
        ("tabel-iii", "did you mean 'table-iii'?"),
    ],
)
def test_what_is_no_imbalance_is_refused(text, message):
    with pytest.raises(PluginError, match=re.escape(message)):
        create_imbalance(text)


def test_a_value_may_hold_commas_and_stand_without_its_name():
    assert parse_imbalance("counts:4, 3,2") == Spec("counts", {"images": "4,3,2"})
    assert parse_imbalance("counts:images=4,3,2") == Spec("counts", {"images": "4,3,2"})
    found = parse_imbalance("two-class:positive=a, b,negative=c=d")
    assert found == Spec("two-class", {"positive": "a,b", "negative": "c=d"})


@given(
    profile=st.sampled_from(["exponential", "step"]),
    classes=st.integers(2, 20),
    ratio=st.floats(1, 1000),
)
def test_shares_fall_from_one_to_one_over_the_ratio(profile, classes, ratio):
    shares = create_imbalance(f"{profile}:ratio={ratio!r}").shares(classes)
    assert shares[0] == 1
    assert shares[-1] == pytest.approx(1 / ratio)
    assert shares == sorted(shares, reverse=True)
    if profile == "step":
        assert sum(share == 1 for share in shares) >= classes / 2


@given(
    available=st.lists(st.integers(1, 500), min_size=2, max_size=12),
    ratio=st.floats(1, 200),
    profile=st.sampled_from(["exponential", "step"]),
)
def test_a_profile_never_wants_more_than_there_is(available, ratio, profile):
    profiles = {"exponential": Exponential, "step": Step}
    counts = profiles[profile](ratio).counts(available)
    assert all(1 <= count <= have for count, have in zip(counts, available, strict=True))


def numbered(labels):
    """Images whose first pixel is their number."""
    labels = np.asarray(labels, dtype=np.int64)
    pixels = np.zeros((len(labels), 1, 8, 8), dtype=np.uint8)
    pixels[:, 0, 0, 0] = np.arange(len(labels))
    return Images(pixels, labels)


def test_only_relabels_in_the_order_of_the_names():
    source = Source(numbered([0, 1, 2, 2, 1, 0]), numbered([2, 0, 1]), ("a", "b", "c"))
    two = only(source, ("c", "a"))
    assert two.class_names == ("c", "a")
    assert two.train.labels.tolist() == [1, 0, 0, 1]
    assert two.train.pixels[:, 0, 0, 0].tolist() == [0, 2, 3, 5]
    assert two.test.labels.tolist() == [0, 1]


def test_a_fifth_of_each_class_is_held_out_and_drawn_by_the_seed():
    source = with_test_part(numbered([0] * 50 + [1] * 10 + [2] * 4), "abc")
    one, again, other = (split_source(source, None, 0.0, seed) for seed in (1, 1, 2))
    assert one.test.counts(3) == other.test.counts(3) == [10, 2, 1]  # not [1, 1, 1]
    np.testing.assert_array_equal(one.test.pixels, again.test.pixels)
    assert set(one.test_indices) != set(other.test_indices)
    assert one.fingerprint == other.fingerprint  # of the same images
    for split in (one, other):
        first = [each.pixels[:, 0, 0, 0].tolist() for each in (split.train, split.test)]
        assert sorted(first[0] + first[1]) == list(range(64))


def test_a_subset_of_what_is_held_out_never_meets_the_test_part():
    source = with_test_part(numbered([0] * 50 + [1] * 10), "ab")
    for seed in range(5):
        split = split_source(source, (20, 6), 0.2, seed)
        left = unused(source, split, 10**6)
        parts = [p.pixels[:, 0, 0, 0] for p in (split.train, split.validation, split.test, left)]
        assert sorted(np.concatenate(parts).tolist()) == list(range(60))
        assert split.subset_counts == [20, 6]


def test_a_given_test_part_is_taken_whole():
    source = Source(numbered([0, 0, 1, 1]), numbered([0] * 9 + [1] * 2), ("a", "b"))
    one, other = (split_source(source, None, 0.0, seed) for seed in (0, 1))
    assert one.test.counts(2) == [9, 2]
    np.testing.assert_array_equal(one.test.pixels, other.test.pixels)


def test_two_of_the_classes_are_still_held_out():
    source = only(with_test_part(numbered([0] * 10 + [1] * 10 + [2] * 10), "abc"), "ca")
    tests = {tuple(split_source(source, None, 0.0, seed).test_indices) for seed in range(4)}
    assert len(tests) > 1


def test_a_class_of_one_image_cannot_be_split():
    with pytest.raises(DataError, match="class 'b' has 1 image; at least two"):
        with_test_part(numbered([0, 0, 1]), ("a", "b"))
    with pytest.raises(DataError, match="class 'b' has 0 images"):
        with_test_part(numbered([0, 0, 0]), ("a", "b"))


def test_exact_oversampling_repeats_every_image_alike():
    labels = np.array([0] * 10 + [1] * 4 + [2] * 3, dtype=np.int64)
    draws = Draws(labels, 3, seed=0, name="x")
    epoch = np.concatenate([draws.exact(number, 6) for number in range(5)])  # 3 classes x 10
    counts = np.bincount(epoch, minlength=17)
    assert np.bincount(labels[epoch]).tolist() == [10, 10, 10]
    assert (counts[:10] == 1).all()
    assert sorted(counts[10:14].tolist()) == [2, 2, 3, 3]
    assert sorted(counts[14:].tolist()) == [3, 3, 4]


def test_root_draws_between_the_data_as_they_are_and_all_classes_alike():
    labels = np.repeat([0, 1, 2], [81, 16, 1]).astype(np.int64)
    draws = Draws(labels, 3, seed=0, name="x")
    chosen = np.concatenate([draws.rooted(number, 50) for number in range(400)])
    found = np.bincount(labels[chosen]) / len(chosen)
    np.testing.assert_allclose(found, [9 / 14, 4 / 14, 1 / 14], atol=0.01)
    per_image = np.bincount(chosen, minlength=98)[:81]
    assert per_image.min() > 0.5 * per_image.mean()  # within a class all alike
    np.testing.assert_array_equal(draws.rooted(7, 50), Draws(labels, 3, 0, "x").rooted(7, 50))


@given(st.lists(st.integers(1, 5000), min_size=2, max_size=12), st.sampled_from(OVERSAMPLINGS))
def test_drawn_and_weighed_all_classes_count_alike(counts, how):
    weights = balancing_weights(counts, how)
    if how in ("auto", "batches", "exact"):
        assert weights is None
        return
    drawn = np.array(counts) ** (0.5 if how == "root" else 1.0)
    np.testing.assert_allclose(drawn / drawn.sum() * weights.numpy(), 1 / len(counts), rtol=1e-5)


def test_exact_oversampling_goes_on_from_any_batch():
    labels = np.array([0] * 10 + [1] * 4, dtype=np.int64)
    whole = Draws(labels, 2, 0, "x")
    batches = [whole.exact(number, 7) for number in range(9)]  # crosses epochs of 20
    for number in (8, 2, 5):
        np.testing.assert_array_equal(Draws(labels, 2, 0, "x").exact(number, 7), batches[number])
    second = np.concatenate(batches)[20:40]
    assert np.bincount(labels[second]).tolist() == [10, 10]
    assert second.tolist() != np.concatenate(batches)[:20].tolist()
