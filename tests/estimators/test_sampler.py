"""AnnealingGANSampler among scikit-learn and imbalanced-learn."""

import doctest
import inspect

import joblib
import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

import geneticgan.estimators.sampler
from geneticgan import AnnealingGANSampler
from geneticgan.networks import Generator


@pytest.fixture(scope="module")
def table():
    return make_classification(
        200, 6, n_informative=4, n_classes=3, weights=[0.7, 0.2], random_state=0
    )


@pytest.fixture
def quick():
    return AnnealingGANSampler(steps=4, width=8)


def test_the_original_rows_come_first_and_classes_are_balanced(table, quick):
    X, y = table
    balanced, labels = quick.fit_resample(X, y)
    assert np.array_equal(balanced[: len(X)], X)
    assert np.array_equal(labels[: len(y)], y)
    assert len(set(np.bincount(labels))) == 1
    made = balanced[len(X) :]
    assert np.isfinite(made).all()
    assert (made >= X.min(axis=0)).all()
    assert (made <= X.max(axis=0)).all()
    assert len(np.unique(made, axis=0)) == len(made)


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        ("minority", {0: 0, 1: 0, 2: 100}),
        ("not majority", {0: 0, 1: 80, 2: 100}),
        ("all", {0: 0, 1: 80, 2: 100}),
        ({1: 50, 2: 21}, {0: 0, 1: 10, 2: 1}),
        (lambda y: {2: 25}, {0: 0, 1: 0, 2: 5}),
    ],
)
def test_sampling_strategies(strategy, wanted, quick):
    X, y = np.random.default_rng(0).random((180, 3)), np.repeat([0, 1, 2], [120, 40, 20])
    _, labels = quick.set_params(sampling_strategy=strategy).fit_resample(X, y)
    found = np.bincount(labels[180:], minlength=3)
    assert dict(enumerate(found.tolist())) == wanted


def test_a_float_is_a_ratio_of_two_classes(quick):
    X, y = np.random.default_rng(0).random((100, 3)), np.repeat(["a", "b"], [80, 20])
    _, labels = quick.set_params(sampling_strategy=0.5).fit_resample(X, y)
    assert (labels == "b").sum() == 40
    assert labels.dtype == y.dtype


def test_what_is_made_is_of_its_class(table):
    X, y = table
    centres = np.array([X[y == label].mean(axis=0) for label in range(3)])
    assert np.linalg.norm(centres[0] - centres[2]) > 1
    sampler = AnnealingGANSampler(steps=50, width=16)
    sampler.fit_resample(X, y)
    for label in range(3):
        made = sampler.sample(300, label).mean(axis=0)
        assert np.linalg.norm(centres - made, axis=1).argmin() == label


def test_the_same_seed_makes_the_same(table, quick):
    X, y = table
    first, _ = quick.fit_resample(X, y)
    again, _ = clone(quick).fit_resample(X, y)
    assert np.array_equal(first, again)
    other, _ = clone(quick).set_params(random_state=1).fit_resample(X, y)
    assert not np.array_equal(first, other)


def test_training_changes_the_generator(table, quick):
    X, y = table
    trained, _ = quick.fit_resample(X, y)
    start, _ = clone(quick).set_params(steps=0).fit_resample(X, y)
    assert not np.array_equal(trained, start)


def test_what_is_fitted(table, quick):
    X, y = table
    with pytest.raises(ValueError, match="not fitted"):
        quick.sample(1, 0)
    quick.fit_resample(X, y)
    assert isinstance(quick.generator_, Generator)
    assert not quick.generator_.training
    assert [record["gen"] for record in quick.logbook_] == [0, 1, 2, 3]
    assert {record["mutation"] for record in quick.logbook_} <= {"", "minimax", "nonsat", "lsgan"}
    assert quick.logbook_.select("temperature") == [1000 * 0.99**n for n in range(4)]
    assert quick.classes_.tolist() == [0, 1, 2]
    assert quick.n_features_in_ == 6


def test_sample(table, quick):
    X, y = table
    quick.fit_resample(X, y)
    assert quick.sample(5, 1).shape == (5, 6)
    assert quick.sample(0, 1).shape == (0, 6)
    assert quick.sample(2, [2, 0]).dtype == X.dtype
    assert not np.array_equal(quick.sample(5, 1), quick.sample(5, 1))
    with pytest.raises(ValueError, match="no class 7"):
        quick.sample(2, 7)
    with pytest.raises(ValueError, match="3 labels, and n is 2"):
        quick.sample(2, [0, 1, 2])


def test_options_reach_the_evolution(table):
    X, y = table
    sampler = AnnealingGANSampler(
        steps=3, mutations="hinge:margin=2", schedule="linear:T=5,period=10", selection="always"
    )
    sampler.fit_resample(X, y)
    assert sampler.logbook_.select("temperature") == [5.0, 4.5, 4.0]
    assert {record["mutation"] for record in sampler.logbook_} == {"hinge:margin=2"}
    assert all(sampler.logbook_.select("accepted"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mutations": "nonsta"}, "nonsat"),
        ({"schedule": "linear:T=-1"}, "linear"),
        ({"steps": -1}, "steps"),
        ({"batch_size": 1}, "batch_size"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": 1e308}, "learning_rate"),
        ({"device": "tpu"}, "device"),
        ({"categorical_features": [9]}, "0 to 5"),
        ({"categorical_features": [True]}, "a mask of 1 columns, X has 6"),
        ({"categorical_features": ["a"]}, "no DataFrame"),
    ],
)
def test_a_wrong_option_is_a_value_error_that_names_it(options, message, table):
    with pytest.raises(ValueError, match=message):
        AnnealingGANSampler(**{"steps": 1, **options}).fit_resample(*table)


def test_a_table_is_not_evolved_unless_that_is_asked_for(table):
    X, y = table
    default, zero = AnnealingGANSampler(), AnnealingGANSampler(steps=0)
    rows = [each.fit_resample(X, y)[0] for each in (default, zero)]
    assert np.array_equal(*rows)
    assert not default.logbook_
    with pytest.raises(ValueError, match="T would change nothing: no generation is evolved"):
        AnnealingGANSampler(T=5.0).fit_resample(X, y)


def test_a_class_of_one_row(quick):
    X = np.random.default_rng(0).random((21, 3))
    balanced, labels = quick.fit_resample(X, [0] * 20 + [1])
    assert np.isfinite(balanced).all()
    assert np.bincount(labels).tolist() == [20, 20]


def test_nothing_is_printed_unless_asked(table, quick, capfd):
    quick.fit_resample(*table)
    assert capfd.readouterr() == ("", "")
    quick.set_params(verbose=True).fit_resample(*table)
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "generation" in shown.err


def test_in_a_pipeline_and_a_grid_search(table):
    X, y = table
    pipeline = Pipeline(
        [("over", AnnealingGANSampler(steps=2)), ("classify", LogisticRegression(max_iter=500))]
    )
    search = GridSearchCV(pipeline, {"over__mutations": ["nonsat", "lsgan"]}, cv=2, n_jobs=1)
    search.fit(X, y)
    assert search.best_estimator_.predict(X).shape == y.shape
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_it_can_be_kept(table, quick, tmp_path):
    quick.fit_resample(*table)
    joblib.dump(quick, tmp_path / "sampler")
    again = joblib.load(tmp_path / "sampler")
    assert np.array_equal(again.sample(4, 2), quick.sample(4, 2))


def test_sparse_in_sparse_out(table, quick):
    X, y = table
    balanced, _ = quick.fit_resample(sparse.csc_matrix(X), y)
    assert sparse.issparse(balanced)
    assert balanced.format == "csc"


def test_a_data_frame_of_many_kinds(quick):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, 100),
            "height": rng.normal(170, 9, 100).astype(np.float32),
            "colour": pd.Categorical(rng.choice(["red", "blue"], 100)),
            "town": rng.choice(["x", "y", "z"], 100),
            "member": rng.random(100) < 0.3,
        }
    )
    y = pd.Series(np.where(np.arange(100) < 20, "rare", "common"), name="kind")
    balanced, labels = quick.fit_resample(frame, y)
    assert (balanced.dtypes == frame.dtypes).all()
    assert balanced.iloc[:100].equals(frame)
    assert labels.name == "kind"
    made = quick.sample(50, "rare")
    assert (made.dtypes == frame.dtypes).all()
    for name in ("colour", "town", "member"):
        assert set(made[name]) <= set(frame[name])
    assert set(made["age"]) <= set(range(18, 90))


@pytest.mark.parametrize("dtype", ["bool", "boolean", "bool[pyarrow]"])
def test_truths_that_are_not_named_as_categories_keep_their_share(quick, dtype):
    frame = pd.DataFrame({"number": np.arange(60.0), "kind": list("uvw") * 20})
    frame["truth"] = pd.Series([True, False, False] * 20, dtype=dtype)
    y = np.repeat([0, 1], [45, 15])
    made, _ = quick.set_params(categorical_features=["kind"]).fit_resample(frame, y)
    assert str(made["truth"].dtype) == dtype
    assert 0 < made["truth"][60:].mean() < 0.9


PANDAS = {
    "boolean": pd.array([True, False] * 12, dtype="boolean"),
    "bool": [True, False] * 12,
    "Int64": pd.array([1, 2, 3] * 8, dtype="Int64"),
    "Float64": pd.array([1.5, 2.5] * 12, dtype="Float64"),
    "category of bools": pd.Categorical([True, False] * 12),
}


def test_a_category_of_texts_beside_every_dtype_of_pandas(quick):
    X = pd.DataFrame({"text": pd.Categorical(["x", "y", "z"] * 8), **PANDAS})
    y = pd.Series(["ill"] * 4 + ["well"] * 20)
    balanced, labels = quick.fit_resample(X, y)
    assert balanced.dtypes.equals(X.dtypes)
    assert balanced.iloc[:24].equals(X)
    assert labels.value_counts().tolist() == [20, 20]
    assert set(balanced["Int64"]) <= {1, 2, 3}
    with pytest.raises(ValueError, match="there is no class 1; there are ill, well"):
        quick.sample(1, 1)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pd.array([None, 1, 2] * 8, dtype="Int64"), r"NaN, .* in the columns 'odd' \(8\); fill"),
        (pd.array([None, True, False] * 8, dtype="boolean"), r"in the columns 'odd' \(8\)"),
        (pd.Categorical(["a", None, "b"] * 8), r"in the columns 'odd' \(8\)"),
        (pd.date_range("2020", periods=24), "dates or times in odd; turn them into numbers"),
        ([1, "a"] * 12, "column 1 mixes strings with other values"),
    ],
)
def test_columns_that_cannot_be_learnt_are_named(quick, column, message):
    X = pd.DataFrame({"text": pd.Categorical(["x", "y", "z"] * 8), "odd": column})
    with pytest.raises(ValueError, match=message):
        quick.fit_resample(X, [0] * 4 + [1] * 20)


def test_the_docstrings_example():
    module = geneticgan.estimators.sampler
    found = doctest.DocTestFinder().find(AnnealingGANSampler, globs=vars(module))
    assert any(test.examples for test in found)
    assert all(doctest.DocTestRunner().run(test).failed == 0 for test in found)


def test_every_parameter_is_documented_and_constrained():
    names = list(inspect.signature(AnnealingGANSampler).parameters)
    assert set(names) <= set(AnnealingGANSampler._parameter_constraints)
    missing = [name for name in names if name not in AnnealingGANSampler.__doc__]
    assert missing == []
