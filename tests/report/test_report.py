import dataclasses
import errno
import hashlib
import io
import json
import pickle
import re
import shutil
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from rich.console import Console

import geneticgan.jobs.features as features
import geneticgan.training.setup as setup
from geneticgan.benchmark.grid import TABLES, fill, grid
from geneticgan.benchmark.launchers import Local
from geneticgan.errors import ConfigError, RunError
from geneticgan.jobs.measuring import measure
from geneticgan.jobs.report import damaged_logs, write_report
from geneticgan.jobs.train import plan, train
from geneticgan.jobs.watching import Watched
from geneticgan.options.command import command
from geneticgan.report.figures.charts import Line, LineChart, one_colour_each
from geneticgan.report.figures.style import Picture
from geneticgan.report.history import read_history
from geneticgan.report.interactive import legend_columns
from geneticgan.report.page import Page, Section, Table
from geneticgan.report.run import run_sections
from geneticgan_cli.main import cli
from geneticgan_cli.watch_screen import overview


@pytest.fixture(scope="module")
def tiny():
    from geneticgan.config import TrainConfig

    return TrainConfig(
        steps=6, batch_size=8, width=2, latent_dim=4, validate_every=2, checkpoint_every=2,
        imbalance="counts:20,10,9,8,7,6,6,6,6,5", device="cpu",
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(tiny, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run"
    train(tiny, path, plan(tiny), [])
    return path


@pytest.fixture(scope="module")
def bench(tiny, tmp_path_factory):
    import dataclasses

    out = tmp_path_factory.mktemp("bench") / "b"
    base = dataclasses.replace(tiny, imbalance="auto")
    methods = "cn,acgan,aggan,aggan:T=1,alpha=0.9,aggan:T=10,alpha=0.9"
    fill(
        grid(TABLES["v"], "digits", methods, 2, base, ("head", "augment")),
        out,
        Local(1),
        lambda _: None,
    )
    return out


@pytest.fixture(autouse=True)
def short_reference(monkeypatch):
    monkeypatch.setattr(features, "STEPS", 3)
    monkeypatch.setattr(features, "WIDTH", 4)


@pytest.fixture
def no_data(monkeypatch):
    """Whatever reads a data set fails: reports are drawn from folders alone."""

    def fail(*_, **__):
        raise AssertionError("a data set was read")

    monkeypatch.setattr(setup, "create_dataset", fail)


def headings(html):
    return re.findall(r"<h2>(.*?)</h2>", html)


def figures(html):
    return re.findall(r'<figure id="figure-(.*?)">', html)


def test_the_report_of_a_run_holds_every_part(run):
    measure(run, "classifier", None, [])
    html = write_report([run]).read_text()
    assert headings(html) == [
        "Result", "Samples", "Training", "Objectives", "Classes", "Probabilities",
        "Generated images, measured", "Features", "How it was made",
    ]  # fmt: skip
    assert figures(html) == [
        "samples", "losses", "fitness", "temperature", "acceptance", "validation", "selection",
        "objectives", "classes", "confusion", "reliability", "precision-recall", "features",
    ]  # fmt: skip
    found = {path.name for path in (run / "figures").iterdir()}
    assert found == {f"{name}.{kind}" for name in figures(html) for kind in ("png", "svg")}
    chosen = json.loads((run / "model.json").read_text())["classifier"]
    assert f"The run's classifier: {chosen['title']}, {chosen['why']}." in unescape(html)
    results = json.loads((run / "results.json").read_text())
    for row in results:
        assert f"{100 * row['acsa']:.1f}" in html
    assert "geneticgan train --imbalance counts:20,10,9,8,7,6,6,6,6,5" in html
    assert len(html) < 5_000_000


def test_a_page_loads_nothing(run):
    html = write_report([run]).read_text()
    html = re.sub(r"<script.*?</script>", "", html, flags=re.S)  # the browser's test runs these
    for address in re.findall(r'(?:src|href)="(.*?)"', html):
        assert address.startswith(("data:", "#")), address[:80]
    assert "@import" not in html
    assert all(re.findall(r'<img [^>]*alt="[^"]{10,}"', html))


def test_reports_come_from_folders_alone_and_are_the_same_again(run, bench, no_data):
    for path in (run, bench):
        write_report([path])
        before = {p.name: p.read_bytes() for p in (path / "figures").iterdir()}
        write_report([path])
        assert {p.name: p.read_bytes() for p in (path / "figures").iterdir()} == before


def test_the_report_of_a_benchmark(bench):
    html = write_report([bench]).read_text()
    assert headings(html) == [
        "Methods", "Temperature and cooling", "Samples", "Classes", "Convergence and cost",
        "Generated images, measured", "Features", "How it was made",
    ]  # fmt: skip
    assert "not been computed; do it with: geneticgan measure" in html
    assert ">torch<" in html  # the versions it was made with
    assert figures(html) == [
        "temperatures", "samples", "classes", "confusion", "epochs", "seconds", "costs"
    ]  # fmt: skip
    assert "have not been measured" in html
    found = measure(bench, "classifier", None, [])
    assert len(found) == 8  # four that generate, two seeds
    html = write_report([bench]).read_text()
    assert "have not been measured" not in html
    assert "features" in figures(html)
    assert "Medians over 2 seeds" in html


def test_several_in_one_page(run, bench, tmp_path):
    html = write_report([run, bench], tmp_path).read_text()
    names = figures(html)
    assert len(names) == len(set(names))
    assert "run: Result" in headings(html)
    assert "b: Methods" in headings(html)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("results.json", "smallest_recall", "smallest_recalm"),
        ("results.json", '"confusion": [', '"confusion": [7, '),
        ("results.json", '"acsa": ', '"acsa": "x", "y": '),
        ("results.json", '"acsa": ', '"acsa": 0.987, "y": '),
        ("results.json", '"f1": ', '"f1": 0.987, "y": '),
        ("results.json", '"smallest_recall": ', '"smallest_recall": 0.123, "y": '),
        ("results.json", '"confusion": [[', '"confusion": [[1'),
        ("split.json", "class_names", "class_mames"),
        ("split.json", '"train_counts": [', '"train_counts": ["a", '),
    ],
)
def test_files_with_other_json_than_was_written_are_named(run, tmp_path, name, before, after):
    path = tmp_path / "spoiled"
    shutil.copytree(run, path)
    text = json.dumps(json.loads((path / name).read_text()))
    assert before in text
    (path / name).write_text(text.replace(before, after, 1))
    with pytest.raises(RunError, match=rf"spoiled/{name} is damaged"):
        write_report([path])


def test_a_record_of_other_fields_is_named(run, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text((run / "log.jsonl").read_text().replace("diversity", "diversitz", 1))
    with pytest.raises(RunError, match=r"not as it was written: KeyError\('diversity'\)"):
        read_history(log, 1.0)


def test_a_log_that_lost_generations_is_said_on_the_page_on_the_screen_and_in_watch(
    run, tmp_path, monkeypatch
):
    for pictured in ("_samples", "_classes", "decisions_section"):  # not asked about here
        monkeypatch.setattr(f"geneticgan.report.run.{pictured}", lambda *_: Section(""))
    path = tmp_path / "cut"
    shutil.copytree(run, path, ignore=shutil.ignore_patterns("figures", "checkpoint*"))
    assert damaged_logs([path]) == []
    lines = (run / "log.jsonl").read_bytes().splitlines(keepends=True)
    (path / "log.jsonl").write_bytes(b"".join(lines[:2]) + lines[2][:9])
    (said,) = damaged_logs([path])
    assert f"lacks {len(lines) - 2} of {len(lines)} generations" in said
    assert any(said.split(": ")[1] in text for s in run_sections(path)[1] for text in s.text)
    assert said.endswith(Watched(path).look().lost)
    (path / "log.jsonl").write_bytes(b"\0" * 9 + b"\n" + lines[1])
    assert "cannot be drawn: " in damaged_logs([path])[0]
    (path / "log.jsonl").unlink()
    shown = io.StringIO()
    Console(file=shown, width=200).print(overview(Watched(path).look()))
    assert "cannot be drawn: " in shown.getvalue()
    assert "ACSA" in shown.getvalue()


def test_an_unfinished_run_says_what_is_missing(tiny, tmp_path):
    from geneticgan.training.run_folder import RunFolder

    folder = RunFolder.create(tmp_path / "new", tiny)
    folder.write_split(plan(tiny).split)
    html = write_report([tmp_path / "new"]).read_text()
    assert "not finished; continue with: geneticgan resume" in html
    assert "There are no samples yet" in html
    assert "There is nothing to draw" in html
    assert "have not been measured" in html
    assert figures(html) == ["objectives"]


def test_names_are_text_on_a_page():
    table = Table(["<script>"], [["<b>x</b>"]], caption="a & b")
    html = Page("<i>t</i>", "l", [Section("<u>", ["<p>"], [table])]).html()
    for tag in ("<script>alert", "<b>x", "<i>t", "<u>"):
        assert tag not in html


def test_a_page_takes_the_narrow_form_of_a_picture_and_lets_notes_wrap():
    wide, narrow = (Picture("p", "t", "a", f"<svg>{word}</svg>", b"") for word in ("w", "n"))
    both = dataclasses.replace(wide, narrow=narrow)
    html = Page("t", "l", [Section("s", [], [both, Table(["h"], [["c"]], caption="note")])]).html()
    assert f'<source media="(max-width: 44rem)" srcset="{narrow.data_uri()}">' in html
    assert f'<img src="{wide.data_uri()}"' in html
    assert '</table></div>\n<p class="note">note</p>' in html  # not in what scrolls sideways


@pytest.mark.parametrize(
    ("letters", "count", "columns"),
    [(5, 8, 3), (12, 5, 2), (15, 6, 2), (40, 2, 1), (0, 2, 2), (5, 0, 1)],
)
def test_a_legend_has_as_many_columns_as_fit_a_narrow_screen(letters, count, columns):
    assert legend_columns(["n" * letters] * count) == columns


def test_the_command_of_a_config(tiny):
    import dataclasses

    config = dataclasses.replace(
        tiny, imbalance="auto", skip_corrupt=True, lambda_=0.5, dataset="a b"
    )
    assert command(config) == (
        "geneticgan train --lambda 0.5 --dataset 'a b' --skip-corrupt --steps 6 --batch-size 8 "
        "--width 2 --set latent_dim=4 --device cpu --set validate_every=2 "
        "--set checkpoint_every=2"
    )
    assert command(type(tiny)(recipe="paper")) == "geneticgan train --recipe paper"


def test_what_is_neither_run_nor_benchmark_is_named(tmp_path):
    with pytest.raises(RunError, match="neither a run folder"):
        write_report([tmp_path])


def test_the_reference_classifier_is_trained_once(run, monkeypatch):
    (run / "generation.json").unlink(missing_ok=True)
    measure(run, "classifier", None, [])
    first = (run / "generation.json").read_text()
    (run / "generation.json").unlink()

    def fail(*_):
        raise AssertionError("it was trained again")

    monkeypatch.setattr(features.OsCN, "fit", fail)
    measure(run, "classifier", None, [])
    assert (run / "generation.json").read_text() == first


def test_inception_needs_the_very_file(run, tmp_path):
    (run / "generation-inception.json").unlink(missing_ok=True)
    with pytest.raises(RunError, match="weights are not at"):
        measure(run, "inception", tmp_path / "none.pth", [])
    other = tmp_path / "other.pth"
    other.write_bytes(b"something else")
    with pytest.raises(ConfigError, match="is not the file of weights it should be"):
        measure(run, "inception", other, [])


def test_weights_of_inception_are_known_whole_and_run_no_code(tmp_path, monkeypatch):
    class Code:
        def __reduce__(self):
            return Path.touch, (tmp_path / "ran",)

    weights = tmp_path / "weights.pth"
    torch.save({"state": Code()}, weights)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    monkeypatch.setattr(features, "INCEPTION_DIGEST", digest[:8])
    with pytest.raises(ConfigError, match="is not the file of weights it should be"):
        features.inception(weights, torch.device("cpu"))
    monkeypatch.setattr(features, "INCEPTION_DIGEST", digest)
    with pytest.raises(pickle.UnpicklingError):
        features.inception(weights, torch.device("cpu"))
    assert not (tmp_path / "ran").exists()


def test_inception_is_kept_apart(run, tmp_path, monkeypatch):
    from torch_fidelity import feature_extractor_inceptionv3 as module

    # The published weights are not at hand: the same network with random ones stands in.
    load = module.FeatureExtractorInceptionV3.load_state_dict
    monkeypatch.setattr(module.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
    monkeypatch.setattr(module, "load_state_dict_from_url", lambda *_, **__: None)
    torch.manual_seed(0)
    network = module.FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    weights = tmp_path / "weights.pth"
    torch.save(network.state_dict(), weights)
    monkeypatch.setattr(module.FeatureExtractorInceptionV3, "load_state_dict", load)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    monkeypatch.setattr(features, "INCEPTION_DIGEST", digest)
    monkeypatch.setattr("geneticgan.jobs.measuring.LIMIT", 2)
    measure(run, "inception", weights, [])
    found = json.loads((run / "generation-inception.json").read_text())
    assert "InceptionV3" in found["features"]
    assert found["overall"]["fid"] is None  # fewer images than its 2048 features
    assert np.isfinite(found["overall"]["kid"])
    html = write_report([run]).read_text()
    assert "Features: InceptionV3" in html


def test_a_report_says_what_is_missing_and_trains_nothing_unasked(run, tmp_path, monkeypatch):
    copied = tmp_path / "run"
    shutil.copytree(run, copied, ignore=shutil.ignore_patterns("generation*"))
    monkeypatch.setattr("geneticgan.jobs.measuring.reference_classifier", lambda *_: 1 / 0)
    result = CliRunner().invoke(cli, ["report", str(copied)])
    assert result.exit_code == 0, result.output
    assert f"{copied}: its generated images are not measured; --measure does so" in result.output
    assert " steps) for each data set that has none yet" in result.output
    assert not list(copied.glob("generation*"))


def test_an_objective_has_one_colour_in_every_chart_of_a_page():
    def chart(name, *labels):
        lines = {label: Line(np.arange(3.0), np.arange(3.0)) for label in labels}
        return LineChart(name, "t", "a", "x", "y", lines, objectives=True)

    other = dataclasses.replace(chart("losses", "real", "generated"), objectives=False)
    one, two, kept = one_colour_each(
        [
            chart("selection", "lsgan", "minimax", "nonsat"),
            chart("objectives", "nonsat", "minimax"),
            other,
        ]
    )
    for name in ("minimax", "nonsat"):
        assert one.number(name) == two.number(name)
    assert len({one.number(name) for name in one.lines}) == 3
    assert [kept.number(name) for name in kept.lines] == [0, 1]


def test_as_one_would_type_it(run, bench):
    runner = CliRunner()
    result = runner.invoke(cli, ["report", str(run)])
    assert result.exit_code == 0, result.output
    assert f"Report: {run / 'report.html'}" in result.output
    measured = runner.invoke(cli, ["measure", str(run)])
    assert "coverage" in measured.output
    watched = runner.invoke(cli, ["watch", str(run)])
    assert "generation 6 of 6" in watched.output
    assert "Os+CN" in watched.output
    nothing = runner.invoke(cli, ["watch", str(bench)])
    assert nothing.exit_code != 0
    assert "not a run folder" in nothing.output


def test_a_sweep_as_one_would_type_it(tmp_path):
    out = str(tmp_path / "s")
    options = ["--datasets", "digits", "--steps", "3", "--width", "2", "--batch-size", "8"]
    options += ["--seeds", "1", "--workers", "1", "--out", out]
    runner = CliRunner()
    result = runner.invoke(cli, ["sweep", "--T", "1,10", "--alpha", "0.9", *options])
    assert result.exit_code == 0, result.output
    assert "[2/2] digits, auto, aggan:T=10,alpha=0.9, seed 0" in result.output
    assert "temperatures" in figures(write_report([tmp_path / "s"]).read_text())
    wrong = runner.invoke(cli, ["sweep", "--T", "hot", *options])
    assert wrong.exit_code != 0
    assert "--T takes numbers" in wrong.output


def test_what_cannot_be_written_is_said_before_anything_is_done(run, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("the page was begun")

    def read_only(**_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("geneticgan.jobs.report.run_sections", fail)
    with pytest.raises(RunError, match="no-run"):
        write_report([run, tmp_path / "no-run"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr("tempfile.TemporaryFile", read_only)
    with pytest.raises(RunError, match="Read-only file system; write the report elsewhere with"):
        write_report([run])
    monkeypatch.setattr("geneticgan.jobs.measuring.scores_file", lambda *_: tmp_path / "none")
    monkeypatch.setattr("geneticgan.jobs.measuring.reference_classifier", fail)
    with pytest.raises(RunError, match="run cannot be written: Read-only file system"):
        measure(run, "classifier", None, [])
