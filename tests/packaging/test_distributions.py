"""What the wheel and the source distribution hold, and that the wheel works without the sources."""

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOMES = {"geneticgan": ".", "geneticgan_plugins": "plugins", "geneticgan_cli": "cli"}
SUFFIXES = {".py", ".typed", ".j2", ".toml"}
"""Of files that the packages hold."""


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """Build both from a copy of what is there, as a release would."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return wheel, sdist


def sources():
    """The packages' files, by their names in a wheel."""
    for package, home in HOMES.items():
        for path in (ROOT / home / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT / home).as_posix()


def test_the_wheel_holds_the_three_packages_and_nothing_else(distributions):
    names = {name for name in zipfile.ZipFile(distributions[0]).namelist() if name[-1] != "/"}
    metadata = {name for name in names if ".dist-info/" in name}
    assert names - metadata == set(sources())
    assert {Path(name).suffix for name in names - metadata} == SUFFIXES
    assert {f"{package}/py.typed" for package in HOMES} <= names
    assert {Path(name).name for name in metadata} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "LICENSE",
    }


def test_the_source_distribution_holds_what_is_needed_to_build_and_test(distributions):
    with tarfile.open(distributions[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tops = {name.partition("/")[0] for name in names}
    assert tops == {
        "geneticgan",
        "plugins",
        "cli",
        "tests",
        "docs",
        "examples",
        "benchmarks",
        "mkdocs.yml",
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "CITATION.cff",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "SECURITY.md",
        "PKG-INFO",
        ".gitignore",
    }
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)
    assert "tests/conftest.py" in names


@pytest.fixture(scope="module")
def clean(distributions, tmp_path_factory):
    """Return an environment of the wheel, the example plugin and what they depend on."""
    home = tmp_path_factory.mktemp("clean")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    site = next(home.glob("[Ll]ib/**/site-packages"))
    # Dependencies are taken from this environment. An editable install's hook is not among them:
    # it is run only in a folder of site-packages, not in one that a .pth file names.
    (site / "dependencies.pth").write_text(
        "\n".join(p for p in sys.path if p.endswith("-packages"))
    )
    command = [sys.executable, "-m", "pip", "--python", str(home), "install", "-q", "--no-deps"]
    command += ["--no-index", "--no-build-isolation", "--ignore-installed"]
    command += [str(distributions[0]), str(ROOT / "plugins" / "example")]
    subprocess.run(command, check=True, capture_output=True)
    return home / ("Scripts" if os.name == "nt" else "bin")


@pytest.fixture(scope="module")
def run(clean, tmp_path_factory):
    place = tmp_path_factory.mktemp("place")

    def execute(*words):
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        command = [str(clean / words[0]), *words[1:]]
        result = subprocess.run(command, cwd=place, capture_output=True, text=True, env=environment)
        assert result.returncode == 0, result.stderr
        return result.stdout

    execute.place = place
    return execute


def test_a_clean_environment_has_the_wheel_and_not_the_sources(run, clean):
    code = "import geneticgan, geneticgan_cli, geneticgan_plugins as p\n"
    code += "print(geneticgan.__file__, geneticgan_cli.__file__, p.__file__, sep='\\n')"
    found = run("python", "-W", "error", "-c", code).splitlines()
    assert all(Path(path).is_relative_to(clean.parent) for path in found)


@pytest.fixture(scope="module")
def trained(run):
    """Train by the wheel with an outside plugin; returns what was shown."""
    return run(
        *("geneticgan", "train", "--mutations", "nonsat,soft-hinge:margin=2", "--steps", "4"),
        *("--width", "4", "--imbalance", "counts:12,9,8,8,7,7,7,6,6,6", "--out", "run"),
    )


def test_the_wheel_trains_with_an_outside_plugin(run, trained):
    assert "soft-hinge" in run("geneticgan", "plugins", "list")
    assert "AGGAN" in trained
    assert (run.place / "run" / "samples" / "classes.png").is_file()
    run("geneticgan", "generate", "run", "--class", "3", "--count", "2", "--out", "three")
    assert len(list((run.place / "three").rglob("*.png"))) == 2


def test_the_wheel_draws_a_report(run, trained):
    run("geneticgan", "report", "run")
    assert (run.place / "run" / "report.html").stat().st_size > 10_000


def test_the_wheel_begins_a_package(run):
    run("geneticgan", "plugins", "new", "mutation", "mine", "mine")
    assert (run.place / "mine" / "pyproject.toml").is_file()


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == importlib.metadata.version("geneticgan")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


def test_the_changelog_names_this_version():
    assert f"## {importlib.metadata.version('geneticgan')}" in (ROOT / "CHANGELOG.md").read_text()
