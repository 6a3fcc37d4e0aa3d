"""What the README shows is run as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from geneticgan_cli.main import cli

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code):
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    if "print" in code:
        assert result.stdout.strip() == "24"


def test_every_option_shown_exists():
    commands = re.findall(r"geneticgan (\w+)[^\n`]*", README)
    assert set(cli.commands) - set(commands) == set(), "a command that the README does not show"
    grouped = {"datasets", "plugins"}
    for line in re.findall(r"geneticgan [a-z]+ [^\n`#]*", README):
        command, *rest = line.split()[1:]
        if command not in set(cli.commands) - grouped:
            continue
        known = CliRunner().invoke(cli, [command, "--help"]).output
        for option in (word for word in rest if word.startswith("--")):
            assert f"{option} " in known, f"{command} has no {option}"


def test_pictures_are_there():
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (Path(__file__).parents[1] / path).is_file(), path
