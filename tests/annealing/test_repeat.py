"""One number repeats a search, from the start or from where it was left."""

import json
import math
import random
import subprocess
import sys

import numpy as np
import pytest
from deap import base, tools

from geneticgan.annealing.algorithm import Generation, ea_annealing
from geneticgan.annealing.schedule import Schedule, create_schedule
from geneticgan.annealing.selection import sel_annealing
from geneticgan.annealing.stopping import EarlyStopping


class Maximise(base.Fitness):
    weights = (1.0,)


class Bits(list):
    def __init__(self, bits):
        super().__init__(bits)
        self.fitness = Maximise()


def bits_toolbox():
    toolbox = base.Toolbox()
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.1)
    toolbox.register("evaluate", lambda bits: (sum(bits),))
    toolbox.register("select", sel_annealing)
    return toolbox


def search(ngen=30, schedule="adaptive:T=2,period=30", parents=2, **options):
    """Return what a search found, as JSON types."""
    hall = tools.HallOfFame(2)
    statistics = tools.Statistics(lambda one: one.fitness.values[0])
    statistics.register("mean", np.mean)
    statistics.register("max", max)
    population, logbook = ea_annealing(
        [Bits([0] * 20) for _ in range(parents)],
        bits_toolbox(),
        create_schedule(schedule),
        ngen,
        statistics,
        hall,
        brood_size=3,
        **options,
    )
    return [list(map(list, population)), list(map(list, hall)), [dict(r) for r in logbook]]


def test_one_number_repeats_a_search_and_another_does_not():
    random.seed(99)
    before = random.getstate()
    first = search(rng=7)
    assert random.getstate() == before
    random.seed(5)
    assert search(rng=7) == first
    assert search(rng=np.random.default_rng(7)) == first
    assert search(rng=8) != first


def test_a_failure_gives_the_global_generator_back():
    toolbox = bits_toolbox()
    toolbox.register("evaluate", lambda bits: 1 / 0)
    before = random.getstate()
    with pytest.raises(ZeroDivisionError):
        ea_annealing([Bits([0])], toolbox, create_schedule("zero"), 1, rng=1)
    assert random.getstate() == before


def test_another_process_repeats_it(request):
    code = (
        "import json, sys\n"
        f"sys.path.insert(0, {str(request.path.parent)!r})\n"
        "import test_repeat\n"
        "print(json.dumps(test_repeat.search(rng=7)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert json.loads(printed) == json.loads(json.dumps(search(rng=7)))


@pytest.mark.parametrize("left_at", [0, 7, 28])
def test_a_resumed_search_ends_as_if_it_had_never_ended(left_at):
    kept = []

    def leave(generation):
        if generation.number == left_at:
            kept.append(json.dumps(generation.state(), allow_nan=False))
            return True
        return False

    whole = search(rng=7)
    part = search(rng=7, on_generation=leave)
    assert part[2] == whole[2][: left_at + 1]
    assert search(rng=0, resume=json.loads(kept[0])) == whole


def test_a_multi_statistics_logbook_and_dead_individuals_are_kept_as_well():
    toolbox = bits_toolbox()
    toolbox.register("evaluate", lambda bits: (-math.inf,))
    statistics = tools.MultiStatistics(
        fitness=tools.Statistics(lambda one: one.fitness.values[0]), size=tools.Statistics(len)
    )
    statistics.register("max", max)
    kept = []
    one, log = ea_annealing(
        [Bits([0] * 5)], toolbox, create_schedule("zero"), 2, statistics, rng=1,
        on_generation=lambda generation: kept.append(json.dumps(generation.state())),
    )  # fmt: skip
    again, relog = ea_annealing(
        [Bits([1])], toolbox, create_schedule("zero"), 2, statistics, rng=1,
        resume=json.loads(kept[0]),
    )  # fmt: skip
    assert again == one
    assert relog.chapters["size"].select("max") == log.chapters["size"].select("max") == [5, 5]
    assert again[0].fitness.values == (-math.inf,)


def test_a_genome_of_ones_own_is_encoded_and_decoded():
    class Word:
        def __init__(self, text):
            self.text, self.fitness = text, Maximise()

    def grow(word):
        word.text += random.choice("ab")
        return (word,)

    toolbox = base.Toolbox()
    toolbox.register("mutate", grow)
    toolbox.register("evaluate", lambda word: (word.text.count("a"),))
    toolbox.register("select", sel_annealing)
    kept = []

    def keep(generation):
        kept.append(generation.state(encode=lambda word: word.text))

    (whole,), _ = ea_annealing(
        [Word("")], toolbox, create_schedule("constant:T=1"), 20, rng=3, on_generation=keep
    )
    (again,), _ = ea_annealing(
        [], toolbox, create_schedule("constant:T=1"), 20, rng=3, resume=kept[4], decode=Word
    )
    assert len(whole.text) > 5
    assert again.text == whole.text


def test_what_cannot_be_resumed_says_so():
    toolbox = bits_toolbox()
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="give ea_annealing rng="):
        ea_annealing([Bits([0])], toolbox, Still(), 1, on_generation=Generation.state)
    with pytest.raises(ValueError, match="give rng="):
        search(resume={})
    with pytest.raises(ValueError, match="not the state of a search"):
        search(resume={"population": []}, rng=1)
    with pytest.raises(ValueError, match="decode="):
        search(resume={}, rng=1, parents=0)
    with pytest.raises(ValueError, match="only ea_annealing's own"):
        Generation(0, 1.0, [], [], []).state()


class Still(Schedule):
    def temperature(self, generation):
        return 0.0


def test_a_search_stops_when_nothing_better_comes():
    values = iter([1, 2, 2, 1, 3, 3, 0, 0, 0, 0])
    toolbox = base.Toolbox()
    toolbox.register("mutate", lambda bits: (bits,))
    toolbox.register("evaluate", lambda bits: (next(values),))
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(0))
    stop = EarlyStopping(3)
    _, logbook = ea_annealing([Bits([0])], toolbox, Still(), 100, on_generation=stop)
    # generation 0 evaluates two; 3 comes in generation 3, and three more bring nothing better
    assert [record["gen"] for record in logbook] == [0, 1, 2, 3, 4, 5, 6]
    assert stop.best == 3


def test_a_little_better_may_count_as_nothing():
    stop = EarlyStopping(2, least=1.0)

    def generation(value):
        one = Bits([0])
        one.fitness.values = (value,)
        return Generation(0, 0.0, [one], [], [one])

    assert [stop(generation(value)) for value in (-5, -4.5, -3.9, -3.5, -3)] == [
        False, False, False, False, True,
    ]  # fmt: skip
    for wrong in (
        {"patience": 0},
        {"patience": 1, "least": -1},
        {"patience": 1, "least": math.inf},
    ):
        with pytest.raises(ValueError, match="must be"):
            EarlyStopping(**wrong)


def test_a_batch_is_evaluated_by_one_call_for_parents_and_one_for_offspring():
    calls = []

    def evaluate_all(individuals):
        calls.append(len(individuals))
        return [(sum(bits),) for bits in individuals]

    def run(**registered):
        toolbox = bits_toolbox()
        for name, function in registered.items():
            toolbox.register(name, function)
        population, log = ea_annealing(
            [Bits([0] * 9) for _ in range(3)], toolbox, Still(), 5, brood_size=4, rng=1
        )
        return population, list(log)

    assert run(evaluate_all=evaluate_all) == run()
    assert calls == [3, 12, 12, 12, 12, 12]
    with pytest.raises(ValueError, match="evaluate_all returned 1 fitness values for 3"):
        run(evaluate_all=lambda individuals: [(1,)])
