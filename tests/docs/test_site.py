"""The site is built without a warning, from here alone, and has everything in it."""

import re

import click

import geneticgan
from geneticgan import testing
from geneticgan_cli.main import cli


def test_it_is_built_without_a_warning(site):
    assert site.status == 0, site.output
    lines = [line for line in site.output.splitlines() if not line.startswith("INFO")]
    assert lines == []


def test_nothing_is_fetched_from_elsewhere(site):
    loads = re.compile(
        r"""<(?:script|img|iframe|source|video|link(?![^>]*rel="?canonical))\b[^>]*?"""
        r"""\b(?:src|href)=["']?(?:https?:)?//[^>]*>"""
    )
    for name, html in site.pages().items():
        assert loads.findall(html) == [], name
    for path in site.folder.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", path.read_text()), path


def test_every_command_and_option_is_there(site):
    def tree(command, words):
        yield words, command
        if isinstance(command, click.Group):
            for name, each in command.commands.items():
                yield from tree(each, [*words, name])

    pages = "\n".join(html for name, html in site.pages().items() if name.parts[0] == "cli")
    for words, command in tree(cli, ["geneticgan"]):
        if command is not cli:
            assert f'id="{"-".join(words)}"' in pages, words
        if command is not cli:
            options = [each for each in command.params if isinstance(each, click.Option)]
            names = [name for each in options for name in each.opts]
            assert [name for name in names if name not in pages] == [], words


def test_every_public_name_is_there(site):
    pages = "\n".join(html for name, html in site.pages().items() if name.parts[0] == "api")
    public = [f"geneticgan.{name}" for name in geneticgan.__all__ if name != "__version__"]
    public += [f"geneticgan.testing.{name}" for name in testing.__all__]
    assert [name for name in public if f'id="{name}"' not in pages] == []


def test_a_default_is_the_parameters_own(site):
    html = site.pages()[next(n for n in site.pages() if n.as_posix() == "api/sampler.html")]
    entries = re.findall(r"<b><code>(\w+)</code></b>(.*?)</li>", html, re.DOTALL)
    text = {name: re.sub(r"<[^>]*>", "", entry) for name, entry in entries}
    assert "1000.0" in text["T"]
    assert "0.99" in text["alpha"]
    assert "1000.0" not in text["alpha"]


def test_equations_are_drawn_by_the_browser_alone(site, pages):
    lines = [line for b in pages["docs/algorithm.md"].blocks("math") for line in b.code.split("\n")]
    html = site.pages()[next(n for n in site.pages() if n.name == "algorithm.html")]
    assert html.count("<math") == len([line for line in lines if line.strip()])
