"""The benchmark runs; what it finds is not a matter for a test."""

import sys
from pathlib import Path

from geneticgan.gan.processes import ALONE


def test_every_way_takes_its_turns(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks.processes import measure

    times, handed = measure((8, 2, 4), ALONE, 1)
    assert [len(each) for each in times] == [1, 1, 1]
    assert min(map(min, handed.values())) > 0
    for name in [name for name in sys.modules if name.startswith("benchmarks")]:
        del sys.modules[name]
