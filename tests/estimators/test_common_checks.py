"""imbalanced-learn's own checks of a sampler, all of them."""

import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator

from geneticgan import AnnealingGANSampler

CHECKS = list(estimator_checks_generator(AnnealingGANSampler(steps=5), legacy=True))


def test_there_are_checks():
    names = {check.func.__name__ for _, check in CHECKS}
    assert {"check_samplers_sparse", "check_samplers_pandas", "check_samplers_string"} <= names
    assert len(names) >= 16


@pytest.mark.parametrize(
    ("estimator", "check"), CHECKS, ids=lambda v: getattr(getattr(v, "func", None), "__name__", "")
)
def test_check(estimator, check):
    check(estimator)
