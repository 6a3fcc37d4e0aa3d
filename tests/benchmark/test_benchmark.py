"""The benchmark's grid: filled, filled up, compared; and what breaks it."""

import dataclasses
import json
import multiprocessing
import os
import re
import signal
import statistics
import subprocess
import threading
import time

import pytest
from click.testing import CliRunner

from geneticgan.benchmark.cell import run_cell
from geneticgan.benchmark.compare import read_benchmark, to_csv, to_latex, to_markdown
from geneticgan.benchmark.grid import TABLES, fill, grid, read_tuned, untuned
from geneticgan.benchmark.launchers import Local, make_launcher
from geneticgan.benchmark.result import CellResult
from geneticgan.benchmark.tuning import SEED, trials, tune
from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, PluginError, RunError
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.statistics import compare, paper_figures
from geneticgan.methods.cn import CN
from geneticgan.methods.contract import TRIALS
from geneticgan.training.lock import RunLock
from geneticgan_cli.main import cli

PROTOCOLS = ("head", "head-calibrated", "augment", "calibrate", "paper-peek")
BASE = TrainConfig(steps=4, width=2, batch_size=8, latent_dim=4, validate_every=2, device="cpu")


def cells_of(methods="cn,aggan", seeds=2, base=BASE, protocols=("head",), **options):
    return grid(TABLES["v"], "digits", methods, seeds, base, protocols, **options)


def run(cells, out, workers=1):
    heard = []

    def order(missing):
        for number, cell in enumerate(missing):
            ended = sum(progress.cell is not None for progress in heard)
            assert number - ended < workers  # asked for when it can begin
            yield cell

    result = fill(cells, out, Local(workers), heard.append, order=order)
    return result, [str(progress.cell) for progress in heard if progress.cell]


def without_clock(result):
    kept = {key: value for key, value in result.items() if key != "seconds"}
    looks = [(point["share"], point["validation_acsa"]) for point in kept["curve"]]
    return kept | {"curve": looks}


def test_every_finished_cell_is_on_disk_with_all_that_made_it(tmp_path):
    cells = cells_of(protocols=PROTOCOLS)
    result, _ = run(cells, tmp_path)
    assert (result.total, result.done, result.failed) == (4, 4, 0)
    found = json.loads(cells[1].path(tmp_path).read_text())
    assert found["method"] == "aggan"
    assert found["dataset"] == "digits"
    assert found["imbalance"] == "auto"
    assert found["config"]["steps"] == 4
    assert found["images_seen"] == 32
    assert found["seconds"] > 0
    assert set(found["scores"]) == set(PROTOCOLS)
    assert sum(map(sum, found["scores"]["head"]["confusion"])) == 500
    assert found["scores"]["paper-peek"]["acsa"] >= found["scores"]["head"]["acsa"]
    plain = json.loads(cells[0].path(tmp_path).read_text())
    assert set(plain["scores"]) == {"head", "head-calibrated", "paper-peek"}  # it generates nothing
    assert not list((tmp_path / "work").rglob("*.safetensors"))


def test_a_cell_that_takes_longer_than_it_may_fails_and_says_so(tmp_path):
    (cell,) = cells_of("cn", seeds=1)
    result, _ = run([dataclasses.replace(cell, limit=0.0)], tmp_path)
    assert result.failed == 1
    found = json.loads(cell.path(tmp_path).read_text())
    assert found["error"] == "it takes longer than the budget allows"
    assert "traceback" not in found


def test_a_second_call_runs_only_what_is_missing(tmp_path):
    run(cells_of(seeds=1), tmp_path)
    result, ran = run(cells_of("cn,oscn,aggan", seeds=2), tmp_path)
    assert result.done == 6
    assert ran == [
        "digits, auto, oscn, seed 0",
        "digits, auto, cn, seed 1",
        "digits, auto, oscn, seed 1",
        "digits, auto, aggan, seed 1",
    ]


def test_the_seed_draws_the_subset_too(tmp_path):
    one, other = cells_of("cn")
    found = [run_cell(cell, tmp_path).scores["head"] for cell in (one, other)]
    assert found[0] != found[1]


def test_a_failing_cell_is_recorded_and_the_grid_goes_on(tmp_path):
    whole = dataclasses.replace(BASE, validation_fraction=0.0)
    cells = grid(("counts:9,9,9,9,9,9,9,9,9,1",), "digits", "smote,cn", 1, whole, ("head",))
    result, _ = run(cells, tmp_path)
    assert (result.done, result.failed) == (1, 1)
    assert (
        "at least two training images" in json.loads(cells[0].path(tmp_path).read_text())["error"]
    )
    _, ran = run(cells, tmp_path)
    assert ran == ["digits, counts:9,9,9,9,9,9,9,9,9,1, smote, seed 0"]  # tried again


def test_an_unexpected_error_is_recorded_with_its_traceback(tmp_path, monkeypatch):
    def broken(self, task):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("geneticgan.methods.cn.CN.batches", broken)
    (cell,) = cells_of("cn", seeds=1)
    found = run_cell(cell, tmp_path)
    assert found.error == "ZeroDivisionError: by zero"
    assert "Traceback" in found.traceback


def test_processes_give_the_same_results(tmp_path):
    cells = cells_of("cn,aggan", seeds=1)
    for workers in (1, 2):
        run(cells, tmp_path / str(workers), workers)
    for cell in cells:
        one, two = (json.loads(cell.path(tmp_path / str(n)).read_text()) for n in (1, 2))
        assert without_clock(one) == without_clock(two)


@pytest.mark.posix
def test_no_process_outlives_a_killed_benchmark(tmp_path, start):
    out = tmp_path / "b"
    words = ["benchmark", "--datasets", "digits", "--methods", "aggan", "--seeds", "2"]
    words += ["--steps", "1000000", "--width", "2", "--workers", "2", "--out", str(out)]
    process = start(*words)
    try:
        logs = [out / f"work/digits/auto/aggan/seed-{seed}/log.jsonl" for seed in (0, 1)]
        until(lambda: all(log.is_file() for log in logs))
        process.kill()  # this process alone: its workers hear nothing
        process.wait()
        until(lambda: not members(process.pid))
    finally:
        for number in members(process.pid):
            os.kill(number, signal.SIGKILL)


def test_a_killed_process_fails_its_cell_and_the_grid_goes_on(tmp_path):
    (endless,) = cells_of("aggan", seeds=1, base=dataclasses.replace(BASE, steps=10**7))
    log, over = tmp_path / "work" / endless.place() / "log.jsonl", threading.Event()

    def kill():  # whenever the endless cell has begun
        while not over.wait(0.05):
            if log.is_file():
                for child in multiprocessing.active_children():
                    child.kill()
                log.unlink(missing_ok=True)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        result, heard = run([endless, *cells_of("cn", seeds=2)], tmp_path, workers=2)
    finally:
        over.set()
        killer.join()
    assert (result.done, result.failed) == (2, 1)
    assert len(heard) == 3
    assert "was killed" in json.loads(endless.path(tmp_path).read_text())["error"]


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


def members(group):
    """Return the living processes of a process group."""
    found = subprocess.run(["ps", "-eo", "pid,pgid,stat"], capture_output=True, text=True)
    rows = (line.split() for line in found.stdout.splitlines()[1:])
    return [int(pid) for pid, pgid, state in rows if int(pgid) == group and "Z" not in state]


@pytest.mark.filterwarnings("ignore")
def test_ray_gives_the_same_results(tmp_path):
    ray = pytest.importorskip("ray")
    cells = cells_of("cn,aggan", seeds=1)
    fill(cells, tmp_path / "ray", make_launcher("ray", None), lambda _: None)
    ray.shutdown()
    run(cells, tmp_path / "local")
    for cell in cells:
        one, two = (json.loads(cell.path(tmp_path / n).read_text()) for n in ("ray", "local"))
        assert without_clock(one) == without_clock(two)


def test_a_cell_is_judged_anew_by_a_protocol_it_was_not_asked_for(tmp_path):
    run(cells_of(seeds=1), tmp_path)
    more = cells_of(seeds=1, protocols=("head", "calibrate"))
    assert len(run(more, tmp_path)[1]) == 2
    assert run(more, tmp_path)[1] == []  # CN cannot be judged so, and was asked
    assert run(cells_of(seeds=1), tmp_path)[1] == []  # it has more than is asked for


def test_without_validation_images_there_is_nothing_to_calibrate_on(tmp_path):
    cells = cells_of("cn", seeds=1, protocols=("head", "head-calibrated"))
    bare = [
        dataclasses.replace(c, config=dataclasses.replace(c.config, validation_fraction=0.0))
        for c in cells
    ]
    run(bare, tmp_path)
    assert set(json.loads(bare[0].path(tmp_path).read_text())["scores"]) == {"head"}


def test_another_budget_needs_another_folder(tmp_path):
    run(cells_of("cn", seeds=1), tmp_path)
    longer = dataclasses.replace(BASE, steps=5)
    with pytest.raises(RunError, match="holds a benchmark with steps 4, not 5"):
        run(cells_of("cn", base=longer), tmp_path)


def test_an_option_newer_than_the_folder_had_its_default_then(tmp_path):
    run(cells_of("cn", seeds=1), tmp_path)
    path = tmp_path / "benchmark.json"
    saved = json.loads(path.read_text())
    assert saved["versions"]["torch"]
    del saved["config"]["tau"]
    path.write_text(json.dumps(saved))
    run(cells_of("cn", seeds=1), tmp_path)
    other = dataclasses.replace(BASE, tau=2.0)
    with pytest.raises(RunError, match=r"tau 1\.0, not 2\.0"):
        run(cells_of("cn", base=other), tmp_path)


def test_table_iv_has_a_setting_for_each_ratio():
    cells = grid(("two-class:ratio=10", "counts:4,2"), "mnist", "cn", 1, BASE, ("head",))
    assert [cell.imbalance for cell in cells] == ["two-class:ratio=10", "counts:4,2"]


@pytest.mark.parametrize(
    ("methods", "message"),
    [("cnn", "did you mean 'cn'"), ("cn:k=3", "has no option 'k'"), ("", "cannot read")],
)
def test_unknown_methods_and_options_are_named_at_once(methods, message):
    with pytest.raises(PluginError, match=message):
        cells_of(methods)


def test_tuned_values_reach_method_and_config(tmp_path):
    path = tmp_path / "tuned.toml"
    path.write_text('["digits"."cb-loss"]\nkind = "focal"\nclassifier_learning_rate = 0.5\n')
    (cell,) = cells_of("cb-loss", seeds=1, tuned=read_tuned(path))
    found = run_cell(cell, tmp_path)
    assert found.config["classifier_learning_rate"] == 0.5
    assert found.values == {"kind": "focal", "classifier_learning_rate": 0.5}
    with pytest.raises(ConfigError, match=r"nowhere.toml cannot be read"):
        read_tuned(tmp_path / "nowhere.toml")


def test_tuned_values_of_another_data_set_are_not_ignored():
    with pytest.raises(ConfigError, match="values are for mnist, not for digits; tune there"):
        cells_of("cn", tuned={"mnist": {"cn": {}}})
    tuned = {"digits": {"cn": {}}}
    assert untuned(tuned, cells_of("cn,cb-loss", tuned=tuned)) == ["cb-loss"]


def test_a_spec_with_options_is_tuned_by_itself(tmp_path):
    methods = "cb-loss,cb-loss:kind=focal"
    text = tune(cells_of(methods, seeds=1), 1, tmp_path, Local(1), lambda _: None)
    (tmp_path / "t.toml").write_text(text)
    assert set(read_tuned(tmp_path / "t.toml")["digits"]) == set(methods.split(","))
    tuned = {"digits": {"cb-loss": {"gamma": 1.0}, "cb-loss:kind=focal": {"gamma": 3.0}}}
    specs = f"{methods},cb-loss:beta=0.9"
    cells = cells_of(specs, seeds=1, tuned=tuned)
    assert [dict(cell.values)["gamma"] for cell in cells] == [1.0, 3.0, 1.0]


def test_tuning_looks_at_validation_images_alone(tmp_path):
    cells = cells_of("cn,cb-loss", seeds=3)
    everything = trials(cells, 2)
    assert len(everything) == 2 * TRIALS * 2  # methods, trials, seeds
    assert {cell.config.seed for cell in everything} == {SEED, SEED + 1}
    text = tune(cells, 1, tmp_path, Local(1), lambda _: None)
    for path in (tmp_path / "cells").rglob("*.json"):
        assert set(json.loads(path.read_text())["scores"]) == {"validation"}
    (tmp_path / "t.toml").write_text(text)
    assert set(read_tuned(tmp_path / "t.toml")["digits"]) == {"cn", "cb-loss"}
    by_hand = {
        number: json.loads(cell.path(tmp_path).read_text())["scores"]["validation"]["acsa"]
        for number, cell in enumerate(trials(cells_of("cn"), 1))
    }
    best = max(by_hand, key=lambda number: by_hand[number])
    chosen = read_tuned(tmp_path / "t.toml")["digits"]["cn"]
    assert chosen == CN.trials[best]


def result(acsa, seconds=2.0, **others):
    scores = Scores(acsa, acsa, acsa, acsa, ((1,),))
    measured = {"title": "X", "scores": {"head": scores}, "seconds": seconds, "images_seen": 100}
    return CellResult("x", "digits", "auto", 0, **measured, **others)


def test_comparison_by_hand():
    results = {
        "aggan": {0: result(0.8), 1: result(0.82), 2: result(0.84)},
        "acgan": {0: result(0.7, 1.0), 1: result(0.76, 1.0), 2: result(0.72, 1.0)},
        "cn": {0: result(0.9)},
    }
    rows = {row.method: row for row in compare(results, "head", ("acsa", "f1"), {"cn": (79.7, 78)})}
    assert [rows[name].rank for name in ("cn", "aggan", "acgan")] == [1, 2, 3]
    assert rows["aggan"].means == pytest.approx((82, 82))
    assert rows["aggan"].deviations[0] == pytest.approx(2)
    assert rows["aggan"].paired is None
    assert rows["aggan"].cost == pytest.approx(2)
    assert rows["cn"].paper == (79.7, 78)
    assert rows["cn"].paired.t_test is None  # one common seed says nothing
    assert rows["cn"].paired.verdict == "not enough"
    # differences 10, 6, 12: mean 9.333, deviation 3.055, t = 5.29, two degrees of freedom
    test = rows["acgan"].paired
    assert test.t_test == pytest.approx(0.0339, abs=2e-4)
    assert test.difference == pytest.approx(28 / 3)
    # t's 97.5 % quantile is 4.303, the standard error 3.055 / sqrt(3) = 1.764
    assert test.interval == pytest.approx((1.744, 16.923), abs=2e-3)
    assert test.holm == test.t_test  # it is the only one
    assert test.verdict == "ahead"
    assert test.wilcoxon is None  # of 2^3 signs two are as extreme: p is never below .25
    other = {row.method: row for row in compare(results, "head", ("acsa",), {}, against="acgan")}
    assert other["aggan"].paired.t_test == pytest.approx(test.t_test)
    assert other["aggan"].paired.verdict == "behind"
    assert other["acgan"].paired is None


def test_a_row_says_which_options_were_tuned_but_for_rates():
    tuned = {"clip": 0.0, "gradient_penalty": 10.0, "learning_rate": 1e-4}
    results = {"wgan": {0: result(0.5, values=tuned)}, "cb-loss:kind=focal": {0: result(0.4)}}
    rows = compare(results, "head", ("acsa",), {})
    assert [row.title for row in rows] == ["X (clip=0, gradient_penalty=10)", "X (kind=focal)"]


def test_the_papers_figures_are_quoted():
    assert paper_figures("v", "fashion-mnist", None)["aggan"] == [83.20, 83.23, 82.60]
    assert paper_figures("iv", "mnist", 100.0)["oscn"] == [95.53]
    assert paper_figures("iv", "mnist", 20.0) == {}
    assert paper_figures("v", "digits", None) == {}


def test_tables_in_every_form(tmp_path):
    run(cells_of("cn,acgan,aggan"), tmp_path)
    comparisons = read_benchmark(tmp_path, "head")
    assert len(comparisons) == 1
    assert [row.seeds for row in comparisons[0].rows] == [2, 2, 2]
    markdown, latex = to_markdown(comparisons), to_latex(comparisons)
    assert markdown.count("| AGGAN |") == 1
    assert r"\toprule" in latex
    assert "_" not in re.sub(r"\\_", "", latex)
    assert len(to_csv(comparisons).splitlines()) == 1 + 3 * 4
    assert "paired tests of AGGAN against" in markdown
    with pytest.raises(RunError, match=r"cell .* 'augment'; there are scores of head"):
        read_benchmark(tmp_path, "augment")


def test_the_smallest_class_and_another_reference(tmp_path):
    run(cells_of("cn,aggan"), tmp_path)
    cells = [json.loads(file.read_text()) for file in (tmp_path / "cells").rglob("aggan/*.json")]
    recall = statistics.mean(100 * cell["scores"]["head"]["smallest_recall"] for cell in cells)
    out = str(tmp_path)
    other = CliRunner().invoke(cli, ["compare", out, "--against", "cn"])
    assert other.exit_code == 0, other.output
    assert "paired tests of CN against the method" in " ".join(other.output.split())
    (table,) = list(tmp_path.glob("compare-*.md"))
    assert table.name == "compare-head-against-cn.md"
    (row,) = [line for line in table.read_text().splitlines() if "| AGGAN |" in line]
    heads = next(line for line in table.read_text().splitlines() if "| method |" in line)
    column = heads.split(" | ").index("smallest class")
    assert row.split(" | ")[column].startswith(f"{recall:.1f} ±")
    missing = CliRunner().invoke(cli, ["compare", out, "--against", "gamo"])
    assert missing.exit_code != 0
    assert "no finished cell of method 'gamo'; there are aggan, cn" in " ".join(
        missing.output.split()
    )


def test_as_one_would_type_it(tmp_path):
    runner = CliRunner()
    out = str(tmp_path / "b")
    common = ["benchmark", "--datasets", "digits", "--methods", "cn,aggan", "--steps", "3"]
    common += ["--width", "2", "--batch-size", "8", "--workers", "1", "--out", out]
    first = runner.invoke(cli, [*common, "--seeds", "1", "--protocols", "head,paper-peek"])
    assert first.exit_code == 0, first.output
    assert "2 cells: 0 done, 1 running, 2 to do" in first.output
    assert re.search(r"\[2/2\] digits, auto, aggan, seed 0: ACSA head [\d.]+", first.output)
    table = runner.invoke(cli, ["compare", out, "--protocol", "paper-peek"])
    assert "only for comparison with the paper" in table.output
    (row,) = [line for line in table.output.splitlines() if re.match(r"\W*AGGAN ", line)]
    assert re.search(r"AGGAN +[\d.]+ {1,8}[\d.]+ ", row)  # no room is left for figures of the paper
    assert (tmp_path / "b" / "compare-paper-peek.tex").is_file()
    wrong = runner.invoke(cli, [*common, "--protocols", "nose"])
    assert wrong.exit_code != 0
    assert "no protocol 'nose'" in wrong.output


def test_a_second_one_in_the_same_folder_is_refused(tmp_path):
    with RunLock(tmp_path), pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
        run(cells_of("cn", 1), tmp_path)
