"""Names in any script: drawn by a font that has them, else by number, and never with a warning."""

import warnings

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.font_manager import fontManager

from geneticgan.data.dataset import Images
from geneticgan.evaluation.embedding import Embedding
from geneticgan.report.figures import fonts
from geneticgan.report.figures.bars import draw_costs
from geneticgan.report.figures.charts import Line, LineChart, draw_lines
from geneticgan.report.figures.confusion import draw_confusions
from geneticgan.report.figures.dots import draw_class_scores
from geneticgan.report.figures.fonts import drawable, families, figure_names, key_to_numbers
from geneticgan.report.figures.plane import draw_plane
from geneticgan.report.figures.samples import draw_samples
from geneticgan.report.pictures import draw_classes, draw_contact_sheet

CAT, SIGN = "\u732b", 0x10FF00  # a sign of the private area, which no font of the system has
PLAIN = ["\u0642\u0637\u0629", "\u092c\u093f\u0932\u094d\u0932\u0940", "\U0001fae8\U000e0001"]
"""Arabic, Devanagari, and signs of late versions of Unicode."""


@pytest.fixture
def own_font(tmp_path, monkeypatch):
    """A font with one sign, as if it were installed."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((600, 0))
    pen.lineTo((300, 700))
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "own"])
    builder.setupCharacterMap({SIGN: "own"})
    builder.setupGlyf({".notdef": box, "own": box})
    builder.setupHorizontalMetrics({".notdef": (700, 0), "own": (700, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Own Script", "styleName": "Regular"})
    builder.setupOS2(usWeightClass=400)
    builder.setupPost()
    builder.save(tmp_path / "own.ttf")
    monkeypatch.setattr(fontManager, "ttflist", list(fontManager.ttflist))
    fontManager.addfont(tmp_path / "own.ttf")
    fonts.family_of.cache_clear()
    yield
    fonts.family_of.cache_clear()


def test_a_font_is_found_for_each_sign(own_font):
    assert families(["plain", "\u00e4\u0394\u0416"]) == [fonts.FIRST]
    assert families(["a", chr(SIGN)]) == [fonts.FIRST, "Own Script"]
    assert figure_names(["a", chr(SIGN) + "b"]) == ["a", chr(SIGN) + "b"]


def test_without_a_font_figures_have_numbers_and_a_key():
    names = ["dog", *PLAIN]
    assert figure_names(names) == ["dog", "class 1", "class 2", "class 3"]
    key = key_to_numbers(names)
    assert f"class 1 is {PLAIN[0]}, class 2 is {PLAIN[1]}" in key
    assert key_to_numbers(["dog", "K\u00e4fer"]) == ""
    assert not drawable(chr(SIGN))


def everything(names):
    """Draw all that names stand in."""
    table = np.eye(len(names)) * 9
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (8, 1, 8, 8), dtype=np.uint8)
    labels = np.arange(8) % len(names)
    embedding = Embedding(rng.normal(size=(8, 2)), np.arange(8) % 3, labels)
    each = {name: Line(np.arange(3.0), np.arange(3.0)) for name in names}
    strips = np.zeros((2, 8, 8, 3), np.uint8)
    return [
        draw_confusions({names[0]: table, "b": table}, names),
        draw_class_scores({name: [table] for name in names}, {f"smallest: {names[0]}": 0}, "c"),
        draw_plane(embedding, names),
        draw_samples([[(name, strips) for name in figure_names(names)]], "s", "t", "a"),
        draw_lines(LineChart("l", "t", "a", "x", "y", each)),
        draw_costs(dict.fromkeys(names, 1.0)),
    ], Images(pixels, labels)


@pytest.mark.parametrize("script", ["own", "none"])
def test_nothing_is_drawn_with_a_warning(script, own_font, tmp_path):
    names = [chr(SIGN), "$dog$"] if script == "own" else [*PLAIN, CAT + "\u200d"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pictures, images = everything(names)
        keys = [draw_contact_sheet(tmp_path / "sheet.png", images, names, 2)]
        made = [np.zeros((2, 1, 8, 8), np.uint8) for _ in names]
        from torch import from_numpy

        made = [from_numpy(each) for each in made]
        keys.append(draw_classes(tmp_path / "p.png", images, made, names, [2] * len(names), 2))
    assert len(pictures) == 6
    assert all(("class 0 is" in key) == (script == "none") for key in keys)
