"""AnnealingGANClassifier among scikit-learn's tools."""

import doctest
import inspect

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import geneticgan.estimators.classifier
from geneticgan import AnnealingGANClassifier
from geneticgan.networks import Discriminator, Generator


@pytest.fixture(scope="module")
def table():
    return make_classification(
        300, 6, n_informative=4, n_classes=3, weights=[0.7, 0.2], class_sep=2, random_state=0
    )


@pytest.fixture
def quick():
    return AnnealingGANClassifier(steps=4, width=8)


@pytest.fixture(scope="module")
def few_digits():
    digits = load_digits(n_class=3)
    return (digits.images * 15).astype(np.uint8), digits.target


def test_it_learns_a_table_with_rare_classes(table):
    X, y = table
    model = AnnealingGANClassifier(steps=100, classifier_learning_rate=0.01).fit(X[::2], y[::2])
    found = balanced_accuracy_score(y[1::2], model.predict(X[1::2]))
    none = clone(model).set_params(steps=0).fit(X[::2], y[::2])
    assert found > 0.7
    assert found > balanced_accuracy_score(y[1::2], none.predict(X[1::2])) + 0.2


@pytest.mark.parametrize("form", ["three axes", "last", "first", "flat", "float"])
def test_images_in_every_form(few_digits, form):
    images, y = few_digits
    forms = {
        "three axes": images,
        "last": images[..., None],
        "first": images[:, None],
        "flat": images.reshape(len(images), -1),
        "float": images / 255,
    }
    X = forms[form]
    shape = (8, 8) if form == "flat" else None
    model = AnnealingGANClassifier(
        steps=60, width=4, image_shape=shape, classifier_learning_rate=3e-3, mutations="nonsat"
    )
    model.fit(X[::2], y[::2])
    assert (model.predict(X[1::2]) == y[1::2]).mean() > 0.8
    shares = model.predict_proba(X[:3])
    assert shares.shape == (3, 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_what_is_fitted(table, quick):
    X, y = table
    names = np.array(["x", "y", "z"])[y]
    quick.fit(X, names)
    assert quick.classes_.tolist() == ["x", "y", "z"]
    assert isinstance(quick.generator_, Generator)
    assert isinstance(quick.discriminator_, Discriminator)
    assert (len(quick.logbook_), quick.n_iter_) == (4, 4)
    assert set(quick.predict(X)) <= {"x", "y", "z"}


def test_a_warm_start_goes_on(table, quick):
    X, y = table
    quick.set_params(warm_start=True).fit(X, y)
    first = quick.predict_proba(X)
    weights = quick.discriminator_.classifier.weight.clone()
    quick.set_params(steps=0).fit(X[:100], y[:100])  # no step: the networks that were
    np.testing.assert_array_equal(quick.predict_proba(X), first)
    quick.set_params(steps=3).fit(X[:100], y[:100])
    assert quick.n_iter_ == 7
    assert not np.array_equal(quick.predict_proba(X), first)
    assert 0 < (quick.discriminator_.classifier.weight - weights).abs().max() < 0.1
    with pytest.raises(ValueError, match=r"warm_start continues with the classes \[0, 1, 2\]"):
        quick.fit(X[y < 2], y[y < 2])
    quick.set_params(warm_start=False).fit(X[y < 2], y[y < 2])
    assert quick.n_iter_ == 3


def test_among_pipelines_and_searches(table, quick):
    X, y = table
    pipeline = make_pipeline(StandardScaler(), quick)
    found = cross_validate(pipeline, X, y, cv=2, scoring="balanced_accuracy")
    assert np.isfinite(found["test_score"]).all()
    search = GridSearchCV(
        pipeline, {"annealingganclassifier__mutations": ["nonsat", "lsgan"]}, cv=2
    )
    assert search.fit(X, y).predict(X).shape == y.shape
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 2
    assert np.isfinite(scores).all()


def test_a_data_frame_with_categories(quick):
    rng = np.random.default_rng(0)
    ward = rng.choice(["north", "south"], 100)
    frame = pd.DataFrame({"age": rng.integers(18, 90, 100), "ward": pd.Categorical(ward)})
    quick.set_params(steps=150, classifier_learning_rate=0.01).fit(frame, ward == "north")
    assert (quick.predict(frame) == (ward == "north")).mean() > 0.95
    other = pd.DataFrame({"age": [30], "ward": pd.Categorical(["west"])})
    assert quick.predict_proba(other).shape == (1, 2)  # unknown, and no error


def test_the_same_seed_gives_the_same_and_it_can_be_kept(table, quick, tmp_path):
    X, y = table
    first = quick.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(clone(quick).fit(X, y).predict_proba(X), first)
    assert not np.array_equal(
        clone(quick).set_params(random_state=1).fit(X, y).predict_proba(X), first
    )
    joblib.dump(quick, tmp_path / "model")
    np.testing.assert_array_equal(joblib.load(tmp_path / "model").predict_proba(X), first)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mutations": "nonsta"}, "nonsat"),
        ({"image_shape": (2, 2)}, r"image_shape \(2, 2\) has 4 values, but X has 6 columns"),
        ({"steps": -1}, "steps"),
    ],
)
def test_a_wrong_option_is_a_value_error_that_names_it(options, message, table):
    with pytest.raises(ValueError, match=message):
        AnnealingGANClassifier(**{"steps": 1, **options}).fit(*table)


def test_the_docstrings_example():
    module = geneticgan.estimators.classifier
    found = doctest.DocTestFinder().find(AnnealingGANClassifier, globs=vars(module))
    assert any(test.examples for test in found)
    assert all(doctest.DocTestRunner().run(test).failed == 0 for test in found)


def test_every_parameter_is_documented_and_constrained():
    names = list(inspect.signature(AnnealingGANClassifier).parameters)
    assert set(names) == set(AnnealingGANClassifier._parameter_constraints)
    assert [name for name in names if name not in AnnealingGANClassifier.__doc__] == []
