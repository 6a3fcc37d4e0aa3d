"""Networks for rows of numbers."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from geneticgan.networks.tabular import (
    Gaussians,
    TabularDiscriminator,
    TabularGenerator,
    fit_gaussians,
)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(3, 3))
    labels = np.repeat([0, 1], [4000, 1000])
    return rng.normal(size=(5000, 3)) @ mixing + labels[:, None] * 2, labels, mixing


def test_gaussians_have_the_means_and_covariances_of_many_rows(rows):
    X, labels, mixing = rows
    found = fit_gaussians(X, labels, 3)
    for label in (0, 1):
        own = X[labels == label]
        assert np.allclose(found.means[label], own.mean(axis=0))
        covariance = found.axes[label] @ found.axes[label].T
        assert np.allclose(covariance, np.cov(own.T), rtol=0.01, atol=0.01)
        assert np.allclose(covariance, mixing.T @ mixing, rtol=0.2, atol=0.2)


def test_fewer_axes_are_the_largest(rows):
    X, labels, _ = rows
    whole, part = fit_gaussians(X, labels, 3), fit_gaussians(X, labels, 2)
    assert np.allclose(np.abs(whole.axes[:, :, :2]), np.abs(part.axes))
    norms = np.linalg.norm(whole.axes[0], axis=0)
    assert (np.diff(norms) <= 0).all()


class Largest(TorchDispatchMode):
    """Notes how many numbers the largest tensor holds that an operation returns."""

    found = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor):
            self.found = max(self.found, result.numel())
        return result


def test_many_wide_rows_are_generated_without_the_axes_of_each():
    rng = np.random.default_rng(0)
    gaussians = Gaussians(rng.normal(size=(3, 60)), rng.normal(size=(3, 60, 8)))
    generator = TabularGenerator(gaussians, 4)
    latent = torch.from_numpy(rng.normal(size=(500, 8))).float()
    labels = torch.arange(500) % 3
    with torch.no_grad(), Largest() as largest:
        made = generator(latent, labels)
    assert largest.found <= 500 * 60
    for row in (0, 1, 2, 499):
        label = labels[row].item()
        expected = gaussians.means[label] + gaussians.axes[label] @ latent[row].numpy()
        np.testing.assert_allclose(made[row].numpy(), expected, rtol=1e-4, atol=1e-4)


def test_one_row_has_the_pooled_covariance(rows):
    X, labels, _ = rows
    labels = labels.copy()
    labels[-1] = 2
    found = fit_gaussians(X, labels, 3)
    covariance = found.axes[2] @ found.axes[2].T
    pooled = found.axes[0] @ found.axes[0].T
    assert np.allclose(covariance, pooled, rtol=0.1, atol=0.1)


def test_the_generator_begins_as_the_gaussian(rows):
    X, labels, _ = rows
    generator = TabularGenerator(fit_gaussians(X, labels, 3), 16)
    with torch.no_grad():
        made = generator(torch.randn(20000, 3), torch.ones(20000, dtype=torch.int64)).numpy()
    own = X[labels == 1]
    assert np.allclose(made.mean(axis=0), own.mean(axis=0), atol=0.1)
    assert np.allclose(np.cov(made.T), np.cov(own.T), rtol=0.1, atol=0.1)


def test_every_parameter_can_learn(rows):
    X, labels, _ = rows
    generator = TabularGenerator(fit_gaussians(X, labels, 3), 16)
    for _ in range(2):  # behind a last layer of zeros the others learn from the second step on
        optimizer = torch.optim.SGD(generator.parameters(), 0.1)
        loss = generator(torch.randn(50, 3), torch.arange(50) % 2).square().sum()
        gradients = torch.autograd.grad(loss, list(generator.parameters()))
        for parameter, gradient in zip(generator.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
    assert all(gradient.abs().sum() > 0 for gradient in gradients)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_discriminator_couples_no_rows(dropout):
    discriminator = TabularDiscriminator(3, 4, 16, dropout).eval()
    assert not discriminator.couples_samples
    source, classes = discriminator(torch.randn(7, 3))
    assert source.shape == (7,)
    assert classes.shape == (7, 4)
