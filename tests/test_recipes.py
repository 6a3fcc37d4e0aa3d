"""Recipes: what they set, and what depends on the number of classes."""

import dataclasses

import pytest

from geneticgan.config import TrainConfig
from geneticgan.recipes import RECIPES, class_guidance, generated_class_weighting
from geneticgan.training.model import build_model


def test_every_recipe_sets_the_same_options_and_is_a_valid_config():
    assert len({frozenset(options) for options in RECIPES.values()}) == 1
    for name, options in RECIPES.items():
        assert dataclasses.replace(TrainConfig(), recipe=name, **options).recipe == name


@pytest.mark.parametrize(
    ("wanted", "classes", "guidance"),
    [("auto", 2, "shared"), ("auto", 3, "real"), ("real", 2, "real"), ("shared", 9, "shared")],
)
def test_guidance_is_chosen_by_the_number_of_classes_unless_it_is_given(wanted, classes, guidance):
    assert class_guidance(wanted, classes) == guidance


@pytest.mark.parametrize(
    ("wanted", "classes", "weighting"),
    [("auto", 2, "even"), ("auto", 3, "confidence"), ("confidence", 2, "confidence")],
)
def test_so_is_weighting(wanted, classes, weighting):
    assert generated_class_weighting(wanted, classes) == weighting


def test_a_guide_is_there_where_it_is_asked_for(tiny_config, split):
    models = {
        name: build_model(dataclasses.replace(tiny_config, class_guidance=name), split)
        for name in ("shared", "real")
    }
    assert models["shared"].discriminator.guide is None
    assert models["real"].discriminator.guide is not None
