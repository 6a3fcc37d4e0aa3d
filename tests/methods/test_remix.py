"""Remix as a method."""

import pytest
import torch

from geneticgan.methods.remix import Remix, leaning


def test_labels_lean_to_the_rarer_class_as_the_paper_says():
    counts, others = torch.tensor([90, 10, 90, 20]), torch.tensor([10, 90, 90, 10])
    # A little of the frequent class and much of the rare one is wholly rare.
    assert leaning(counts, others, 0.3, 3.0, 0.5).tolist() == pytest.approx([0.0, 0.3, 0.3, 0.3])
    assert leaning(counts, others, 0.7, 3.0, 0.5).tolist() == pytest.approx([0.7, 1.0, 0.7, 0.7])
    assert leaning(counts, others, 0.3, 3.0, 0.2).tolist() == pytest.approx([0.3] * 4)


def test_images_are_mixed_although_labels_are_not(task):
    rare = torch.tensor(task.split.train_counts).argmin()
    frequent = torch.tensor(task.split.train_counts).argmax()
    labels = torch.stack([frequent, rare])
    images = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 1, 8, 8)
    wholly = 0
    for step in range(20):
        mixed, targets = Remix(alpha=5.0, kappa=1.5).mix(images, labels, task, step)
        assert 0 < mixed[0, 0, 0, 0] < 1
        wholly += int((targets[:, rare] == 1).any())
        torch.testing.assert_close(targets.sum(1), torch.ones(2))
    assert wholly == 20  # whichever of the two has little of the frequent class


@pytest.mark.parametrize("options", [{"kappa": 0.5}, {"threshold": 2.0}, {"alpha": -1.0}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        Remix(**options)
