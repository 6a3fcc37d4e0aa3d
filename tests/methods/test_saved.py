"""Every installed method's network can be kept and used again."""

import dataclasses

import pytest
import torch

from geneticgan.data.sampling import to_unit_range
from geneticgan.inference.facts import facts_of
from geneticgan.methods.catalogue import METHODS, create_method
from geneticgan.methods.evolved import Evolved
from geneticgan.specs import Spec
from geneticgan.training.tensors import save_weights


@pytest.mark.parametrize("name", sorted(each.name for each in METHODS.find()))
def test_the_weights_of_a_fitted_network_load_into_a_built_one(name, task):
    task = dataclasses.replace(task, config=dataclasses.replace(task.config, steps=6))
    method = create_method(Spec(name, {}))
    fitted = method.fit(task).network.eval()
    shape = facts_of(task.split).empty_split()  # what is left when the images are gone
    again = create_method(Spec(name, {})).build(shape, task.config, task.device).eval()
    again.load_state_dict(fitted.state_dict())
    images = to_unit_range(torch.from_numpy(task.split.test.pixels[:8]))
    with torch.no_grad():
        expected, found = fitted(images)[1], again(images)[1]
    assert torch.equal(expected, found)
    assert expected.shape == (8, task.split.classes)
    if method.goes_on and not isinstance(method, Evolved):
        begins_with(fitted, create_method(Spec(name, {})), task)


def begins_with(fitted, method, task):
    """A method that goes on does so from the weights it is given, where it hardly learns."""
    path = task.folder.with_name("weights.safetensors")
    save_weights(path, fitted)
    still = dataclasses.replace(task.config, steps=2, classifier_learning_rate=1e-12)
    found = method.fit(dataclasses.replace(task, config=still, beginning=path)).network
    kept = fitted.state_dict()
    for key, value in found.state_dict().items():
        if key.startswith("trunk"):
            torch.testing.assert_close(value, kept[key])
