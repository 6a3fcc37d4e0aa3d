"""The notebooks are run, cell by cell, as they stand."""

import ast
import contextlib
import io
import json
from pathlib import Path

import matplotlib as mpl
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


def run(path):
    """Run a notebook's code; returns the last value and what was printed."""
    names, value = {"__name__": "__main__"}, None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] != "code":
                continue
            tree = ast.parse("".join(cell["source"]))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, path.name, "exec"), names)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
    return value, printed.getvalue()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    mpl.use("Agg")


def test_there_are_two_and_they_hold_no_output():
    assert [path.name for path in NOTEBOOKS] == ["own_images.ipynb", "research.ipynb"]
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text())["cells"]:
            assert cell.get("outputs", []) == []


def test_own_images():
    figure, printed = run(NOTEBOOKS[0])
    assert len(figure.axes) == 8
    assert "macro avg" in printed
    balanced, moved = (float(line.split()[-1]) for line in printed.splitlines()[-2:])
    assert moved < balanced


def test_research():
    _, printed = run(NOTEBOOKS[1])
    passed = [line.split() for line in printed.splitlines() if line.endswith("passed")]
    assert [line[0] for line in passed] == ["SoftHinge", "Stairs"]
    assert all(line[1] == line[3] for line in passed)
    assert "temperatures: [1.0, 0.5, 0.25, 0.125]" in printed
    assert printed.splitlines()[-1].startswith("offspring accepted: {")
    assert "mine: AGGAN, class head, ACSA " in printed
