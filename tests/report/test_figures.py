import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from geneticgan.evaluation.embedding import Embedding, embed
from geneticgan.evaluation.metrics import class_scores
from geneticgan.gan.mutation import create_mutations
from geneticgan.report.figures.bars import draw_costs
from geneticgan.report.figures.charts import Line, LineChart, draw_lines
from geneticgan.report.figures.confusion import draw_confusions
from geneticgan.report.figures.dots import draw_class_scores
from geneticgan.report.figures.heat import draw_grid
from geneticgan.report.figures.history import objective_chart
from geneticgan.report.figures.plane import draw_plane
from geneticgan.report.figures.samples import draw_samples
from geneticgan.report.figures.style import DARK_FOREGROUND, FOREGROUND

NAMES = ["$100 bill", "a & <b>", "plain"]  # signs that mathematics, XML and HTML know
CONFUSION = [[8, 1, 1], [0, 5, 5], [2, 0, 8]]


def plane():
    rng = np.random.default_rng(0)
    kinds, labels = np.repeat([0, 1, 2], 6), np.tile([0, 1, 2], 6)
    return embed(rng.standard_normal((18, 4)).astype(np.float32), kinds, labels, seed=0)


PICTURES = {
    "lines": lambda: draw_lines(
        LineChart("lines", "t", "a", "x", "y", {NAMES[0]: Line(np.arange(5.0), np.arange(5.0))})
    ),
    "costs": lambda: draw_costs({NAMES[0]: 1.0, NAMES[1]: 2.5}),
    "confusion": lambda: draw_confusions({NAMES[0]: CONFUSION, "after": CONFUSION}, NAMES),
    "classes": lambda: draw_class_scores(
        {NAMES[0]: [CONFUSION, CONFUSION], NAMES[1]: [CONFUSION]}, {NAMES[1]: 0, "c": 2}, "classes"
    ),
    "temperatures": lambda: draw_grid({(1.0, 0.9): (50.0, 1.0), (10.0, 0.9): (60.0, 0.0)}, "ACSA"),
    "features": lambda: draw_plane(plane(), NAMES),
    "samples": lambda: draw_samples(
        [
            [
                (NAMES[0], np.zeros((4, 8, 8, 3), np.uint8)),
                ("generated", np.ones((8, 8, 8, 3), "u1")),
            ],
            [("c", np.ones((4, 8, 8, 3), np.uint8))] * 2,
        ],
        "samples",
        "t",
        "a",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_whole_and_the_same_every_time(name, tmp_path):
    one, other = PICTURES[name](), PICTURES[name]()
    assert one == other
    assert one.name == name
    assert one.alt
    ElementTree.fromstring(one.svg)
    assert one.png.startswith(b"\x89PNG")
    one.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg", ".png"}


@pytest.mark.parametrize("name", ["classes", "confusion", "features", "samples"])
def test_panels_stand_below_each_other_for_a_narrow_screen(name):
    def shape(picture):
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.svg)
        return float(found[1]), float(found[2])

    drawn = PICTURES[name]()
    (width, height), (narrow, tall) = shape(drawn), shape(drawn.narrow)
    assert narrow < 0.7 * width
    assert tall > 1.2 * height


def test_embedded_text_follows_the_scheme_of_the_page():
    picture = PICTURES["costs"]()
    kind, _, data = picture.data_uri().partition("base64,")
    assert kind == "data:image/svg+xml;"
    text = base64.b64decode(data).decode()
    ElementTree.fromstring(text)
    assert "currentColor" in text
    assert text.count(FOREGROUND) == 1  # the light scheme's own
    assert DARK_FOREGROUND in re.search(r"prefers-color-scheme:dark\).*?</style>", text).group()


@pytest.mark.parametrize(
    ("shares", "expected"),
    [([1, 1], (89.7, 100.3)), ([0.2, 0.9], (17.9, 92.1)), ([0, 0], (-0.3, 10.3))],
)
def test_an_axis_of_percentages_ends_at_0_and_100(shares, expected):
    line = Line(np.arange(2.0), np.array(shares, dtype=float))
    chart = LineChart("a", "A", "A.", "x", "y", {"one": line}, percent=True)
    assert chart.limits() == pytest.approx(expected)
    wide = Line(line.x, line.y, spread=np.full(2, 2.0))
    assert LineChart("a", "A", "A.", "x", "y", {"one": wide}, percent=True).limits() == (-3, 103)


def test_precision_recall_and_f1_by_hand():
    assert class_scores(CONFUSION, 0) == (8 / 10, 8 / 10, 8 / 10)
    assert class_scores(CONFUSION, 1) == (5 / 6, 5 / 10, 10 / 16)
    assert class_scores([[0, 3], [0, 3]], 0) == (0.0, 0.0, 0.0)


def test_the_gradients_of_the_papers_objectives():
    chart = objective_chart(create_mutations("minimax,nonsat"))
    belief = chart.lines["minimax"].x
    np.testing.assert_allclose(chart.lines["minimax"].y, belief, atol=1e-6)
    np.testing.assert_allclose(chart.lines["nonsat"].y, 1 - belief, atol=1e-6)


def test_an_embedding_is_read_as_it_was_written(tmp_path):
    found = plane()
    found.save(tmp_path / "e.npz")
    again = Embedding.load(tmp_path / "e.npz")
    np.testing.assert_array_equal(again.points, found.points)
    np.testing.assert_array_equal(again.labels, found.labels)


def test_very_few_images_can_be_laid_out():
    kinds = labels = np.zeros(3, np.int64)
    assert embed(np.ones((3, 1), np.float32), kinds, labels, 0).points.shape == (3, 2)
