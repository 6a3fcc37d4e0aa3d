import dataclasses
import json

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import ImageFolder

from geneticgan.errors import ConfigError, RunError
from geneticgan.jobs.export import augment, generate_images, safe_names
from geneticgan.jobs.train import evaluate, plan, resume, train
from geneticgan.training.hooks import Observer


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One finished tiny run that the tests of this file read."""
    from geneticgan.config import TrainConfig

    config = TrainConfig(
        steps=8, batch_size=8, width=2, latent_dim=4, imbalance="counts:12,9,9,8,7,6,6,6,6,5"
    )
    path = tmp_path_factory.mktemp("runs") / "digits"
    return path, train(config, path, plan(config), ())


def test_the_report_compares_classifiers(run):
    _, report = run
    titles = [row.title for row in report.rows]
    assert titles == [
        "AGGAN, class head",
        "AGGAN + Balanced softmax",
        "AGGAN + Balanced softmax, class offsets",
        "Balanced softmax",
        "CN on real + generated",
        "Os+CN",
        "CN",
    ]
    assert all(0 <= row.scores.acsa <= 1 for row in report.rows)
    assert sum(map(sum, report.rows[0].scores.confusion)) == 500
    with Image.open(report.picture) as picture:
        assert picture.size[0] > 500


def test_evaluating_on_another_day_gives_the_very_same_figures(run):
    path, report = run
    before = (path / "results.json").read_bytes()

    class NoTraining(Observer):
        def on_phase(self, title, steps):
            raise AssertionError(f"{title} was trained again")

    again = evaluate(path, [NoTraining()])
    assert again.rows == report.rows
    assert (path / "results.json").read_bytes() == before


def test_resuming_a_finished_run_changes_nothing(run):
    path, report = run
    assert resume(path, ()).rows == report.rows


def test_lost_classifiers_are_trained_to_the_same_result(run):
    path, report = run
    for file in (path / "classifiers").iterdir():
        file.unlink()
    assert evaluate(path, ()).rows == report.rows


def test_the_run_folder_says_everything(run):
    path, _ = run
    config = json.loads((path / "config.json").read_text())
    assert config["options"]["steps"] == 8
    assert {"torch", "numpy", "python", "geneticgan"} <= set(config["versions"])
    split = json.loads((path / "split.json").read_text())
    assert len(split["train"]) + len(split["validation"]) == 74
    model = json.loads((path / "model.json").read_text())
    assert (model["channels"], model["size"], model["class_names"][9]) == (1, 8, "9")
    assert sum(model["counts"]["train"]) == len(split["train"])
    assert len((path / "log.jsonl").read_text().splitlines()) == 8


def test_generated_images_are_written_as_png_and_npz(run, tmp_path):
    path, _ = run
    npz = generate_images(path, "9", 3, tmp_path / "out", seed=0)
    assert sorted(p.name for p in npz.parent.glob("*.png")) == [f"9-0000{n}.png" for n in range(3)]
    with np.load(npz, allow_pickle=False) as data:
        assert data["images"].shape == (3, 8, 8, 1)
        assert data["labels"].tolist() == [9, 9, 9]
        first = np.asarray(Image.open(tmp_path / "out" / "9-00000.png"))
        np.testing.assert_array_equal(first, data["images"][0, :, :, 0])


def test_all_classes_without_a_class(run, tmp_path):
    path, _ = run
    generate_images(path, None, 2, tmp_path / "out", seed=0)
    assert len(list((tmp_path / "out").glob("*.png"))) == 20


def test_an_unknown_class_lists_what_there_is(run, tmp_path):
    with pytest.raises(ConfigError, match="there is no class 'ten'; the classes: 0, 1"):
        generate_images(run[0], "ten", 1, tmp_path, seed=0)


def test_the_augmented_set_is_balanced_and_read_by_torchvision(run, tmp_path):
    path, report = run
    written = augment(path, tmp_path / "balanced")
    folder = ImageFolder(str(tmp_path / "balanced"))
    counts = np.bincount(folder.targets)
    assert set(counts) == {max(report.split.train_counts)}
    assert written["9"] == (report.split.train_counts[9], counts[0] - report.split.train_counts[9])
    real = sorted((tmp_path / "balanced" / "9").glob("real-*.png"))
    expected = report.split.train.pixels[report.split.train.labels == 9]
    for file, image in zip(real, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(file)), image[0])


def test_a_target_that_holds_something_is_left_alone(run, tmp_path):
    (tmp_path / "x").write_text("mine")
    with pytest.raises(RunError, match="is not empty"):
        augment(run[0], tmp_path)
    with pytest.raises(RunError, match="is not empty"):
        augment(run[0], tmp_path / "x")


def test_changed_images_are_noticed(tiny_config, tmp_path):
    root = tmp_path / "images"
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        for number in range(8):
            pixels = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    config = dataclasses.replace(
        tiny_config, dataset="folder", data_root=str(root), image_size=16, imbalance="auto", steps=2
    )
    train(config, tmp_path / "run", plan(config), ())
    Image.new("RGB", (16, 16)).save(root / "a" / "0.png")
    with pytest.raises(RunError, match="the images have changed"):
        evaluate(tmp_path / "run", ())


def test_class_names_become_safe_and_different_file_names():
    names = safe_names(("a/b", "a b", "../..", "", "T-shirt/top"))
    assert names == ["a_b", "a_b-1", "_", "class-3", "T-shirt_top"]
    assert len(set(names)) == 5


def test_an_unfinished_run_is_resumed_before_it_is_judged(tiny_config, tmp_path):
    class Stop(Observer):
        def on_status(self, status):
            if status.step == 3:
                raise KeyboardInterrupt

    path = tmp_path / "run"
    planned = plan(tiny_config)
    with pytest.raises(KeyboardInterrupt):
        train(tiny_config, path, planned, [Stop()])
    with pytest.raises(RunError, match=r"not finished \(2 of 6 generations\); continue with"):
        evaluate(path, ())
    assert resume(path, ()).rows == evaluate(path, ()).rows


def test_a_plugin_is_made_once(tiny_config, tmp_path, monkeypatch):
    from geneticgan.registry import PluginGroup

    made, create = [], PluginGroup.create

    def counting(group, spec, **defaults):
        made.append((group.noun, spec.name))
        return create(group, spec, **defaults)

    monkeypatch.setattr(PluginGroup, "create", counting)
    train(tiny_config, tmp_path / "run", plan(tiny_config), ())
    once = {"mutation", "schedule", "fitness", "selection", "data set"}
    found = [each for each in made if each[0] in once]
    assert len(found) == len(set(found)) >= len(once)
    assert {noun for noun, _ in found} == once


def test_a_plan_serves_two_runs_alike(tiny_config, tmp_path):
    """A schedule learns; what one run taught it, another does not begin with."""
    config = dataclasses.replace(tiny_config, schedule="adaptive", steps=4)
    planned = plan(config)
    logs = []
    for name in ("one", "two"):
        train(config, tmp_path / name, planned, ())
        lines = (tmp_path / name / "log.jsonl").read_text().splitlines()
        logs.append([json.loads(line)["T"] for line in lines])
    assert logs[0] == logs[1]
    assert len(set(logs[0])) > 1
