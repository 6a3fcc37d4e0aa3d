"""The benchmark of predicting makes the images that it says, and reckons rates rightly."""

from benchmarks import predicting
from benchmarks.predicting import Measured, make_images, table
from geneticgan.data.listing import list_images


def test_it_makes_images(tmp_path, monkeypatch):
    monkeypatch.setattr(predicting, "FOLDER", 4)
    folders = make_images(tmp_path, 10)
    assert [len(list_images(folder).files) for folder in folders] == [4, 4, 2]


def test_rates_leave_out_the_beginning():
    rows = list(table([Measured(1000, 8.0, 900.0), Measured(5000, 10.0, 910.4)]))[2:]
    assert rows == ["| 1,000 | 8.0 |  | 900 |", "| 5,000 | 10.0 | 2,000 | 910 |"]
