"""A cell's result depends on its identity, and a result is never taken for another cell's."""

import dataclasses
import json

import numpy as np
import pytest

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import TABLES, fill, grid
from geneticgan.benchmark.identity import PLACES, Identity
from geneticgan.benchmark.launchers import Local
from geneticgan.benchmark.layout import BenchmarkFolder, folder_name, read_result
from geneticgan.config import TrainConfig
from geneticgan.errors import RunError
from geneticgan.methods.cn import CN

BASE = TrainConfig(steps=4, width=2, batch_size=8, latent_dim=4, validate_every=2, device="cpu")
TRAIN, TEST = 40, 20


@pytest.fixture
def archives(tmp_path):
    """Two archives that share a name's spec but for the place: one of noise, one that is easy."""
    for number, name in enumerate(("one", "two")):
        rng = np.random.default_rng(number)
        arrays = {}
        for part, count in (("train", TRAIN), ("test", TEST)):
            labels = np.arange(count) % 2
            pixels = rng.integers(0, 40, (count, 8, 8), dtype=np.uint8)
            arrays[f"x_{part}"] = pixels + (180 * labels[:, None, None] * number).astype("u1")
            arrays[f"y_{part}"] = labels
        np.savez(tmp_path / f"{name}.npz", **arrays)
    return tmp_path


def run(cells, out):
    heard = []
    fill(cells, out, Local(1), heard.append)
    return [progress.cell for progress in heard if progress.cell]


def cells_of(datasets="digits", methods="cn", base=BASE, seeds=1, **options):
    return grid(TABLES["v"], datasets, methods, seeds, base, ("head",), **options)


def test_two_data_sets_of_one_kind_are_two_cells(archives):
    datasets = ",".join(f"npz:data_root={archives / name}.npz" for name in ("one", "two"))
    cells, out = cells_of(datasets, "cn,oscn"), archives / "out"
    assert len(run(cells, out)) == 4
    results = list(BenchmarkFolder(out).results())
    assert len(results) == 4
    assert len({result.identity.data for result in results}) == 2
    assert {result.dataset for result in results} == set(datasets.split(","))
    assert run(cells_of(datasets, "cn,oscn"), out) == []


def test_the_results_of_other_images_are_refused(archives):
    def of(name):
        return cells_of("npz", base=dataclasses.replace(BASE, data_root=str(archives / name)))

    out = archives / "out"
    run(of("one.npz"), out)
    with pytest.raises(RunError, match=r"the result for other images of npz .* use another --out"):
        run(of("two.npz"), out)
    (archives / "two.npz").write_bytes((archives / "one.npz").read_bytes())
    assert run(of("two.npz"), out) == []  # the same images, moved


def test_a_new_version_of_a_method_is_run_again(tmp_path, monkeypatch):
    run(cells_of(methods="cn,oscn"), tmp_path)
    monkeypatch.setattr(CN, "version", 2)
    assert [cell.method for cell in run(cells_of(methods="cn,oscn"), tmp_path)] == ["cn"]
    assert run(cells_of(methods="cn,oscn"), tmp_path) == []


def test_other_values_are_run_again(tmp_path):
    run(cells_of(), tmp_path)
    tuned = {"digits": {"cn": {"classifier_learning_rate": 1e-4}}}
    assert len(run(cells_of(tuned=tuned), tmp_path)) == 1
    assert run(cells_of(tuned=tuned), tmp_path) == []


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    return "other" if value is None else [*value, 1]


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(TrainConfig)])
def test_every_option_makes_another_identity(name):
    class Options:  # a config whose options are not checked
        dataset = BASE.dataset

        def __init__(self, options):
            self.options = options
            self.dataset = options["dataset"]
            self.seed = options["seed"]

        def to_json(self):
            return self.options

    options = BASE.to_json()
    others = options | {name: changed(options[name])}
    one, other = (Cell("cn", Options(each)).identity("data") for each in (options, others))
    assert (one.digest == other.digest) == (name in PLACES)
    assert one.serves(other) == (name in PLACES)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Identity)])
def test_every_attribute_makes_another_identity(name):
    one = Cell("cn", BASE, (("k", 1.0),), ("head",)).identity("data")
    others = {
        "data": "other",
        "dataset": "mnist",
        "method": "oscn",
        "version": 2,
        "values": (("k", 2.0),),
        "config": {**one.config, "steps": 5},
        "protocols": ("augment",),
        "trial": 1,
    }
    other = dataclasses.replace(one, **{name: others[name]})
    assert one.digest != other.digest
    assert not one.serves(other)
    assert Identity.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_the_options_of_a_data_set_are_part_of_it():
    def of(dataset):
        return Cell("cn", dataclasses.replace(BASE, dataset=dataset)).identity("data").digest

    assert of("folder:data_root=a,grayscale=true") == of("folder:grayscale=true,data_root=b")
    assert of("folder:grayscale=true") != of("folder:grayscale=false")
    assert of("folder:image_size=8") != of("folder:image_size=16")


def test_no_two_specs_share_a_folder():
    specs = ["a:b=c/d", "a:b=c+d", "a:b=c-d", "a:b=c,d=e", "a:b=c d", "a", "a:b=é", "a:b=ä"]
    assert len({folder_name(spec) for spec in specs}) == len(specs)
    assert folder_name("aggan:T=1,alpha=.9") == "aggan-T=1-alpha=.9"


def test_a_changed_file_is_no_result(tmp_path):
    run(cells_of(), tmp_path)
    (path,) = (tmp_path / "cells").rglob("*.json")
    saved = json.loads(path.read_text())
    path.write_text(json.dumps(saved | {"identity": saved["identity"] | {"data": "other"}}))
    with pytest.raises(RunError, match="its digest is not that of its identity"):
        read_result(path)
    del saved["scores"]
    path.write_text(json.dumps(saved))
    with pytest.raises(RunError, match=r"is no result of a benchmark's cell: it lacks 'scores'"):
        read_result(path)
    path.write_text("[1]")
    with pytest.raises(RunError, match="is no result"):
        read_result(path)
