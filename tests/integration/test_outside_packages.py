"""Plugins of strangers, really installed: a good one, and every way to be wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "plugins" / "example"
PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{package}"
version = "3.2.1"
[project.entry-points."geneticgan.mutations"]
{name} = "{module}:Plugin"
[tool.hatch.build.targets.wheel]
only-include = ["{module}.py"]
"""
GOOD = """
from geneticgan import Mutation
class Plugin(Mutation):
    "Fine."
    def loss(self, fake, real):
        return -fake.mean()
"""
CODES = {
    "raises": "raise RuntimeError('no licence')",
    "wrongbase": "class Plugin:\n    pass",
    "nonsat": GOOD,  # a name that geneticgan has
    "nans": GOOD.replace("-fake.mean()", "fake.mean() * float('nan')"),
    "slow": "import time\ntime.sleep(600)\n" + GOOD,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with all of them installed in it by pip."""
    sources = [str(EXAMPLE)]
    for name, code in CODES.items():
        folder = tmp_path_factory.mktemp(name)
        module = f"outside_{name}"
        text = PROJECT.format(package=f"outside-{name}", name=name, module=module)
        (folder / "pyproject.toml").write_text(text)
        (folder / f"{module}.py").write_text(code)
        sources.append(str(folder))
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(target), *sources]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.fixture
def geneticgan(place, tmp_path):
    def run(*words):
        environment = os.environ | {"PYTHONPATH": str(place)}
        return subprocess.run(
            [sys.executable, "-m", "geneticgan_cli", *words],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


def test_the_list_is_alive_and_names_every_cause(geneticgan):
    result = geneticgan("plugins", "list", "--json", "--patience", "3")
    assert result.returncode == 0, result.stderr
    mutations = [p for p in json.loads(result.stdout) if p["group"] == "geneticgan.mutations"]
    found = {(p["name"], p["package"]): p for p in mutations}
    assert found["soft-hinge", "geneticgan-soft-hinge"]["healthy"]
    assert found["soft-hinge", "geneticgan-soft-hinge"]["version"] == "0.1.0"
    assert found["nans", "outside-nans"]["healthy"]
    assert found["minimax", "geneticgan"]["healthy"]
    for name, cause in {
        "raises": "(RuntimeError: no licence); fix or uninstall that package",
        "wrongbase": "is not a subclass of geneticgan.gan.mutation.Mutation",
        "nonsat": "is provided by geneticgan 0.2.0 and outside-nonsat 3.2.1; uninstall all but one",
        "slow": "was still being imported after 3 s",
    }.items():
        entry = found[name, f"outside-{name}"]
        assert not entry["healthy"]
        assert cause in entry["description"]
        assert "outside-" + name + " 3.2.1" in entry["description"]


def test_help_imports_none_of_them(geneticgan):
    assert geneticgan("train", "--help").returncode == 0


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("raises", "of outside-raises 3.2.1 cannot be imported (RuntimeError: no licence)"),
        ("wrongbase", "is not a subclass of"),
        ("nonsat", "is provided by geneticgan 0.2.0 and outside-nonsat 3.2.1"),
        ("softhinge", "did you mean 'soft-hinge'?"),
    ],
)
def test_one_that_is_asked_for_and_wrong_ends_the_command(geneticgan, name, cause):
    result = geneticgan("train", "--mutations", f"lsgan,{name}", "--out", "run")
    assert result.returncode == 1
    assert cause in result.stderr
    assert "Traceback" not in result.stderr


def test_a_good_one_is_checked_described_and_trained_with(geneticgan, tmp_path):
    checked = geneticgan("plugins", "check", "soft-hinge")
    assert "It keeps its contract." in checked.stdout
    assert "margin" in geneticgan("plugins", "info", "soft-hinge").stdout
    options = ["--steps", "4", "--width", "2", "--batch-size", "8", "--out", "run"]
    names = "lsgan,soft-hinge:margin=0.5"
    result = geneticgan("train", "--mutations", f"{names},nans", *options)
    assert result.returncode == 1
    assert "mutation 'nans' of outside-nans 3.2.1: loss is nan" in result.stderr
    assert not (tmp_path / "run").exists()  # it was tried before
    result = geneticgan("train", "--mutations", names, *options)
    assert result.returncode == 0, result.stderr
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    records = map(json.loads, lines)
    winners = {family["winner"] for record in records for family in record["families"]}
    assert winners <= {"lsgan", "soft-hinge:margin=0.5"}


def test_one_that_breaks_the_contract_is_told_how(geneticgan):
    result = geneticgan("plugins", "check", "nans")
    assert result.returncode == 1
    assert "FAIL  mutation nans: the loss is a finite scalar" in result.stdout
    assert "loss is nan for ordinary logits" in result.stdout
