import copy
import json
import pickle

import pytest
import torch
from safetensors.torch import load, save

from geneticgan.gan.individual import same_weights


def train_a_little(individual, steps=3):
    rng = torch.Generator().manual_seed(5)
    for _ in range(steps):
        latent, labels = torch.randn((6, 4), generator=rng), torch.arange(6) % 3
        individual.module(latent, labels).square().mean().backward()
        individual.optimizer.step()
        individual.optimizer.zero_grad()


def everything(individual):
    return {name: tensor.clone() for name, tensor in individual.to_tensors()[0].items()}


def test_a_clone_has_the_exact_bytes_and_shares_none_of_them(make_individual):
    parent = make_individual()
    train_a_little(parent)
    parent.fitness.values = (0.5, 0.25)
    parent.lineage = 7
    before = everything(parent)
    clone = copy.deepcopy(parent)
    assert any(name.startswith("optimizer.") for name in before)
    assert any("running_mean" in name for name in before)
    ours, theirs = everything(clone), before
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert clone.fitness.values == (0.5, 0.25)
    assert clone.lineage == 7
    train_a_little(clone)
    after = everything(parent)
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert not same_weights(parent, clone)


def test_a_clone_steps_its_own_parameters(make_individual):
    clone = copy.deepcopy(make_individual())
    stepped = {id(p) for group in clone.optimizer.param_groups for p in group["params"]}
    assert stepped == {id(p) for p in clone.module.parameters()}


def test_it_refuses_to_be_pickled(make_individual):
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(make_individual())


def test_safetensors_carry_it_whole(make_individual):
    individual = make_individual(weights=(1.0, 0.3))
    train_a_little(individual)
    individual.fitness.values = (0.5, float("-inf"))
    individual.lineage, individual.mutation = 2, "lsgan:b=0.9"
    individual.failure = "non-finite loss"
    tensors, metadata = individual.to_tensors()
    other = make_individual(seed=1, weights=(1.0, 0.3))
    other.load_tensors(load(save(tensors)), metadata)
    assert same_weights(individual, other)
    assert other.fitness.values == (0.5, float("-inf"))
    assert other.fitness.weights == (1.0, 0.3)
    assert (other.lineage, other.mutation) == (2, "lsgan:b=0.9")
    assert other.failure == "non-finite loss"
    # and both go on alike, so the optimizer's state came along
    train_a_little(individual)
    train_a_little(other)
    assert same_weights(individual, other)


def test_what_decides_a_fitness_is_not_taken_from_a_file(make_individual):
    individual = make_individual()
    individual.fitness.values = (0.5, 0.25)
    tensors, metadata = individual.to_tensors()
    forged = json.loads(metadata) | {"weights": [-1e9, 1e9]}
    individual.load_tensors(tensors, json.dumps(forged))
    assert individual.fitness.weights == (1.0, 1.0)
    with pytest.raises(ValueError, match="not a mapping"):
        individual.load_tensors(tensors, "[]")


def test_weights_of_another_type_and_negative_variances_are_refused(make_individual):
    individual = make_individual()
    tensors, metadata = individual.to_tensors()
    half = {"module.dense.weight": tensors["module.dense.weight"].half()}
    with pytest.raises(RuntimeError, match=r"dense\.weight has the type torch\.float16"):
        individual.load_tensors(tensors | half, metadata)
    name = next(name for name in tensors if name.endswith("running_var"))
    with pytest.raises(RuntimeError, match="is a variance"):
        individual.load_tensors(tensors | {name: -tensors[name]}, metadata)


def test_tensors_of_another_network_are_refused(make_individual):
    tensors, metadata = make_individual().to_tensors()
    del tensors["module.dense.weight"]
    with pytest.raises(RuntimeError, match="dense"):
        make_individual().load_tensors(tensors, metadata)
