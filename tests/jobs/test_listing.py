"""The list of plugins is read from the sources, and is what an import would say."""

import ast
import importlib.metadata
from pathlib import Path

import pytest

import geneticgan
from geneticgan.jobs import listing
from geneticgan.jobs.listing import HOMES, entries, plugin_group
from geneticgan.registry import Found


@pytest.mark.parametrize("group", HOMES)
def test_what_is_read_is_what_an_import_says(group):
    read = {one.name: one for one in entries(groups=[group])}
    loaded = {one.found.name: one.summary for one in plugin_group(group).load_all(60)}
    assert {name: one.description for name, one in read.items()} == loaded
    assert all(one.healthy and one.description for one in read.values())


def groups_in(source):
    """Return the group of each `PluginGroup(...)` that a module makes."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if ast.unparse(call.func).split(".")[-1] == "PluginGroup"]
    return [ast.literal_eval(call.args[0]) for call in made]


def test_a_group_is_found_in_a_source():
    source = 'SOUNDS = PluginGroup("geneticgan.sounds", Sound, "sound")'
    assert groups_in(source) == groups_in(f"{source[:9]}registry.{source[9:]}")
    assert groups_in(source) == ["geneticgan.sounds"]


def test_every_group_of_the_sources_is_listed():
    paths = sorted(Path(geneticgan.__file__).parent.rglob("*.py"))
    assert sorted(group for path in paths for group in groups_in(path.read_text())) == sorted(HOMES)


def test_every_group_with_a_plugin_is_listed():
    mine = importlib.metadata.distribution("geneticgan").entry_points
    assert {point.group for point in mine if point.group.startswith("geneticgan.")} == set(HOMES)


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("geneticgan.no_such:Thing", "cannot be read"),
        ("no_such_package.x:Thing", "no package no_such_package"),
        ("geneticgan.registry:Thing", "has no class Thing"),
    ],
)
def test_a_damaged_install_is_said(value, cause, monkeypatch):
    point = importlib.metadata.EntryPoint("thing", value, "geneticgan.mutations")
    found = Found("thing", "geneticgan", "1", point)
    monkeypatch.setattr(listing, "find_plugins", lambda group: [found])
    (entry,) = entries(groups=["geneticgan.mutations"])
    assert not entry.healthy
    assert cause in entry.description
    assert "install geneticgan again" in entry.description
