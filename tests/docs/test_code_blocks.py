"""Every code block of every page does what it says.

- `python` blocks are run. The blocks of a page share one namespace, from top to bottom, in an
  empty folder. A `text` block right after one is what it prints.
- `sh` blocks are read line by line. A line that calls geneticgan is parsed by its own Click
  commands, which check every option and value, and stop short of doing the work; other programs
  must be known here, and what they name must exist. Pages in `test_walkthroughs.py` are also done.
- `toml` is read, `math` becomes MathML, and other `text` is only shown.

Code in the running text that begins with `geneticgan` names a command and options that exist.
"""

import contextlib
import importlib.util
import io
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from latex2mathml.converter import convert

from geneticgan_cli.main import cli

ROOT = Path(__file__).parents[2]
LANGUAGES = {"python", "sh", "toml", "math", "text"}
KNOWN_MODULES = {"build"}  # that a page has installed before
WALKED = {"docs/index.md", "docs/own-images.md", "docs/lists.md", "docs/reading-images.md"}
PRINTS = {"README.md": ["24\n"]}
"""What pages print that do not show it in a block."""


def commands(code):
    """Return the words of each command of a shell block."""
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            yield words[:end]
            words = words[end + 1 :]


def test_every_block_has_a_language_that_is_tested(page):
    assert {block.language for block in page.blocks()} <= LANGUAGES
    assert page.fences() == 2 * len(page.blocks()), "a block that Markdown does not see as one"


def test_python_blocks_run_and_print_what_is_shown(page, tmp_path, monkeypatch, fresh_creator):
    if page.name in WALKED:
        pytest.skip("test_walkthroughs.py runs it")
    monkeypatch.chdir(tmp_path)
    names, printed = {"__name__": "page"}, []
    for block in page.blocks("python"):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(compile(block.code, page.name, "exec"), names)
        if block.shown is not None:
            assert output.getvalue() == block.shown
        elif output.getvalue():
            printed.append(output.getvalue())
    if page.name in PRINTS:
        assert printed == PRINTS[page.name]


def test_a_service_is_fifteen_lines(pages):
    (code,) = [b.code for b in pages["docs/serve.md"].blocks("python") if "def service" in b.code]
    assert len([line for line in code.splitlines() if line.strip()]) <= 15


def test_shell_blocks_parse(page, monkeypatch):
    # What a command does is left out; that it can be read is what is tested.
    monkeypatch.setattr(click.Command, "invoke", lambda self, ctx: None)
    for block in page.blocks("sh"):
        for words in commands(block.code):
            CHECKS[words[0]](words)


def check_geneticgan(words):
    result = CliRunner().invoke(cli, words[1:])
    assert result.exit_code == 0, f"{' '.join(words)}\n{result.output}"


def check_pip(words):
    assert words[1] == "install"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in re.findall(r"(?:geneticgan|\.)\[([^]]+)\]", " ".join(words)):
        assert set(extra.split(",")) <= set(project["optional-dependencies"])


def check_uv(words):
    assert words == ["uv", "sync"]


def check_python(words):
    if words[1] == "-m":
        ours = (ROOT / words[2].replace(".", "/")).with_suffix(".py").is_file()
        assert ours or importlib.util.find_spec(words[2]) or words[2] in KNOWN_MODULES
    else:
        assert (ROOT / words[1]).is_file()


def check_named(words):
    for word in words[1:]:
        assert "/" not in word or "soft-hinge" in word or (ROOT / word).exists(), words


def check_torchrun(words):
    assert words[1:4:2] == ["--nproc-per-node", "-m"]
    check_python(["python", *words[3:]])
    if words[4] == "geneticgan_cli":
        check_geneticgan(words[4:])


CHECKS = {
    "torchrun": check_torchrun,
    "geneticgan": check_geneticgan,
    "pip": check_pip,
    "uv": lambda words: check_pip(words[1:]) if words[1] == "pip" else check_uv(words),
    "python": check_python,
    "pytest": check_named,
    "mypy": check_named,
    "ruff": check_named,
    "twine": check_named,
}


def test_a_wrong_option_or_value_is_found(monkeypatch):
    monkeypatch.setattr(click.Command, "invoke", lambda self, ctx: None)
    for wrong in ("train --stepz 3", "train --steps x", "generate", "plugins lst", "trian"):
        with pytest.raises(AssertionError):
            check_geneticgan(["geneticgan", *wrong.split()])


def test_toml_and_equations_can_be_read(page):
    for block in page.blocks("toml"):
        assert tomllib.loads(block.code)
    for block in page.blocks("math"):
        for line in block.code.splitlines():
            assert "<math" in convert(line)


def test_commands_in_the_running_text_exist(page):
    for code in page.inline():
        if re.match(r"geneticgan [a-z-]", code):
            command, words = cli, shlex.split(code)[1:]
            while isinstance(command, click.Group):
                words = [word for word in words if word != "--debug"]
                if not words or words[0] in ("...", "COMMAND", "--version", "--help"):
                    break
                assert words[0] in command.commands, code
                command, words = command.commands[words[0]], words[1:]
            known = {name for parameter in command.params for name in parameter.opts}
            options = {word.partition("=")[0] for word in words if word.startswith("-")}
            assert options <= known | {"--help"}, code


def test_the_readme_shows_every_command(pages):
    shown = set(re.findall(r"geneticgan (\w+)", pages["README.md"].text))
    assert set(cli.commands) - shown == set()


def test_pictures_are_there(page):
    for source in page.pictures():
        assert (page.path.parent / source).is_file(), source


def test_extras_are_those_of_the_package(pages):
    defined = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    rows = re.findall(r"^\| (`[^|]+) \|", pages["docs/install.md"].text, re.MULTILINE)
    named = {extra for row in rows for extra in re.findall(r"`([^`]+)`", row)}
    assert named == set(defined["optional-dependencies"])
