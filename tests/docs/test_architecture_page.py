"""The page of the files names files that are there, and every plugin group has a home."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_file_and_folder_that_is_named_is_there():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/.-]+/[\w./-]*|[\w/-]+\.py)`", text))
    assert len(named) > 30
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_contributing_names_rooms_that_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (house,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    rooms = [re.split(r"\s{2,}", line)[0] for line in house.splitlines()]
    for room in (name.strip() for line in rooms for name in line.split(",")):
        places = [ROOT / "geneticgan" / room, ROOT / "plugins" / room, ROOT / "cli" / room]
        assert any(place.is_dir() for place in places), room
    there = {path.parent.name for path in (ROOT / "geneticgan").glob("*/__init__.py")}
    unnamed = {room for room in there if not re.search(rf"\b{room}\b", text)}
    assert unnamed == set()


@pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="an sdist has no CI")
def test_ci_and_the_workflow_check_the_same():
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    for command in ("ruff check", "ruff format --check", "mypy"):
        assert command in run
        assert command in workflow
        assert command in hooks
    assert "pytest -n auto" in run
    assert "pytest -n auto" in workflow
