"""How float32 is multiplied, and that it is said."""

import contextlib
import dataclasses

import pytest
import torch

from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.precision import OPERATIONS, multiplying
from geneticgan.training.run_folder import RunFolder


def kinds():
    return [operation.fp32_precision for operation in OPERATIONS]


@pytest.mark.parametrize(
    ("precision", "kind"), [("float32", "ieee"), ("tf32", "tf32"), ("bf16", "ieee")]
)
def test_it_is_set_for_a_training_and_given_back(precision, kind):
    before = kinds()
    with contextlib.suppress(ZeroDivisionError), multiplying(precision):
        assert kinds() == [kind, kind]
        raise ZeroDivisionError
    assert kinds() == before


def test_a_run_computes_in_the_precision_that_its_config_records(
    tiny_config, split, tmp_path, monkeypatch
):
    found = []
    monkeypatch.setattr(
        "geneticgan.gan.generations.Generations.run", lambda *_: found.append(kinds())
    )
    config = dataclasses.replace(tiny_config, precision="tf32")
    folder = RunFolder.create(tmp_path / "run", config)
    Evolution(config, split, folder, [], StopRequest()).run()
    assert found == [["tf32", "tf32"]]
    assert RunFolder.open(folder.path)[1].precision == "tf32"


def test_on_a_cpu_tf32_is_float32():
    one, other = torch.randn(2, 8, 8, generator=torch.Generator().manual_seed(0))
    with multiplying("float32"):
        exact = one @ other
    with multiplying("tf32"):
        assert torch.equal(exact, one @ other)
