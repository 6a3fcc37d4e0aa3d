"""The tutorial of docs/plugins.md, done as it says."""

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from geneticgan.testing import MutationContract, ScheduleContract, SelectionContract, run_contract
from geneticgan_cli.main import cli

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "plugins.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", TUTORIAL, re.DOTALL)


def run(*words):
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    return result.output


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and ".egg" not in str(path)
    }


def test_the_example_is_the_tutorials_result_step_for_step(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = SHELL[0].split()
    assert command[:2] == ["geneticgan", "plugins"]
    run(*command[1:])
    (tmp_path / "soft-hinge/src/geneticgan_soft_hinge/__init__.py").write_text(PYTHON[0])
    assert files(tmp_path / "soft-hinge") == files(ROOT / "plugins" / "example")


@pytest.mark.parametrize(
    ("code", "contract"),
    list(zip(PYTHON, [MutationContract, ScheduleContract, SelectionContract], strict=True)),
)
def test_its_plugins_keep_their_contracts(code, contract):
    names = {}
    exec(code, names)
    plugin = next(v for k, v in names.items() if k in ("SoftHinge", "Stairs", "Lenient"))
    suite = type("Suite", (contract,), {"make": lambda _: plugin()})
    assert [each for each in run_contract(suite()) if not each.passed] == []


@pytest.mark.parametrize("kind", ["mutation", "schedule", "fitness", "selection"])
def test_what_is_scaffolded_keeps_its_contract(kind, tmp_path, monkeypatch):
    run("plugins", "new", kind, "a-b2", str(tmp_path / "p"))
    monkeypatch.syspath_prepend(str(tmp_path / "p" / "src"))
    names = {}
    exec((tmp_path / "p" / "tests" / "test_a_b2.py").read_text(), names)
    outcomes = list(run_contract(names["TestAB2"]()))
    sys.modules.pop("geneticgan_a_b2")
    assert outcomes
    assert [each for each in outcomes if not each.passed] == []


@pytest.mark.parametrize("name", ["Hinge", "a_b", "2x", "import", "a--b", "../x"])
def test_a_name_that_cannot_be_used_is_refused(name, tmp_path):
    result = CliRunner().invoke(cli, ["plugins", "new", "mutation", name, str(tmp_path / "p")])
    assert result.exit_code != 0
    assert "cannot be the name of a plugin" in result.output
    assert not (tmp_path / "p").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("x")
    result = CliRunner().invoke(cli, ["plugins", "new", "mutation", "a", str(tmp_path)])
    assert "is not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
