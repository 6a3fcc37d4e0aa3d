import json

import numpy as np
import pytest

from geneticgan.errors import RunError
from geneticgan.report.figures.history import history_charts
from geneticgan.report.history import POINTS, read_history


def record(step, winner="a", accepted=True, death=False, **more):
    offspring = [
        {"mutation": "a", "quality": 0.5, "diversity": 0.25},
        {"mutation": "b", "quality": 0.25, "diversity": 0.25},
    ]
    if death:
        offspring[1] |= {"quality": None, "diversity": None, "failure": "no loss"}
    family = {
        "parent": {"quality": 0.5, "diversity": 0.0},
        "offspring": offspring,
        "winner": winner,
        "accepted": accepted,
    }
    return {
        "step": step, "T": 1 / step, "families": [family], "loss": {"real": 2.0}, **more
    }  # fmt: skip


def write(path, records, tail=b""):
    path.write_bytes(b"".join(json.dumps(r).encode() + b"\n" for r in records) + tail)
    return path


def test_columns_by_hand(tmp_path):
    records = [record(1), record(2, "b", False, validation_acsa=0.75), record(3, death=True)]
    history = read_history(write(tmp_path / "log", records), lambda_=2.0)
    assert list(history.steps) == [1, 2, 3]
    assert list(history.columns["accepted"]) == [1, 0, 1]
    assert list(history.columns["difference"]) == [0.5, 0.5, 0.5]  # 0.5 + 2 * 0.25 - 0.5
    assert list(history.columns["failures"]) == [0, 0, 1]
    assert list(history.winners["a"]) == [1, 0, 1]
    assert (list(history.validation.x), list(history.validation.y)) == ([2], [0.75])
    names = [chart.name for chart in history_charts(history)]
    assert names == ["losses", "fitness", "temperature", "acceptance", "selection", "validation"]


def test_a_long_run_is_drawn_in_few_points(tmp_path):
    history = read_history(write(tmp_path / "log", [record(s) for s in range(1, 1001)]), 1.0)
    line = history.line("T")
    assert len(line.x) == POINTS
    np.testing.assert_allclose(line.x.mean(), 500.5, rtol=1e-3)


def test_a_line_cut_off_in_writing_is_left_out(tmp_path):
    path = write(tmp_path / "log", [record(1)], tail=b'{"step": 2, "T"')
    assert len(read_history(path, 1.0)) == 1


@pytest.mark.parametrize(
    ("records", "tail", "message"),
    [([], b"", "holds no generation"), ([record(1)], b"no json\n", "line 2 is not a record")],
)
def test_what_is_no_log_is_named(tmp_path, records, tail, message):
    with pytest.raises(RunError, match=message):
        read_history(write(tmp_path / "log", records, tail), 1.0)
