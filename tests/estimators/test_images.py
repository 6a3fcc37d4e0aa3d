"""Images of any size, layout, dtype and range."""

import numpy as np
import pytest
import torch

from geneticgan import AnnealingGANClassifier, AnnealingGANSampler, TrainConfig
from geneticgan.estimators.images import Pictures, channel_axis
from geneticgan.estimators.parameters import make_config
from geneticgan.training.rates import FullRates, full_rates


def images(shape, dtype, top=1.0, low=0.0):
    values = np.random.default_rng(0).random(shape) * (top - low) + low
    return values.astype(dtype)


@pytest.mark.parametrize(
    ("shape", "dtype", "top", "low"),
    [
        ((6, 8, 8), "uint8", 256, 0),
        ((6, 9, 7), "uint8", 256, 0),
        ((6, 28, 28, 1), "float32", 1, 0),
        ((6, 10, 12, 3), "float64", 1, -1),
        ((6, 3, 30, 20), "float32", 255, 0),
        ((6, 5, 5), "uint16", 4000, 100),
        ((6, 5, 5), "float32", 7, -20),
    ],
)
def test_what_is_encoded_comes_back(shape, dtype, top, low):
    X = images(shape, dtype, top, low)
    codec = Pictures(X, "auto", 2)
    batch = codec.batch(torch.arange(6), 0)
    assert batch.dtype == torch.float32
    assert batch.shape[2] == batch.shape[3]
    assert batch.min() >= -1
    assert batch.max() <= 1
    back = codec.decode(batch)
    assert back.dtype == X.dtype
    assert back.shape == X.shape
    assert np.abs(back.astype(float) - X).max() <= (top - low) * 1e-5
    everything = codec.decode(torch.full_like(batch, 50.0)).astype(float)
    assert everything.max() <= top


@pytest.mark.parametrize(
    ("shape", "layout", "axis"),
    [
        ((5, 8, 8), "auto", None),
        ((5, 8, 8, 3), "auto", 3),
        ((5, 1, 8, 8), "auto", 1),
        ((5, 3, 8, 3), "auto", 3),
        ((5, 3, 8, 3), "first", 1),
    ],
)
def test_where_the_channels_are(shape, layout, axis):
    assert channel_axis(shape, layout) == axis


@pytest.mark.parametrize(
    ("shape", "layout", "message"),
    [
        ((4, 8, 8, 2), "auto", "1 or 3 channels"),
        ((4, 3, 8, 8), "last", "1 or 3 channels"),
        ((4, 200, 8), "auto", "200 x 8 pixels"),
        ((4, 1, 2, 3, 4), "auto", "5 dimensions"),
    ],
)
def test_shapes_that_cannot_be_learnt(shape, layout, message):
    sampler = AnnealingGANSampler(steps=1, channels=layout)
    with pytest.raises(ValueError, match=message):
        sampler.fit_resample(np.zeros(shape), [0, 0, 0, 1])


@pytest.mark.parametrize("shape", [(24, 9, 9), (24, 9, 9, 3), (24, 3, 9, 9)])
def test_images_are_over_sampled(shape):
    X, y = images(shape, "uint8", 256), np.repeat([0, 1], [16, 8])
    sampler = AnnealingGANSampler(steps=3, width=4)
    balanced, labels = sampler.fit_resample(X, y)
    assert balanced.shape == (32, *shape[1:])
    assert balanced.dtype == np.uint8
    assert np.array_equal(balanced[:24], X)
    assert np.bincount(labels).tolist() == [16, 16]
    assert sampler.sample(3, 1).shape == (3, *shape[1:])


def test_images_of_a_class_look_like_it():
    X = np.zeros((60, 8, 8), np.uint8)
    X[:40, :4] = 200  # bright above
    X[40:, 4:] = 200  # bright below
    sampler = AnnealingGANSampler(steps=150, width=8, learning_rate=1e-3)
    sampler.fit_resample(X, np.repeat([0, 1], [40, 20]))
    for label in (0, 1):
        made = sampler.sample(20, label).mean(axis=0)
        above, below = made[:4].mean(), made[4:].mean()
        assert (above > below) == (label == 0)


@pytest.mark.parametrize("recipe", ["auto", "paper", "best"])
def test_its_recipe_is_the_command_lines(recipe):
    kept = AnnealingGANClassifier(recipe=recipe, steps=7, width=2)
    config, steps = make_config(kept, "images", 3)
    chosen = "best" if recipe == "auto" else recipe
    wanted = TrainConfig(recipe=chosen, T=1000.0, alpha=0.99, steps=7, width=2, seed=3)
    assert (config, steps) == (wanted, 7)
    of_rows, _ = make_config(kept, "rows", 3)
    assert of_rows.recipe == ("paper" if recipe == "auto" else recipe)
    assert of_rows.augmentation == "none"
    assert full_rates(of_rows) == FullRates(1e-3, 5e-5)


@pytest.mark.parametrize("shape", [(8, 8), (9, 7), (12, 10, 3)])
def test_the_best_recipe_learns_from_images_of_any_shape(shape):
    X, y = images((12, *shape), "uint8", 256), [0] * 8 + [1] * 4
    kept = AnnealingGANClassifier(steps=3, width=2).fit(X, y)
    assert np.isfinite(kept.predict_proba(X)).all()
    plain = AnnealingGANClassifier(steps=3, width=2, recipe="paper").fit(X, y)
    assert not np.array_equal(plain.predict_proba(X), kept.predict_proba(X))
