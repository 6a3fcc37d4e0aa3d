"""The benchmark runs; what it finds is not a matter for a test."""

import re
from pathlib import Path

from geneticgan.gan.processes import ALONE
from geneticgan.gan.splitting import traffic


def test_every_way_takes_its_turns(load_benchmark):
    times, handed = load_benchmark("processes").measure((8, 2, 4), ALONE, 1)
    assert [len(each) for each in times] == [1, 1, 1]
    assert min(map(min, handed.values())) > 0


def test_docs_processes_md_says_what_is_exchanged(load_benchmark):
    page = Path(__file__).parents[2].joinpath("docs", "processes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) \| (\d+) \|$", page, re.MULTILINE)
    assert len(rows) == 4
    world = load_benchmark("contenders").World
    for *shape, millions, reductions in rows:
        machine = world(*map(int, shape), "float32", "cpu").machine(3)
        handed = traffic(machine).values()
        assert f"{sum(each.bytes for each in handed) / 1e6:.2f}" == millions
        assert sum(each.times for each in handed) == int(reductions)
