"""Columns of numbers and categories."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geneticgan.estimators.columns import MOST_CATEGORIES, Columns, detect_categorical

CODES = np.array([0, 0, 0, 1, 1])


def codec(X, categorical=(), whole=()):
    return Columns(np.asarray(X), CODES, categorical, whole, 0)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.floats(-1e6, 1e6), st.integers(-1000, 1000), st.sampled_from(["a", "b", None, 3])
        ),
        min_size=5,
        max_size=5,
    )
)
def test_what_is_encoded_comes_back(rows):
    X = np.array(rows, dtype=object)
    if len({type(v) for v in X[:, 2]}) > 1:
        X[:, 2] = [str(v) for v in X[:, 2]]
    columns = Columns(X, CODES, [2], [1], 0)
    back = columns.decode(columns.table.double())
    assert np.allclose(back[:, 0].astype(float), X[:, 0].astype(float), rtol=1e-4, atol=1)
    assert np.abs(back[:, 1].astype(float) - X[:, 1].astype(float)).max() <= 1
    assert back[:, 2].tolist() == X[:, 2].tolist()


def test_made_numbers_stay_in_range_and_whole():
    X = np.array([[1, 0.0], [5, 0.5], [9, 1.0], [2, 0.1], [3, 0.2]])
    columns = codec(X, whole=[0])
    made = columns.decode(torch.tensor([[100.0, -100.0], [0.1, 0.1]]))
    assert made[0].tolist() == [9.0, 0.0]
    assert made[1, 0] == round(made[1, 0])


def test_a_constant_column_stays_constant():
    columns = codec([[7.0, v] for v in range(5)])
    assert columns.decode(torch.randn(4, 2))[:, 0].tolist() == [7.0] * 4


def test_real_rows_are_moved_by_their_classes_spread():
    X = np.array([[0.0], [0.1], [0.2], [5.0], [5.0]])
    columns = codec(X)
    rows = torch.tensor([0, 3] * 500)
    moved = columns.batch(rows, 0) - columns.table[rows]
    assert moved[::2].std() > 0
    assert moved[1::2].abs().max() == 0  # that class has no spread
    assert torch.equal(columns.batch(rows, 3), columns.batch(rows, 3))
    assert not torch.equal(columns.batch(rows, 3), columns.batch(rows, 4))


def test_too_many_categories_are_refused():
    X = np.array([[str(i)] for i in range(MOST_CATEGORIES + 1)], dtype=object)
    with pytest.raises(ValueError, match="column 0 has 101 categories"):
        Columns(X, np.arange(len(X)) % 2, [0], [], 0)


@pytest.mark.parametrize(
    ("X", "categorical"),
    [
        (np.zeros((2, 2)), []),
        (np.zeros((2, 2), dtype=bool), [0, 1]),
        (np.array([["1", "a"], ["2", "b"]]), [1]),
        (np.array([[1, "a", True], [2.5, "b", False]], dtype=object), [1, 2]),
        ([[1, 2], [3, 4]], []),
        (pd.DataFrame({"a": [1.0], "b": ["x"], "c": [True], "d": pd.Categorical([1])}), [1, 2, 3]),
        (pd.DataFrame({"a": pd.arrays.SparseArray([1.0, 0.0])}), []),
    ],
)
def test_which_columns_are_categorical(X, categorical):
    assert detect_categorical(X) == categorical
