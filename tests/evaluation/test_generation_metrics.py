import numpy as np
import pytest

from geneticgan.evaluation.generation_metrics import LEAST, score_generated

DIMENSIONS = 8


def normal(seed, count, mean=0.0, deviation=1.0):
    rng = np.random.default_rng(seed)
    return (mean + deviation * rng.standard_normal((count, DIMENSIONS))).astype(np.float32)


REAL, TRAINING = normal(0, 400), normal(1, 400)


def test_images_like_real_ones_score_as_real_ones_do():
    scores = score_generated(normal(2, 400), REAL, TRAINING, seed=0)
    assert scores.fid < 0.5
    assert abs(scores.kid) < 0.1
    assert scores.precision > 0.8
    assert scores.recall > 0.8
    assert scores.coverage > 0.8
    assert scores.density == pytest.approx(1, abs=0.25)
    assert scores.novelty == pytest.approx(1, abs=0.1)
    assert scores.copies < 0.05


def test_frechet_distance_of_shifted_and_stretched_normals():
    # Closed form: |shift|^2 + sum (deviation - 1)^2.
    scores = score_generated(normal(2, 4000, 1.0, 2.0), normal(3, 4000), TRAINING, seed=0)
    assert scores.fid == pytest.approx(DIMENSIONS * (1 + 1), rel=0.05)


def test_a_generator_that_copies_is_seen_to_copy():
    copier = TRAINING + normal(4, 400, 0.0, 1e-3)
    scores = score_generated(copier, REAL, TRAINING, seed=0)
    assert scores.novelty < 0.01
    assert scores.copies == 1.0
    assert scores.precision > 0.8  # which alone would have praised it


def test_a_generator_of_one_image_is_seen_to_lack_variety():
    scores = score_generated(np.repeat(REAL[:1], 400, axis=0), REAL, TRAINING, seed=0)
    assert scores.recall < 0.05
    assert scores.coverage < 0.1


def test_a_generator_far_off_is_seen_to_be_unrealistic():
    scores = score_generated(normal(2, 400, 20.0), REAL, TRAINING, seed=0)
    assert scores.precision == scores.recall == scores.coverage == 0
    assert scores.novelty > 5
    assert scores.kid > 100


def test_too_few_images_give_no_figure_rather_than_a_wrong_one():
    assert score_generated(normal(2, LEAST - 1), REAL, TRAINING, seed=0) is None
    wide = [np.hstack([each] * 3) for each in (normal(2, LEAST), REAL[:LEAST], TRAINING)]
    assert wide[0].shape[1] >= LEAST
    few = score_generated(*wide, seed=0)
    assert few.fid is None
    assert np.isfinite(few.kid)
