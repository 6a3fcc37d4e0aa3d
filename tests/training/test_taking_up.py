"""A run is taken up as it was begun, or not without a word; a stranger's fetches nothing."""

import dataclasses
import json
import os
import signal

import pytest
import torch

from geneticgan.errors import DataError, RunError
from geneticgan.jobs.train import plan, resume, train
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import HANG_UP, StopRequest
from geneticgan.training.ownership import own_images
from geneticgan.training.results import read_drawn
from geneticgan.training.run_folder import RunFolder


class Notes(Observer):
    def __init__(self):
        self.texts = []

    def on_note(self, text):
        self.texts.append(text)


def rewrite(path, **changes):
    file = path / "config.json"
    saved = json.loads(file.read_text())
    options = saved["options"] | changes.pop("options", {})
    file.write_text(json.dumps({**saved, **changes, "options": options}))


@pytest.mark.parametrize("dataset", ["mnist", "mnist:download=true"])
def test_a_strangers_run_fetches_nothing_and_makes_no_folder(
    dataset, tiny_config, tmp_path, monkeypatch
):
    def fetched(*_, **__):
        raise AssertionError("a connection would have been opened")

    monkeypatch.setattr("urllib.request.urlopen", fetched)
    monkeypatch.setattr("torchvision.datasets.mnist.MNIST.download", fetched)
    RunFolder.create(tmp_path / "run", tiny_config)
    root = tmp_path / "outside" / "data"
    rewrite(
        tmp_path / "run", options={"dataset": dataset, "data_root": str(root), "download": True}
    )
    with pytest.raises(
        RunError, match=r"was made elsewhere.*outside/data'; say where they are with"
    ):
        resume(tmp_path / "run", [])
    with pytest.raises(DataError, match="fetch them by: geneticgan datasets prepare"):
        resume(tmp_path / "run", [], data_root=str(root))
    assert not root.parent.exists()


def test_paths_are_followed_in_ones_own_runs_alone(tiny_config, tmp_path, monkeypatch):
    place = str(tmp_path / "images")
    config = dataclasses.replace(tiny_config, dataset="csv:path=file", data_root=place)
    folder = RunFolder.create(tmp_path / "run", config)

    def read(data_root=None):
        found, config = RunFolder.open(tmp_path / "run")
        return own_images(config, found.seals(), data_root, tmp_path / "run")

    assert read() == config
    assert read("elsewhere").data_root == "elsewhere"
    foreign = [
        {"data_root": "/etc"},
        {"dataset": "csv:path=file,images=/etc"},
        {"dataset": "csv:path=file,data_root=/etc"},
        {"dataset": "csv:path=file,table=../../x", "data_root": None},
    ]
    for options in foreign:
        saved = folder.config.read_bytes()
        rewrite(folder.path, options=options)
        with pytest.raises(RunError, match=r"was made elsewhere"):
            read()
        folder.config.write_bytes(saved)
    rewrite(folder.path, options={"dataset": "csv:path=file,images=/etc"})
    with pytest.raises(RunError, match="'/etc', which lies outside the images' folder"):
        read("elsewhere")
    rewrite(folder.path, options={"dataset": "digits", "data_root": None})
    assert read().dataset == "digits"  # which names no place
    monkeypatch.setenv("GENETICGAN_CACHE", str(tmp_path / "another user"))
    folder.config.write_bytes(saved)
    with pytest.raises(RunError, match=r"was made elsewhere"):
        read()


def test_other_versions_threads_and_devices_are_said(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, steps=2, method="cn")
    path = tmp_path / "run"
    train(config, path, plan(config), [])
    saved = json.loads((path / "config.json").read_text())
    assert saved["threads"] == torch.get_num_threads()
    assert saved["device"] == "cpu"
    notes = Notes()
    resume(path, [notes])
    assert not [text for text in notes.texts if "instead of" in text]
    rewrite(path, versions=saved["versions"] | {"torch": "1.0"}, threads=99, device="cuda")
    resume(path, [notes])
    (text,) = [text for text in notes.texts if "instead of" in text]
    assert f"torch {saved['versions']['torch']} instead of 1.0" in text
    assert f"threads {torch.get_num_threads()} instead of 99, device cpu instead of cuda" in text


def test_a_run_that_was_killed_before_its_config_is_begun_anew(tiny_config, tmp_path):
    for name in ("samples", "classifiers"):
        (tmp_path / name).mkdir()
    (tmp_path / ".config.0123456789abcdef.json").write_text("{")
    RunFolder.create(tmp_path, tiny_config)
    RunFolder.open(tmp_path)
    (tmp_path / "split.json").write_text("{")
    RunFolder.create(tmp_path, tiny_config)  # it had no model yet
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path, tiny_config)


def test_a_config_of_somebody_else_is_kept(tiny_config, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RunError, match="is not empty"):
        RunFolder.create(tmp_path, tiny_config)
    assert (tmp_path / "config.json").read_text() == "{}"


@pytest.mark.skipif(HANG_UP is None, reason="there is no such signal")
def test_a_hang_up_saves_and_stops_but_not_under_nohup():
    before = signal.signal(HANG_UP, signal.SIG_DFL)  # the tests may run under nohup themselves
    try:
        with StopRequest() as stop:
            os.kill(os.getpid(), HANG_UP)
            assert stop.signal_number == HANG_UP
        signal.signal(HANG_UP, signal.SIG_IGN)
        with StopRequest() as stop:
            os.kill(os.getpid(), HANG_UP)
            assert not stop.requested
    finally:
        signal.signal(HANG_UP, before)


@pytest.mark.parametrize(
    "forge",
    [
        lambda saved: list(saved),
        lambda saved: None,
        lambda saved: {k: v for k, v in saved.items() if k != "fingerprint"},
        lambda saved: {k: v for k, v in saved.items() if k != "train"},
    ],
)
def test_a_split_of_another_form_is_damaged(tiny_config, tmp_path, forge):
    split = plan(tiny_config).split
    folder = RunFolder.create(tmp_path / "run", tiny_config)
    folder.write_split(split)
    folder.check_split(split)
    folder.split.write_text(json.dumps(forge(json.loads(folder.split.read_text()))))
    with pytest.raises(RunError, match=r"split.json is damaged; remove it to go on if"):
        folder.check_split(split)


def test_versions_of_another_form_are_no_versions(tiny_config, tmp_path):
    folder = RunFolder.create(tmp_path / "run", tiny_config)
    rewrite(folder.path, versions=["torch"])
    assert folder.other_surroundings("cpu") == ""


def test_a_split_that_was_changed_after_it_was_written_is_not_believed(tiny_config, tmp_path):
    split = plan(tiny_config).split
    folder = RunFolder.create(tmp_path / "run", tiny_config)
    folder.write_split(split)
    found = json.loads(folder.split.read_text())
    folder.split.write_text(json.dumps(found))  # laid out otherwise
    assert read_drawn(folder.split, None).train_counts == tuple(split.train_counts)
    assert folder.learnt()
    folder.check_split(split)
    more = [count + 1 for count in split.train_counts]
    folder.split.write_text(json.dumps(found | {"train_counts": more}))
    with pytest.raises(RunError, match=r"split.json is damaged; train the run again"):
        read_drawn(folder.split, None)
    with pytest.raises(RunError, match=r"split.json is damaged"):
        folder.learnt()
    with pytest.raises(RunError, match=r"split.json is damaged; remove it to go on"):
        folder.check_split(split)
