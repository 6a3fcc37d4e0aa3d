"""The linear head on fixed features."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from geneticgan.data.folds import folds_of
from geneticgan.methods.linear_head import STRENGTHS, USUAL, choose_l2, fit_head


def clouds(counts, apart, dimensions=5, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    centres = rng.normal(size=(len(counts), dimensions)) * apart
    points = centres[labels] + rng.normal(size=(len(labels), dimensions))
    return points.astype(np.float32), labels


def test_without_adjustment_it_is_scikit_learns_logistic_regression():
    points, labels = clouds((60, 30, 10), 1.0)
    points = (points - points.mean(0)) / points.std(0)
    head = fit_head(points, labels, 3, tau=0.0, l2=0.1)
    expected = LogisticRegression(C=1 / (0.1 * len(labels)), tol=1e-8, max_iter=1000)
    expected.fit(points, labels)
    found = torch.from_numpy(points) @ head.weight.T + head.bias
    torch.testing.assert_close(
        found.softmax(1).double(), torch.from_numpy(expected.predict_proba(points)).double(),
        atol=5e-3, rtol=0,
    )  # fmt: skip


def test_the_penalty_is_that_under_which_the_head_is_the_best():
    points, labels = clouds((60, 30, 10), 1.0)
    head = fit_head(points, labels, 3, tau=0.0, l2=0.1)
    weight = head.weight.clone().requires_grad_()
    logits = torch.from_numpy(points) @ weight.T + head.bias
    fit = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels))
    (alone,) = torch.autograd.grad(fit, weight, retain_graph=True)
    (whole,) = torch.autograd.grad(fit + head.penalty(weight, 0.1), weight)
    assert whole.abs().max() < 1e-3 < alone.abs().max()


def test_features_of_any_scale_and_place_give_the_same_logits():
    points, labels = clouds((60, 30, 10), 1.0)
    moved = points * np.array([1, 10, 100, 1000, 5], dtype=np.float32) + 7
    logits = [
        torch.from_numpy(each) @ head.weight.T + head.bias
        for each, head in ((each, fit_head(each, labels, 3, 1.0, 0.1)) for each in (points, moved))
    ]
    torch.testing.assert_close(*logits, atol=0.05, rtol=0.02)


def test_the_adjustment_helps_the_rare_class():
    points, labels = clouds((500, 20), 0.5)
    recalls = []
    for tau in (0.0, 1.0):
        head = fit_head(points, labels, 2, tau, 0.01)
        found = (torch.from_numpy(points) @ head.weight.T + head.bias).argmax(1).numpy()
        recalls.append((found[labels == 1] == 1).mean())
    assert recalls[1] > recalls[0] + 0.2


def test_the_penalty_chosen_is_good_on_points_that_it_has_not_seen():
    points, labels = clouds((300, 120), 0.3, dimensions=60)
    part = np.random.default_rng(2).permutation(len(labels))
    train, fresh = part[:100], part[100:]

    def recall(l2):
        head = fit_head(points[train], labels[train], 2, 1.0, l2)
        found = (torch.from_numpy(points[fresh]) @ head.weight.T + head.bias).argmax(1).numpy()
        return balanced_accuracy_score(labels[fresh], found)

    recalls = {l2: recall(l2) for l2 in STRENGTHS}
    chosen = recalls[choose_l2(points[train], labels[train], 2, 1.0, 0)]
    assert max(recalls.values()) > min(recalls.values()) + 0.04
    assert chosen > max(recalls.values()) - 0.02


def test_a_class_of_one_image_allows_no_folds():
    points, labels = clouds((10, 1), 1.0)
    assert choose_l2(points, labels, 2, 1.0, 0) == USUAL


def test_the_choice_is_a_function_of_the_seed():
    points, labels = clouds((30, 10, 6), 0.7)
    assert choose_l2(points, labels, 3, 1.0, 5) == choose_l2(points, labels, 3, 1.0, 5)


def test_a_group_is_never_on_both_sides_when_the_penalty_is_chosen():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(24), 8)
    labels = (np.arange(24) % 2)[groups].astype(np.int64)
    patients = rng.normal(size=(24, 40)).astype(np.float32)  # each looks like itself alone
    points = patients[groups] + 0.05 * rng.normal(size=(192, 40)).astype(np.float32)
    assert choose_l2(points, labels, 2, 0.0, 0) == STRENGTHS[0]  # any penalty knows the patients
    folds = folds_of(labels, groups, 5, 0)
    assert len(folds) == 5
    for train, held in folds:
        assert not set(groups[train]) & set(groups[held])
        assert set(labels[train]) == {0, 1}
    lone = np.where(labels == 1, 99, groups)
    assert folds_of(labels, lone, 5, 0) == []
    assert choose_l2(points, labels, 2, 0.0, 0, lone) == USUAL
