"""Images that methods are chosen by, made of the training part alone."""

import dataclasses

import numpy as np
import pytest

from geneticgan.data.dataset import Images
from geneticgan.evaluation.metrics import score
from geneticgan.protocols import generated
from geneticgan.protocols.catalogue import PROTOCOLS
from geneticgan.protocols.deformed import Deformed
from geneticgan.protocols.generated import Generated
from geneticgan.protocols.judge import read_judge


def test_deformed_images_are_changed_training_images_of_every_class(source, split):
    found = Deformed(images_a_class=9).images(source, split)
    assert found.counts(3) == [9, 9, 9]  # the smallest class has fewer training images
    train = {each.tobytes() for each in split.train.pixels}
    assert not any(each.tobytes() in train for each in found.pixels)
    assert len({each.tobytes() for each in found.pixels}) == 27
    copies = Deformed(images_a_class=9, strength=0).images(source, split)
    assert all(each.tobytes() in train for each in copies.pixels)
    # The test part is not looked at.
    other = dataclasses.replace(split, test=Images(split.test.pixels[:0], split.test.labels[:0]))
    np.testing.assert_array_equal(Deformed(9).images(source, other).pixels, found.pixels)


def test_a_generator_is_trained_once_for_the_same_training_images(source, split, monkeypatch):
    judge = Generated(steps=2, width=2, images_a_class=4)
    first = judge.images(source, split)
    assert first.counts(3) == [4, 4, 4]
    assert first.pixels.shape[1:] == split.train.pixels.shape[1:]
    monkeypatch.setattr(generated, "generate", None)  # would be called if it were trained again
    again = Generated(steps=2, width=2, images_a_class=4).images(source, split)
    np.testing.assert_array_equal(again.pixels, first.pixels)
    fewer = dataclasses.replace(split, train=split.train.take(np.arange(1, len(split.train))))
    with pytest.raises(TypeError):
        judge.images(source, fewer)


def test_images_of_another_size_are_drawn_in_32_pixels(source, split):
    pixels = split.train.pixels.repeat(5, axis=2).repeat(5, axis=3)  # 40 pixels
    large = dataclasses.replace(split, train=Images(pixels, split.train.labels))
    found = Generated(steps=1, width=1, images_a_class=2).images(source, large)
    assert found.pixels.shape[1:] == (1, 32, 32)


def test_a_judge_averages_what_its_protocols_say():
    judge = read_judge("generated:steps=5 + held-out")
    assert judge.protocols == ("generated:steps=5", "validation")
    assert judge.holds_out
    assert not read_judge("deformed").holds_out
    labels = np.array([0, 0, 1, 1])
    scores = {
        "generated:steps=5": score(labels, labels, 2, 1),
        "validation": score(labels, np.zeros(4, dtype=np.int64), 2, 1),
    }
    assert judge.acsa(scores) == 0.75
    assert judge.smallest_recall(scores) == 0.5


def test_most_protocols_look_at_the_test_part():
    looks = {each.name: PROTOCOLS.get(each.name).factory.looks_at for each in PROTOCOLS.find()}
    assert {name for name, part in looks.items() if part != "test"} == {
        "deformed", "generated", "validation", "development",
    }  # fmt: skip
