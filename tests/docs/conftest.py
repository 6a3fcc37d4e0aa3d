"""The pages of the documentation, their blocks, and the site that is built of them."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from deap import creator
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
MARKDOWN = MarkdownIt("js-default")


@dataclass(frozen=True)
class Block:
    """A fence: its language, its text, and what the `text` fence right after it shows."""

    language: str
    code: str
    shown: str | None = None


@dataclass(frozen=True)
class Page:
    """A Markdown file of the repository."""

    name: str

    @property
    def path(self):
        return ROOT / self.name

    @property
    def text(self):
        return self.path.read_text()

    def blocks(self, *languages):
        tokens = MARKDOWN.parse(self.text)
        found = []
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            if token.type == "fence" and (not languages or token.info in languages):
                beside = following is not None and following.type == "fence"
                output = beside and token.info == "python" and following.info == "text"
                found.append(
                    Block(token.info, token.content, following.content if output else None)
                )
        return found

    def inline(self):
        """Return the code in the running text."""
        inlines = (token.children or [] for token in MARKDOWN.parse(self.text))
        return [c.content for children in inlines for c in children if c.type == "code_inline"]

    def pictures(self):
        inlines = (token.children or [] for token in MARKDOWN.parse(self.text))
        return [c.attrs["src"] for children in inlines for c in children if c.type == "image"]

    def fences(self):
        """Return how many lines look like the beginning or the end of a fence."""
        return len(re.findall(r"^ *```", self.text, re.MULTILINE))


OUTSIDE = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/results/README.md"]
# An sdist has no results of benchmarks.
PAGES = [Page(name) for name in OUTSIDE if (ROOT / name).is_file()] + [
    Page(path.relative_to(ROOT).as_posix()) for path in sorted((ROOT / "docs").rglob("*.md"))
]


def pytest_generate_tests(metafunc):
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture
def pages():
    return {page.name: page for page in PAGES}


@pytest.fixture
def fresh_creator():
    """Leave nothing behind in DEAP's global module: two pages may use one name."""
    before = set(vars(creator))
    yield
    for made in set(vars(creator)) - before:
        delattr(creator, made)


@dataclass(frozen=True)
class Site:
    """The built site, and what building it said."""

    folder: Path
    output: str
    status: int

    def pages(self):
        return {p.relative_to(self.folder): p.read_text() for p in self.folder.rglob("*.html")}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "site"
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    return Site(folder, result.stdout + result.stderr, result.returncode)
