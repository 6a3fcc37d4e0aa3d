"""Groups, as scikit-learn passes them: what is held out within an estimator parts none."""

import numpy as np
import pytest
import sklearn
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

from geneticgan import AnnealingGANClassifier, AnnealingGANSampler
from geneticgan.config import TrainConfig
from geneticgan.estimators.evolving import held_out_parts
from geneticgan.gan.fitness import create_fitness

GROUPS = np.repeat(np.arange(30), 4)
CODES = (GROUPS % 3 == 0).astype(np.int64)
X = np.random.default_rng(0).normal(size=(120, 3)) + CODES[:, None]


def parts(groups, fitness="validation", seed=0):
    config = TrainConfig(fitness=fitness, seed=seed)
    return held_out_parts(create_fitness(fitness), CODES, groups, config)


@pytest.mark.parametrize("seed", range(5))
def test_no_group_is_on_both_sides(seed):
    learnt, held = parts(GROUPS, seed=seed)
    assert sorted([*learnt, *held]) == list(range(120))
    assert not set(GROUPS[learnt]) & set(GROUPS[held])
    assert set(CODES[learnt]) == set(CODES[held]) == {0, 1}
    rows, apart = parts(None, seed=seed)
    assert len(apart) == 12
    assert set(GROUPS[rows]) & set(GROUPS[apart])


def test_a_fitness_that_holds_out_nothing_learns_from_all():
    learnt, held = parts(GROUPS, fitness="paper")
    assert (len(learnt), len(held)) == (120, 0)


@pytest.mark.parametrize("make", [AnnealingGANClassifier, AnnealingGANSampler])
@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (GROUPS[:5], "groups has 5 values, and X has 120 rows"),
        (CODES, "a class of y has fewer than two groups"),
    ],
)
def test_groups_that_cannot_be_used_are_a_value_error(make, groups, message):
    model = make(steps=1, fitness="validation")
    fit = model.fit_resample if hasattr(model, "fit_resample") else model.fit
    with pytest.raises(ValueError, match=message):
        fit(X, CODES, groups=groups)


def test_groups_reach_both_by_metadata_routing():
    names = np.array([f"patient {group}" for group in GROUPS])
    with sklearn.config_context(enable_metadata_routing=True):
        sampler = AnnealingGANSampler(steps=2, fitness="validation")
        sampler.set_fit_resample_request(groups=True)
        model = make_pipeline(sampler, LogisticRegression()).fit(X, CODES, groups=names)
        assert model.predict(X).shape == (120,)
        with pytest.raises(ValueError, match="groups has 3 values"):
            model.fit(X, CODES, groups=names[:3])
        AnnealingGANClassifier(steps=2, fitness="validation").fit(X, CODES, groups=names)
