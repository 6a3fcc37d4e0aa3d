"""The run's classifier, and heads fitted anew, are compared with the networks of the same runs."""

import pytest
from click.testing import CliRunner

from geneticgan_cli.main import cli


@pytest.fixture
def run_classifier(load_benchmark):
    return load_benchmark("run_classifier")


def test_it_is_paired_with_the_rows_of_its_own_run(run_classifier):
    def run(chosen, head, plain):
        return run_classifier.Run("digits", chosen, {"head": head, "plain": plain})

    runs = [run("head", 90.0, 80.0), run("plain", 70.0, 80.0), run("plain", 85.0, 85.0)]
    first, *_, chosen, head, plain = run_classifier.table(runs)
    assert first == "3 runs; chosen: head (1), plain (2)"
    assert chosen == "| the run's classifier | 85.0 ± 5.0 |  |"
    assert head.startswith("| head | 81.7 ± 10.4 | +3.33 [")
    assert plain.startswith("| plain | 81.7 ± 2.9 | +3.33 [")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run"
    words = "train --dataset digits --imbalance exponential:ratio=5,largest=40 --steps 2 --width 1"
    result = CliRunner().invoke(cli, [*words.split(), "--out", str(path)])
    assert result.exit_code == 0, result.output
    return path, result


def test_it_reads_what_train_leaves(run_classifier, trained):
    path, result = trained
    run = run_classifier.read_run(path)
    assert run.dataset == "digits"
    assert {"AGGAN, class head", "Balanced softmax", "Os+CN", run.classifier} <= run.acsa.keys()
    assert f"{run.acsa[run.classifier]:.1f}" in result.output


def test_heads_fitted_anew_are_told_apart_from_the_one_of_the_run(load_benchmark, trained):
    heads = load_benchmark("retrained_head")
    dataset, rows = heads.measure(trained[0])
    assert dataset == "digits"
    assert list(rows) == [heads.AS_TRAINED, heads.ON_REAL, heads.ON_BOTH, heads.WITHOUT]
    # After two steps the features of a network of width 1 say something, and its own head nothing.
    assert rows[heads.ON_REAL] > rows[heads.AS_TRAINED] + 5
    assert rows[heads.ON_BOTH] != rows[heads.ON_REAL]
    lines = heads.table([rows, {name: value + 1 for name, value in rows.items()}])
    assert lines[0] == "2 runs"
    assert lines[4].startswith("| class head | ")
    assert lines[4].endswith(" |  |")
    assert len(lines) == 8
