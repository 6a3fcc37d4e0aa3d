"""The study of judges and searches runs at a toy size and counts as it says."""

import sys

import numpy as np
import pytest


@pytest.fixture
def judges(load_benchmark):
    return load_benchmark("judges")


def test_it_ends_in_two_tables(judges, monkeypatch, capsys, tmp_path):
    words = (
        "judges --dataset digits --imbalance exponential:ratio=10,largest=60 --seeds 2 --recipes 3 "
        "--trials 3 --steps 2 --width 1 --judges deformed:images_a_class=3 "
        "generated:steps=1,width=1,images_a_class=3+deformed:images_a_class=3 --out"
    )
    monkeypatch.setattr(sys, "argv", [*words.split(), str(tmp_path)])
    judges.main()
    rows = [
        line.split("|")[1].strip() for line in capsys.readouterr().out.splitlines() if "±" in line
    ]
    assert rows == [
        "deformed:images_a_class=3",
        "generated:steps=1,width=1,images_a_class=3+deformed:images_a_class=3",
        "held-out", "default", "random", "annealing", "tpe",
    ]  # fmt: skip
    cells = list(tmp_path.rglob("trial-*.json"))
    assert len(cells) == 2 * (2 * 3 + 3 * 3)
    monkeypatch.setattr(sys, "argv", ["judges", "--together", str(tmp_path), str(tmp_path)])
    judges.main()
    table = capsys.readouterr().out.splitlines()[2:]
    assert [row.split("|")[1].strip() for row in table] == rows[:2]
    assert all(row.split("|")[2].strip() == "4" for row in table)


def test_a_pick_is_ahead_by_what_it_regrets_less(judges, tmp_path):
    for number, (held_out, other) in enumerate([("2.0", "0.5"), ("1.0", "0.0"), ("0.0", "0.5")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        lines = ["seed,judge,rank correlation,regret", f"0,held-out,1,{held_out}", f"0,x,1,{other}"]
        (folder / judges.REGRETS).write_text("\n".join(lines))
    found = judges.against_held_out(sorted(tmp_path.iterdir()))
    assert found.keys() == {"x"}
    assert (found["x"].seeds, found["x"].difference) == (3, pytest.approx(2 / 3))


def test_regret_is_how_far_the_pick_is_behind_the_best(judges):
    truth = np.array([0.70, 0.90, 0.80])
    assert judges.compared(truth, truth) == pytest.approx((1.0, 0.0))
    rank, regret = judges.compared(np.array([0.1, 0.2, 0.3]), truth)
    assert (rank, regret) == pytest.approx((0.5, 10.0))
    assert judges.compared(np.ones(3), truth) == pytest.approx((0.0, 20.0))
