"""Tests that need what Windows lacks say so; the others run there too."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LACKING = {"fork", "getpgid", "killpg", "mkfifo", "SIGCONT", "SIGKILL", "SIGSTOP"}
"""Attributes that modules have elsewhere."""

MODULES = {"fcntl", "pty", "pwd", "resource", "termios"}
FILES = sorted(TESTS.rglob("test_*.py"))


def needs(tree):
    """Yield what of a syntax tree Windows lacks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in LACKING:
            yield node.attr
        elif isinstance(node, ast.Import):
            yield from MODULES & {name.name for name in node.names}
        elif isinstance(node, ast.Constant) and str(node.value).startswith("/dev/"):
            yield node.value


def found_in(text):
    """Return what a file of tests needs in places that run on Windows as well."""
    return [
        need
        for node in ast.parse(text).body
        if "pytest.mark.posix" not in map(ast.unparse, getattr(node, "decorator_list", ()))
        for need in needs(node)
    ]


def test_what_windows_lacks_is_marked(posix_files):
    assert len(FILES) > 100
    found = {
        path.relative_to(TESTS).as_posix(): found_in(path.read_text(encoding="utf-8"))
        for path in FILES
    }
    allowed = {*posix_files, "architecture/test_windows.py", "hostile/test_fuzz.py"}
    assert {name: needs for name, needs in found.items() if needs and name not in allowed} == {}
    assert found["benchmark/test_interrupt.py"]


@pytest.mark.parametrize(
    "text", ["import resource", "def test():\n  os.killpg(1, 2)", "open('/dev/zero')"]
)
def test_what_is_not_marked_is_found(text):
    assert found_in(text)
    assert not found_in("@pytest.mark.posix\ndef test():\n  " + text.replace("\n", "\n  "))
