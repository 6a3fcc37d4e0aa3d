"""No text of a figure is cut, whatever the names, and however many classes there are."""

import re

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from geneticgan.evaluation.embedding import Embedding
from geneticgan.report.figures.bars import draw_costs
from geneticgan.report.figures.charts import Line, LineChart, draw_lines
from geneticgan.report.figures.confusion import draw_confusions
from geneticgan.report.figures.dots import draw_class_scores
from geneticgan.report.figures.plane import draw_plane
from geneticgan.report.figures.samples import draw_samples

LONG = "aggan:mutations=nonsat+hinge,schedule=linear,selection=threshold,fitness=class-balanced"
KINDS = [(2, "short"), (6, "short"), (10, "long"), (30, "long")]


def names(count, kind):
    if kind == "short":
        return [f"method {n}" for n in range(count)]
    return [f"{n} {LONG}" for n in range(count)]


@pytest.fixture
def drawn(monkeypatch):
    """The figures, as they were when they were saved."""
    figures = []
    save = Figure.savefig

    def keep(self, *args, **kwargs):
        figures.append(self)
        return save(self, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


def cut(figure):
    """Return by how many inches what is drawn reaches beyond the figure's four edges."""
    figure.canvas.draw()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    over = (-box.x0, -box.y0, box.x1 - width, box.y1 - height)
    return [round(float(inches), 2) for inches in over if inches > 0.02]


def lines(count, kind):
    each = {name: Line(np.arange(5.0), np.arange(5.0)) for name in names(count, kind)}
    return draw_lines(LineChart("epochs", "t", "a", "epoch", "ACSA, percent", each))


def confusion(count, kind):
    table = np.eye(count) * 9
    return draw_confusions({LONG: table, "after": table}, names(count, kind))


def scores(count, kind):
    titles = names(min(count, 14), kind)
    pair = {f"smallest: {LONG[:16]} (5)": 0, f"largest: {LONG[:16]} (500)": 1}
    return draw_class_scores({title: [[[5, 1], [2, 4]]] for title in titles}, pair, "classes")


def plane(count, kind):
    labels = np.repeat(np.arange(count), 3)
    points = np.random.default_rng(0).random((len(labels), 2)).astype(np.float32)
    return draw_plane(Embedding(points, labels % 3, labels), names(count, kind))


def samples(count, kind):
    images = np.zeros((8, 8, 8, 3), np.uint8)
    rows = [(f"{name[:16]} (1234)", images) for name in names(min(count, 12), kind)]
    return draw_samples([rows, rows], "samples", "t", "a")


def costs(count, kind):
    return draw_costs(dict.fromkeys(names(min(count, 14), kind), 123.456))


@pytest.mark.parametrize(("count", "kind"), KINDS)
@pytest.mark.parametrize("draw", [lines, confusion, scores, plane, samples, costs])
def test_no_text_is_cut(draw, count, kind, drawn):
    draw(count, kind)
    for figure in drawn[:1]:
        assert cut(figure) == []


def test_square_panels_below_each_other_have_their_place_before_they_are_saved():
    drawn = draw_confusions(dict.fromkeys("ab", np.eye(5)), ["four", "one", "three", "two", "zero"])
    assert drawn.narrow is not None
    found = re.findall(r"<!-- true -->\s*<g [^>]*translate\(([\d.]+) ", drawn.narrow.svg)
    assert len(found) == 2
    assert min(map(float, found)) > 10  # the letters stand to the left of this line


def test_a_single_matrix_has_a_form_for_narrow_screens_too():
    assert draw_confusions({"one": np.eye(6)}, list("abcdef")).narrow is not None


def test_the_markers_of_a_single_row_are_within_the_panel(drawn):
    scores(1, "short")
    for axes in drawn[0].axes:
        low, high = sorted(axes.get_ylim())
        for line in axes.lines:
            assert low + 0.2 < min(line.get_ydata()) <= max(line.get_ydata()) < high - 0.2


def test_a_label_of_wide_letters_is_not_cut(drawn):
    draw_samples([[("AGGAN", np.zeros((8, 8, 8, 3), np.uint8))] * 2], "samples", "t", "a")
    assert cut(drawn[0]) == []


def test_a_text_that_is_cut_is_found(drawn):
    figure = Figure(figsize=(2, 2))
    FigureCanvasAgg(figure)
    figure.text(0.9, 0.5, "far too long for what is left")
    assert cut(figure)
