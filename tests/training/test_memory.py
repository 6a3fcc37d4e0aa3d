"""What no machine has room for is said before there is a folder."""

import dataclasses

import pytest
import torch
from click.testing import CliRunner

from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError
from geneticgan.training import memory
from geneticgan.training.memory import GROWING, check_memory, least_bytes
from geneticgan_cli.main import cli

CPU = torch.device("cpu")


@pytest.mark.parametrize("value", [10**6, 10**9, 10**26])
@pytest.mark.parametrize("name", GROWING)
def test_an_option_that_is_too_large_is_named(name, value, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda device: 2.0**30)
    config = dataclasses.replace(TrainConfig(), **{name: value})
    with pytest.raises(ConfigError, match=rf"^{name} {value} is too large.* lower it$"):
        check_memory(config, (1, 32), 2, CPU, gan=True)


def test_what_fits_is_let_through():
    for config in (TrainConfig(), TrainConfig(width=128, batch_size=256, population=4)):
        check_memory(config, (3, 32), 10, CPU, gan=True)
    small, large = (TrainConfig(width=width) for width in (32, 64))
    assert least_bytes(small, (1, 28), 10) < least_bytes(large, (1, 28), 10)
    assert least_bytes(small, (1, 28), 10, gan=False) < least_bytes(small, (1, 28), 10)
    assert 2**20 < least_bytes(small, (1, 28), 10) < 2**30


def test_a_memory_limit_counts():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**44, before[1]))
    try:
        assert memory.available(CPU) <= 2**44
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("method", ["aggan", "cn"])
def test_a_dry_run_tells_before_there_is_a_folder(method, tmp_path):
    out = tmp_path / "run"
    words = ["--method", method, "--width", str(10**26), "--dry-run", "--out", str(out)]
    result = CliRunner().invoke(cli, ["train", *words])
    assert result.exit_code == 1
    assert f"width {10**26} is too large" in result.output
    assert "defect" not in result.output
    assert not out.exists()
