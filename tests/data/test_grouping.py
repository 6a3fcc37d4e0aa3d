"""Groups stay on one side of every split, and what that means for a score."""

import numpy as np
import pytest
from PIL import Image
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from geneticgan.data.dataset import Images
from geneticgan.data.grouping import check_apart, groups_by_pattern
from geneticgan.data.holdout import with_test_part
from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder
from geneticgan.data.splits import available_counts, split_source
from geneticgan.errors import DataError


class Ears(Notices):
    def __init__(self):
        self.heard = []

    def note(self, text):
        self.heard.append(text)


def made(groups_by_class=(12, 6, 3), images=5, size=8):
    """Images whose background is their group's and says nothing of the class but by the group."""
    rng = np.random.default_rng(0)
    pixels, labels, groups = [], [], []
    number = 0
    for label, count in enumerate(groups_by_class):
        for _ in range(count):
            background = rng.integers(0, 256, (1, size, size))
            for _ in range(images):
                pixels.append((background + rng.integers(0, 8, (1, size, size))).clip(0, 255))
                labels.append(label)
                groups.append(number)
            number += 1
    return Images(np.array(pixels, np.uint8), np.array(labels), np.array(groups))


def sets(split):
    return [set(part.groups.tolist()) for part in (split.train, split.validation, split.test)]


@pytest.mark.parametrize("seed", range(5))
def test_no_group_is_in_two_parts_and_every_class_is_in_all(seed):
    images = made()
    source = with_test_part(images, ("a", "b", "c"))
    split = split_source(source, None, 0.1, seed)
    train, validation, test = sets(split)
    assert not train & validation
    assert not train & test
    assert not validation & test
    for part in (split.train, split.validation, split.test):
        assert min(part.group_counts(3)) >= 1
    assert len(split.train) + len(split.validation) + len(split.test) == len(images)
    # 12 groups of 5: a fifth is 2.4 groups
    assert split.test.group_counts(3)[0] in (2, 3)


def test_the_seed_draws_the_groups():
    source = with_test_part(made(), ("a", "b", "c"))
    drawn = {tuple(split_source(source, None, 0.1, seed).test_indices) for seed in range(6)}
    assert len(drawn) > 1
    again = [tuple(split_source(source, None, 0.1, 3).test_indices) for _ in range(2)]
    assert again[0] == again[1]


def test_counts_are_those_that_the_seed_leaves():
    source = with_test_part(made(), ("a", "b", "c"))
    for seed in range(3):
        counts = available_counts(source, seed)
        assert split_source(source, counts, 0.1, seed).subset_counts == counts


def test_a_class_of_one_group_is_named():
    with pytest.raises(DataError, match=r"all images of 'c' .* test part belong to one group"):
        with_test_part(made((12, 6, 1)), ("a", "b", "c"))
    source = with_test_part(made((12, 6, 2)), ("a", "b", "c"))
    with pytest.raises(DataError, match=r"'c' .* validation part .*--validation-fraction 0"):
        split_source(source, None, 0.1, 0)
    assert split_source(source, None, 0.0, 0).train.group_counts(3)[2] == 1


def test_groups_that_hold_several_classes_are_divided_too():
    images = made((10, 10))
    mixed = Images(images.pixels, np.arange(len(images)) % 2, images.groups)
    split = split_source(with_test_part(mixed, ("a", "b")), None, 0.1, 0)
    train, validation, test = sets(split)
    assert not (train & validation) | (train & test) | (validation & test)
    assert len(test) == 4


def score(split):
    knn = KNeighborsClassifier(1)
    flat = [part.pixels.reshape(len(part), -1) for part in (split.train, split.test)]
    knn.fit(flat[0], split.train.labels)
    right = knn.predict(flat[1]) == split.test.labels
    return np.mean([right[split.test.labels == label].mean() for label in (0, 1)])


def test_where_the_background_gives_the_class_only_groups_tell_the_truth():
    images = made((20, 20))
    without = with_test_part(Images(images.pixels, images.labels), ("a", "b"))
    whole = with_test_part(images, ("a", "b"))
    naive, honest = (
        np.mean([score(split_source(source, None, 0.0, seed)) for seed in range(5)])
        for source in (without, whole)
    )
    assert naive > 0.95
    assert abs(honest - 0.5) < 0.15  # chance; 40 test images a seed


def test_groups_go_to_the_splitters_of_scikit_learn():
    split = split_source(with_test_part(made((20, 20)), ("a", "b")), None, 0.0, 0)
    flat = split.train.pixels.reshape(len(split.train), -1)
    scores = cross_val_score(
        KNeighborsClassifier(1), flat, split.train.labels, groups=split.train.groups,
        cv=GroupKFold(4),
    )  # fmt: skip
    assert len(scores) == 4


def test_a_group_in_both_given_parts_is_an_error():
    images = made()
    with pytest.raises(DataError, match=r"21 groups have images .*105 of 105 test images"):
        check_apart(images, images)


@pytest.fixture
def patients(tmp_path):
    rng = np.random.default_rng(0)
    for kind, count in (("healthy", 12), ("ill", 3)):
        (tmp_path / kind).mkdir()
        for patient in range(count):
            for number in range(4):
                pixels = rng.integers(0, 256, (8, 8), dtype=np.uint8)
                name = f"{kind[0]}patient{patient}_{number}.png"
                Image.fromarray(pixels).save(tmp_path / kind / name)
    return tmp_path


def test_a_folder_finds_groups_in_names_and_says_how_few_there_are(patients):
    dataset = Folder(str(patients), image_size=8, group=r"([a-z]patient\d+)_")
    dataset.notices = ears = Ears()
    source = dataset.load()
    assert source.pool.group_counts(2) == [12, 3]
    assert any("few groups: 'ill' 3." in text for text in ears.heard)
    train, validation, test = sets(split_source(source, None, 0.1, 0))
    assert not (train & validation) | (train & test) | (validation & test)


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("(", "not a valid regular expression"),
        ("zebra", r"not found in 60 of 60 paths, such as healthy/"),
    ],
)
def test_expressions_that_find_nothing_are_refused(patients, group, message):
    with pytest.raises(DataError, match=message):
        Folder(str(patients), image_size=8, group=group).load()


def test_without_brackets_all_that_is_found_is_the_group():
    assert groups_by_pattern(r"p\d", ["a/p1_x", "b/p2_y"]) == ["p1", "p2"]
