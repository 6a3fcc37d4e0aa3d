"""Post-hoc logit adjustment as a method."""

import pytest
import torch

from geneticgan.methods.cn import CN
from geneticgan.methods.logit_adjustment import LogitAdjustment


def test_it_is_cn_whose_logits_lose_tau_times_the_log_of_the_classes_shares(task):
    plain, adjusted = CN().fit(task).network, LogitAdjustment(tau=1.5).fit(task).network
    counts = torch.tensor(task.split.train_counts, dtype=torch.float32)
    images = torch.rand(7, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        taken = plain(images)[1] - adjusted(images)[1]
    expected = 1.5 * (counts / counts.sum()).log()
    torch.testing.assert_close(taken, expected.expand(7, 3), atol=1e-4, rtol=1e-4)


def test_a_negative_tau_is_refused():
    with pytest.raises(ValueError, match="tau must be >= 0"):
        LogitAdjustment(tau=-1.0)
