"""A report as data, and its one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2

from geneticgan import __version__
from geneticgan.report.figures.charts import LineChart, draw_lines
from geneticgan.report.figures.style import Picture
from geneticgan.report.interactive import embed_charts, library


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    heads : sequence of str
        Headings of the columns; the first column holds the names of the rows.
    rows : sequence of sequence of str
        The rows, each as long as the headings.
    strong : frozenset of (int, int)
        Rows and columns of the cells in bold.
    caption : str
        Text below the table.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong: frozenset[tuple[int, int]] = frozenset()
    caption: str = ""


Item = Table | Picture | LineChart


@dataclass
class Section:
    """A section of the page.

    Attributes
    ----------
    title : str
        The heading.
    text : list of str
        Paragraphs before the items; if an ingredient is missing, one of them says so.
    items : list
        Tables and figures.
    folded : bool
        Whether the section is collapsed until the reader opens it.
    """

    title: str
    text: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    folded: bool = False


@dataclass(frozen=True)
class Page:
    """A whole report.

    Attributes
    ----------
    title, lead : str
        Heading, and one sentence that summarises the report.
    sections : list of Section
        The sections, in order.
    """

    title: str
    lead: str
    sections: list[Section]

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """Every figure as a picture, by its name."""
        items = [item for section in self.sections for item in section.items]
        drawn = [draw_lines(i) if isinstance(i, LineChart) else i for i in items]
        return {each.name: each for each in drawn if isinstance(each, Picture)}

    def html(self) -> str:
        """Return the page, which loads no other files."""
        charts = [i for section in self.sections for i in section.items if isinstance(i, LineChart)]
        script, divisions = embed_charts(charts) if charts else ("", {})
        return _template().render(
            page=self,
            version=__version__,
            anchor=_anchor,
            kind=lambda item: type(item).__name__,
            pictures=self.pictures,
            library=library() if charts else "",
            script=script,
            divisions=divisions,
        )


def _anchor(title: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in title.lower())


def _template() -> jinja2.Template:
    environment: Any = jinja2.Environment(
        autoescape=True,  # names of classes and folders are text
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = (Path(__file__).parent / "page.html.j2").read_text(encoding="utf-8")
    template: jinja2.Template = environment.from_string(text)
    return template
