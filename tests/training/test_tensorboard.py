import pytest

from geneticgan.errors import ConfigError
from geneticgan.jobs.train import plan, train
from geneticgan.training import tensorboard


def test_scalars_and_samples_can_be_read_back(tmp_path, tiny_config, monkeypatch):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    monkeypatch.setattr(tensorboard, "EVERY", 1)
    train(tiny_config, tmp_path / "run", plan(tiny_config), [], tensorboard=True)
    events = accumulators.EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    assert [scalar.step for scalar in events.Scalars("temperature")] == [1, 2, 3, 4, 5, 6]
    assert [scalar.value for scalar in events.Scalars("temperature")][:2] == [1000, 990]
    assert {"lsgan/quality", "loss/real", "validation ACSA"} <= set(events.Tags()["scalars"])
    assert [image.step for image in events.Images("samples")] == [2, 4, 6]


def test_without_tensorboard_nothing_is_begun(tmp_path, tiny_config, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match=r"geneticgan\[tensorboard\]"):
        train(tiny_config, tmp_path / "run", plan(tiny_config), [], tensorboard=True)
    assert not (tmp_path / "run").exists()
