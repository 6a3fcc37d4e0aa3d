"""No command leaves a terminal blank while it loads."""

import importlib
import io
import sys

import click
import pytest

from geneticgan_cli import starting as module
from geneticgan_cli.console import Console
from geneticgan_cli.main import main
from geneticgan_cli.starting import ERASE, SIGN, starting


class Terminal(io.StringIO):
    """A screen that both streams write to."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch, tmp_path):
    """Replace both streams by a terminal, and let a module of our own take long to load."""
    (tmp_path / "takes_long.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "takes_long", raising=False)
    monkeypatch.setattr(module, "SLOW", {"takes_long"})

    def begin():  # within a test, since pytest sets the streams before it
        terminal = Terminal()
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setattr("sys.stderr", terminal)
        return terminal

    return begin


@pytest.mark.parametrize(
    "show", [print, click.echo, lambda text: click.echo(text, err=True), Console().print]
)
def test_it_says_that_it_starts_until_it_shows_something(on_terminal, show):
    screen = on_terminal()
    with starting():
        assert screen.getvalue() == ""
        import takes_long  # noqa: F401

        assert screen.getvalue() == SIGN
        show("found")
        show("more")
    assert screen.getvalue() == SIGN + ERASE + "found\nmore\n"
    assert sys.stdout is sys.stderr is screen


def test_what_shows_nothing_is_left_as_it_was(on_terminal):
    screen = on_terminal()
    finders = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError), starting():
        importlib.import_module("takes_long.no_part")
    assert screen.getvalue() == SIGN + ERASE
    assert sys.meta_path == finders


def test_what_loads_after_something_was_shown_says_nothing(on_terminal):
    screen = on_terminal()
    with starting():
        print("found")
        import takes_long  # noqa: F401
    assert screen.getvalue() == "found\n"


def test_nothing_of_it_enters_a_pipe(on_terminal, monkeypatch):
    screen = on_terminal()
    monkeypatch.setattr(screen, "isatty", lambda: False)
    with starting():
        import takes_long  # noqa: F401
    assert screen.getvalue() == ""


def test_the_command_line_says_so(on_terminal, monkeypatch):
    screen = on_terminal()
    monkeypatch.setattr("sys.argv", ["geneticgan", "--version"])
    monkeypatch.setattr("geneticgan_cli.main.cli", lambda **_: __import__("takes_long"))
    main()
    assert screen.getvalue() == SIGN + ERASE


def test_what_takes_long_is_what_commands_load():
    assert {"torch", "sklearn", "matplotlib"} <= module.SLOW
