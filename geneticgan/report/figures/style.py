"""What all figures share: size, colours that colour-blind people can distinguish, PNG and SVG."""

from __future__ import annotations

import base64
import dataclasses
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from geneticgan.files import write_whole
from geneticgan.report.figures.fonts import families, written_out

# Okabe and Ito's colours, starting with those that are visible on both white and black.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#7F7F7F")
DASHES = ("-", "--", "-.", ":")

FOREGROUND = "#303135"
"""Colour of text and axes. No data may have this exact colour: dark pages replace it by a light
one."""

DARK_FOREGROUND = "#dcdde0"
PIXELS_AN_INCH = 150

LEGEND_COLUMNS = 4
LEGEND_SIGNS = 60
"""Maximum columns of a legend and characters of an entry: one column then fits any figure."""

# Text of 13 points at 8 inches of width is legible at half size.
RC: dict[Any, Any] = {
    "font.size": 13.0,
    "axes.titlesize": 14.0,
    "axes.labelsize": 13.0,
    "legend.fontsize": 12.0,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "lines.linewidth": 2.0,
    "text.color": FOREGROUND,
    "axes.labelcolor": FOREGROUND,
    "axes.edgecolor": FOREGROUND,
    "axes.titlecolor": FOREGROUND,
    "xtick.color": FOREGROUND,
    "ytick.color": FOREGROUND,
    "grid.color": FOREGROUND,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "svg.fonttype": "path",  # so that a page looks the same whatever fonts are installed
    "svg.hashsalt": "geneticgan",  # the same figure gives the same file
}


@dataclass(frozen=True)
class Picture:
    """A drawn figure.

    Attributes
    ----------
    name : str
        Name for files and anchors, such as ``losses``.
    title : str
        What it shows, in a few words.
    alt : str
        Alternative text for readers who cannot see the picture.
    svg : str
        The picture as SVG, with a transparent background.
    png : bytes
        The picture as PNG, on white.
    narrow : Picture or None
        The same in a shape for narrow screens; None if this one suits them.
    """

    name: str
    title: str
    alt: str
    svg: str
    png: bytes
    narrow: Picture | None = None

    def save(self, folder: Path) -> None:
        """Write ``<name>.svg`` and ``<name>.png``."""
        write_whole(folder / f"{self.name}.svg", self.svg.encode())
        write_whole(folder / f"{self.name}.png", self.png)

    def data_uri(self) -> str:
        """Return the SVG as a data URI; text and axes follow the page's light or dark scheme."""
        scheme = (
            f"<style>svg{{color:{FOREGROUND}}}@media (prefers-color-scheme:dark)"
            f"{{svg{{color:{DARK_FOREGROUND}}}}}</style>"
        )
        opening = re.search(r"<svg[^>]*>", self.svg)
        assert opening is not None, "matplotlib writes an svg element"
        body = self.svg[opening.end() :].replace(FOREGROUND, "currentColor")
        text = opening.group() + scheme + re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
        return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


@contextmanager
def style(*texts: str) -> Iterator[None]:
    """Set the style for drawing; ``texts`` are the names to draw, for which fonts are chosen."""
    with mpl.rc_context({**RC, "font.family": families(map(written_out, texts))}):
        yield


def literal(text: str) -> str:
    """Return a text that matplotlib draws literally, since a class name may look like mathematics.

    Characters that no font has are escaped.
    """
    return written_out(text).replace("$", r"\$")


def shortened(text: str, most: int) -> str:
    """Return a text cut to at most ``most`` characters, with an ellipsis, through `literal`."""
    return literal(text if len(text) <= most else text[: most - 1] + "…")


def fitting_legend(
    figure: Figure,
    handles: Sequence[Artist],
    labels: Sequence[str],
    loc: Literal["outside upper center", "outside lower center"] = "outside upper center",
) -> None:
    """Put a legend above or below all axes, with as many columns as fit, and enlarge the figure.

    Parameters
    ----------
    figure : Figure
        A figure from `new_figure`.
    handles : sequence of Artist
        The artists to label.
    labels : sequence of str
        Names of any length; beyond `LEGEND_SIGNS` characters they are cut, with an ellipsis.
    loc : str
        Location, as for matplotlib.
    """
    texts = [shortened(label, LEGEND_SIGNS) for label in labels]
    for columns in range(min(LEGEND_COLUMNS, len(texts)), 0, -1):
        legend = figure.legend(handles, texts, loc=loc, ncols=columns)
        if columns == 1 or legend.get_window_extent().width <= 0.97 * figure.bbox.width:
            break
        legend.remove()
    rows = -(-len(texts) // columns)
    figure.set_figheight(figure.get_figheight() + 0.25 * (rows - 1))


def new_figure(width_inches: float = 8.0, height_inches: float = 4.2) -> Figure:
    """Return an empty figure with automatic layout, without a screen or global state."""
    margins = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08)  # in inches
    figure = Figure(figsize=(width_inches, height_inches), layout=margins)
    FigureCanvasAgg(figure)
    return figure


def with_narrow(draw: Callable[[bool], Picture], panels: int) -> Picture:
    """Draw a figure of several panels twice: side by side, and below each other if it is narrow.

    Parameters
    ----------
    draw : callable
        Draws the figure; is told whether the panels stand below each other.
    panels : int
        The number of panels; a single one is drawn once.
    """
    drawn = draw(False)
    return drawn if panels == 1 else dataclasses.replace(drawn, narrow=draw(True))


def picture(figure: Figure, name: str, title: str, alt: str) -> Picture:
    """Render a figure to SVG and PNG."""
    svg, png = io.StringIO(), io.BytesIO()
    # No date in the file, so that the same figure gives the same bytes.
    figure.savefig(svg, format="svg", dpi=PIXELS_AN_INCH, metadata={"Date": None})
    figure.savefig(png, format="png", dpi=PIXELS_AN_INCH, facecolor="white")
    return Picture(name, title, alt, svg.getvalue(), png.getvalue())
