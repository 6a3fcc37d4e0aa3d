"""No state from a file reaches a fused step unless it fits."""

import json

import pytest
import torch

from geneticgan.gan.optimizer_state import load_optimizer, optimizer_to_tensors
from geneticgan.training.model import make_adam


def stepped():
    torch.manual_seed(0)
    module = torch.nn.Linear(3, 2)
    optimizer = make_adam(module.parameters(), 1e-3)
    module(torch.ones(4, 3)).sum().backward()
    optimizer.step()
    return module, optimizer


def test_state_is_loaded_as_it_was():
    _, optimizer = stepped()
    tensors, text = optimizer_to_tensors(optimizer)
    _, other = stepped()
    load_optimizer(other, {name: value * 2 for name, value in tensors.items()}, text)
    for name, value in optimizer_to_tensors(other)[0].items():
        assert torch.equal(value, tensors[name] * 2), name


def cut(tensors):
    tensors["0.exp_avg"] = tensors["0.exp_avg"].reshape(-1)[:1].clone()


def of_another_parameter(tensors):
    tensors["7.exp_avg"] = tensors["0.exp_avg"]


def missing(tensors):
    del tensors["1.exp_avg_sq"]


def unknown(tensors):
    tensors["1.momentum_buffer"] = tensors["1.exp_avg"]


def whole_numbers(tensors):
    tensors["0.exp_avg"] = tensors["0.exp_avg"].to(torch.int64)


def of_another_type(tensors):
    tensors["0.exp_avg_sq"] = tensors["0.exp_avg_sq"].double()


def negative_squares(tensors):
    tensors["1.exp_avg_sq"] = -tensors["1.exp_avg_sq"] - 1


def without_a_number(tensors):
    tensors["extra"] = tensors["0.exp_avg"]


def many_steps(tensors):
    tensors["0.step"] = torch.ones(5)


def before_the_first_step(tensors):
    tensors["0.step"] = torch.tensor(-3.0)


REFUSED = (
    r"the state (has a|of) parameter|has shape|is -3|has the type|a mean of squares|names no param"
)


@pytest.mark.parametrize(
    "spoil",
    [
        cut, of_another_parameter, missing, unknown, whole_numbers, many_steps,
        before_the_first_step, of_another_type, negative_squares, without_a_number,
    ],
)  # fmt: skip
def test_state_that_does_not_fit_is_refused_and_nothing_changes(spoil):
    _, optimizer = stepped()
    tensors, text = optimizer_to_tensors(optimizer)
    before = {name: value.clone() for name, value in tensors.items()}
    spoiled = dict(before)
    spoil(spoiled)
    with pytest.raises(ValueError, match=REFUSED):
        load_optimizer(optimizer, spoiled, text)
    for name, value in optimizer_to_tensors(optimizer)[0].items():
        assert torch.equal(value, before[name]), name


def test_what_a_step_is_like_is_not_taken_from_a_file():
    _, optimizer = stepped()
    tensors, text = optimizer_to_tensors(optimizer)
    forged = json.loads(text) | {
        "param_groups": [{"maximize": True, "lr": -1, "weight_decay": 1e9}]
    }
    load_optimizer(optimizer, tensors, json.dumps(forged))
    (group,) = optimizer.param_groups
    assert (group["maximize"], group["lr"], group["weight_decay"]) == (False, 1e-3, 0.0)
