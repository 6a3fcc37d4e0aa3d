"""What is read back is what was written."""

import pytest
import torch

from geneticgan.errors import RunError
from geneticgan.training.tensors import (
    digest,
    load_module,
    load_tensors,
    load_weights,
    save_tensors,
    save_weights,
)


@pytest.fixture
def kept(tmp_path):
    module = torch.nn.Linear(3, 2)
    save_weights(tmp_path / "w.safetensors", module)
    return tmp_path / "w.safetensors", module


def test_weights_come_back(kept):
    path, module = kept
    other = torch.nn.Linear(3, 2)
    load_weights(path, other)
    assert torch.equal(other.weight, module.weight)


def test_weights_that_were_changed_are_refused(kept):
    path, module = kept
    tensors, text = load_tensors(path)
    path.unlink()
    save_tensors(path, {name: -value for name, value in tensors.items()}, text)
    untouched = module.weight.clone()
    with pytest.raises(RunError, match="has changed since it was written"):
        load_weights(path, module)
    assert torch.equal(module.weight, untouched)


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    module = torch.nn.Linear(3, 2)
    with torch.no_grad():
        module.weight[0, 0] = torch.nan
    save_weights(tmp_path / "w.safetensors", module)
    for load in (load_weights, load_module):
        with pytest.raises(RunError, match="weight contains numbers that are not finite"):
            load(tmp_path / "w.safetensors", torch.nn.Linear(3, 2))


def test_the_digest_tells_names_types_shapes_and_values_apart():
    value = torch.arange(6.0)
    found = {
        digest({"a": value}),
        digest({"b": value}),
        digest({"a": value.double()}),
        digest({"a": value.reshape(2, 3)}),
        digest({"a": value + 1}),
        digest({"a": value, "b": value}),
    }
    assert len(found) == 6
    assert digest({"a": value.reshape(2, 3).T.contiguous().T}) == digest({"a": value.reshape(2, 3)})
