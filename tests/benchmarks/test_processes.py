"""The benchmark runs; what it finds is not a matter for a test."""

from geneticgan.gan.processes import ALONE


def test_every_way_takes_its_turns(load_benchmark):
    times, handed = load_benchmark("processes").measure((8, 2, 4), ALONE, 1)
    assert [len(each) for each in times] == [1, 1, 1]
    assert min(map(min, handed.values())) > 0
