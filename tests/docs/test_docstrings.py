"""Docstrings name the parameters and attributes that there are, read from the sources by griffe."""

from pathlib import Path

import griffe
import pytest

ROOT = Path(__file__).parents[2]
STARS = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}


def public(holder):
    for member in holder.members.values():
        if not member.is_alias and not member.name.startswith("_"):
            if member.is_function or member.is_class:
                yield member
            if member.is_class or member.is_module:
                yield from public(member)


def documented(thing, kind):
    sections = thing.docstring.parse("numpy", warnings=False)
    names = [entry.name for each in sections if each.kind.value == kind for entry in each.value]
    return [name for joined in names for name in joined.split(", ")]


@pytest.fixture(scope="module", params=["geneticgan", "geneticgan_plugins", "geneticgan_cli"])
def things(request):
    loader = griffe.GriffeLoader(search_paths=[ROOT, ROOT / "plugins", ROOT / "cli"])
    return list(public(loader.load(request.param)))


def test_everything_public_has_a_docstring(things):
    assert len(things) > 10
    assert [thing.path for thing in things if not thing.docstring] == []


def test_parameters_are_those_of_the_signature(things):
    wrong = {}
    for thing in things:
        named = documented(thing, "parameters")
        given = [p for p in thing.parameters if p.name not in ("self", "cls")]
        there = [STARS.get(p.kind, "") + p.name for p in given]
        if named and named != there:
            wrong[thing.path] = (named, there)
    assert wrong == {}


def test_attributes_are_there_and_a_dataclass_names_all(things):
    wrong = {}
    for thing in things:
        named = set(documented(thing, "attributes"))
        if not named:
            continue
        own = {m.name for m in thing.members.values() if m.is_attribute}
        fields = {name for name in own if "property" not in thing[name].labels}
        fields = {name for name in fields if not name.startswith("_")}
        missing = fields - named if "dataclass" in thing.labels else set()
        # What a fit leaves behind ends in an underscore, as in scikit-learn.
        unknown = {n for n in named - set(thing.all_members) if not n.endswith("_")}
        if missing or unknown:
            wrong[thing.path] = (missing, unknown)
    assert wrong == {}
