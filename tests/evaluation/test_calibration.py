"""Offsets undo a shift, make up no skill, and move what a network decides and nothing else."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from geneticgan.data.dataset import Images
from geneticgan.evaluation.calibration import Calibrated, calibrate, fit_offsets
from geneticgan.evaluation.prediction import class_logits, predict

CPU = torch.device("cpu")


class Brightness(torch.nn.Module):
    """Two classes by how bright an image is; sees a class only where it is sure of it."""

    def __init__(self, threshold):
        super().__init__()
        self.threshold = threshold

    def forward(self, images):
        bright = 10 * images.mean(dim=(1, 2, 3))
        return bright, torch.stack([torch.zeros_like(bright), bright - self.threshold], dim=1)


def images_of(levels):
    pixels = np.broadcast_to(
        np.asarray(levels, dtype=np.uint8)[:, None, None, None], (len(levels), 1, 8, 8)
    )
    return Images(np.ascontiguousarray(pixels), (np.asarray(levels) > 100).astype(np.int64))


def drawn(seed, count=2000, classes=3, skill=2.0):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(classes, size=count - classes)])
    return rng.normal(size=(count, classes)) + skill * np.eye(classes)[labels], labels


@given(seed=st.integers(0, 1000), shift=st.floats(-20, 20), factor=st.floats(0.2, 20))
def test_a_shift_is_undone_however_sure_the_network_is(seed, shift, factor):
    logits, labels = drawn(seed)
    # The best offsets of these are none, by symmetry; the labels are drawn evenly.
    moved = logits + np.array([0, 0, shift])
    offsets = fit_offsets(factor * moved, labels) / factor
    assert offsets[2] - offsets[:2].mean() == pytest.approx(-shift, abs=0.6 + 0.02 * abs(shift))


def test_where_all_is_told_apart_the_threshold_lies_midway():
    # A class is sure to be told from the other at 0, and would be as surely at 90.
    differences = np.concatenate([np.linspace(-400, -10, 400), np.linspace(190, 200, 4)])
    logits = np.stack([np.zeros(404), differences], axis=1)
    offsets = fit_offsets(logits, np.repeat([0, 1], [400, 4]))
    assert 40 < offsets[0] - offsets[1] < 140


def test_a_rare_class_counts_as_much_as_a_common_one():
    logits, labels = drawn(0, 4000, 2)
    kept = np.flatnonzero((labels == 0) | (np.arange(4000) % 50 == 0))
    whole, rare = fit_offsets(logits, labels), fit_offsets(logits[kept], labels[kept])
    assert rare[1] - rare[0] == pytest.approx(whole[1] - whole[0], abs=0.6)  # log 50 is 3.9


def test_a_network_that_sees_a_class_too_seldom_is_mended_and_stays_as_it_is():
    network, images = Brightness(5.0), images_of([60, 70, 80, 90, 120, 130, 140, 150])
    assert predict(network, images, CPU).tolist() == [0] * 8
    mended = calibrate(network, images, CPU)
    assert predict(mended, images, CPU).tolist() == images.labels.tolist()
    assert predict(network, images, CPU).tolist() == [0] * 8
    batch = torch.zeros(2, 1, 8, 8)
    assert torch.equal(mended(batch)[0], network(batch)[0])
    assert "offsets" in mended.state_dict()


def test_logits_are_those_of_the_class_head():
    network, images = Calibrated(Brightness(0.0), np.array([1.0, -1.0])), images_of([0, 255])
    logits = class_logits(network, images, CPU)
    assert logits.dtype == np.float64
    assert logits == pytest.approx(np.array([[1.0, -11.0], [1.0, 9.0]]), abs=1e-4)
