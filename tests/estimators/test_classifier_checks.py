"""scikit-learn's own checks of a classifier, all of them."""

from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from geneticgan import AnnealingGANClassifier

ESTIMATOR = AnnealingGANClassifier(
    steps=25, width=16, batch_size=25, mutations="nonsat", classifier_learning_rate=0.02
)


def test_there_are_checks():
    names = {check.func.__name__ for _, check in estimator_checks_generator(ESTIMATOR)}
    assert {"check_classifiers_train", "check_classifiers_classes"} <= names
    assert len(names) >= 40


@parametrize_with_checks([ESTIMATOR])
def test_check(estimator, check):
    check(estimator)
