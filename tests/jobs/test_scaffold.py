"""A package that is begun keeps its contract before a line of it is changed."""

import importlib.util
import tomllib

import pytest

from geneticgan.jobs.listing import HOMES
from geneticgan.jobs.scaffold import KINDS, new_package
from geneticgan.testing import CONTRACTS, run_contract
from geneticgan_cli.commands.plugins import KINDS as OFFERED


def test_every_group_can_be_begun_and_checked():
    assert {kind.group for kind in KINDS.values()} == set(HOMES) == set(CONTRACTS)
    assert list(KINDS) == OFFERED


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_begun_keeps_its_contract(kind, tmp_path):
    new_package(kind, "my-first", tmp_path)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    ((group, points),) = project["entry-points"].items()
    assert points == {"my-first": "geneticgan_my_first:MyFirst"}
    path = tmp_path / "src" / "geneticgan_my_first" / "__init__.py"
    spec = importlib.util.spec_from_file_location(f"begun_{kind}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    suite = type("Suite", (CONTRACTS[group],), {"make": lambda _: module.MyFirst()})
    outcomes = list(run_contract(suite()))
    assert len(outcomes) >= 3
    assert [each for each in outcomes if not each.passed] == []
    assert KINDS[kind].contract in (tmp_path / "tests" / "test_my_first.py").read_text()
