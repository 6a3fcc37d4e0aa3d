"""The linear probe as a method."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

import geneticgan
from geneticgan.benchmark.cell import Cell, run_cell
from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images
from geneticgan.data.places import cache_folder
from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.prediction import predict
from geneticgan.jobs.train import plan, train
from geneticgan.methods import linear_head
from geneticgan.methods.generated_features import generated_features
from geneticgan.methods.probe import Probe
from geneticgan.methods.resampled_features import resampled_features
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted
from geneticgan.training.setup import load_split

CPU = torch.device("cpu")
fit_path = linear_head._fit_path


class Pixels(torch.nn.Module):
    """The pixels themselves, and how many images it was shown."""

    asked = 0

    def forward(self, images):
        Pixels.asked += len(images)
        return images.flatten(1)


class Small(Backbone):
    def load(self):
        return Pretrained(Pixels(), 16, "pixels of a test")


@pytest.fixture
def small(monkeypatch, tmp_path):
    monkeypatch.setenv("GENETICGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("geneticgan.methods.probe.create_backbone", lambda text: Small())
    Pixels.asked = 0


def test_it_tells_simple_classes_apart_with_the_real_weights(task, monkeypatch, tmp_path):
    monkeypatch.setenv("GENETICGAN_CACHE", str(tmp_path))
    test = task.split.test
    network = Probe(size=64).fit(task).network
    found = score(test.labels, predict(network, test, CPU), 3, 2)
    assert found.acsa > 0.8


@pytest.mark.usefixtures("small")
def test_features_are_computed_once(task):
    count = len(task.split.train)
    first = Probe().fit(task).network
    assert Pixels.asked == count + 1  # and one to know how many features there are
    again = Probe(tau=0.0).fit(task).network
    assert Pixels.asked == count + 2
    assert not torch.equal(first.classifier.weight, again.classifier.weight)
    others = Images(255 - task.split.train.pixels, task.split.train.labels)
    turned = dataclasses.replace(task, split=dataclasses.replace(task.split, train=others))
    Probe().fit(turned)
    assert Pixels.asked == 2 * count + 3
    (damaged, *_) = (cache_folder() / "features").rglob("*.npz")
    damaged.write_bytes(damaged.read_bytes()[:-40])
    for each in (task, turned):
        Probe().fit(each)
    assert Pixels.asked == 3 * count + 5  # what is damaged is computed anew


@pytest.mark.usefixtures("small")
def test_views_are_changed_copies_that_are_computed_once(task):
    config = dataclasses.replace(task.config, augmentation="deformation")
    task = dataclasses.replace(task, config=config)
    count = len(task.split.train)
    plain = Probe().fit(task).network
    seen = Probe(views=3).fit(task).network
    assert Pixels.asked == 3 * count + 2
    assert not torch.equal(plain.classifier.weight, seen.classifier.weight)
    Probe(views=2).fit(task)
    assert Pixels.asked == 3 * count + 3
    untouched = dataclasses.replace(config, augmentation="none")
    copies = Probe(views=2, l2=0.1).fit(dataclasses.replace(task, config=untouched)).network
    again = Probe(l2=0.1).fit(task).network
    torch.testing.assert_close(copies.classifier.weight, again.classifier.weight, atol=1e-3, rtol=0)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("how", ["smote", "borderline-smote", "aggan"])
def test_the_smaller_classes_get_features_until_all_are_alike_and_so_in_every_fold(
    task, how, monkeypatch
):
    fitted = []

    def watched(points, labels, *rest):
        fitted.append((points, labels))
        return fit_path(points, labels, *rest)

    monkeypatch.setattr(linear_head, "_fit_path", watched)
    Probe(resample=how).fit(task)
    assert len(fitted) == 4 + 1  # there are four images of the smallest class
    sizes = [np.bincount(labels, minlength=3) for _, labels in fitted]
    if how != "borderline-smote":  # it has no more where a class has no border
        assert all(len(set(each.tolist())) == 1 for each in sizes)
    real = np.bincount(task.split.train.labels)
    assert sizes[-1].max() == real.max()
    assert sizes[-1].sum() > real.sum()


def test_a_class_of_one_image_is_left_alone():
    labels = np.array([0] * 6 + [1] * 3 + [2], dtype=np.int64)
    points = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
    rows, of_them = resampled_features("smote", 0, points, labels)
    np.testing.assert_array_equal(rows[:10], points)
    assert np.bincount(of_them).tolist() == [6, 6, 1]


def test_generated_features_keep_the_spread_of_real_ones_and_stay_near_them():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), [300, 25, 1]).astype(np.int64)
    points = (rng.normal(size=(326, 200)) + 3 * labels[:, None]).astype(np.float32)
    rows, of_them = resampled_features("aggan", 0, points, labels)
    np.testing.assert_array_equal(rows[:326], points)
    assert np.bincount(of_them).tolist() == [300, 300, 300]  # a single row is enough
    gaussian, _ = generated_features(points, labels, 0, departure=1.0)
    real = points[labels == 1]
    near, far = rows[326:][of_them[326:] == 1], gaussian[:275]
    # A Gaussian of 64 axes has no spread in the other 136 directions; a real row brings its own.
    assert far.var(axis=0).sum() < 0.75 * real.var(axis=0).sum()
    assert near.var(axis=0).sum() > 0.9 * real.var(axis=0).sum()
    distances = [np.linalg.norm(each[:, None] - real, axis=2).min(axis=1) for each in (near, far)]
    assert np.median(distances[0]) < 0.5 * np.median(distances[1])
    assert near.min() >= points.min()
    again, _ = resampled_features("aggan", 0, points, labels)
    np.testing.assert_array_equal(again, rows)
    other, _ = resampled_features("aggan", 1, points, labels)
    assert not np.array_equal(other, rows)


def test_only_a_probe_of_several_views_reads_the_augmentation():
    assert "augmentation" in Probe().unused
    assert "augmentation" not in Probe(views=2).unused


@pytest.mark.usefixtures("small")
def test_another_split_of_the_same_images_finds_their_features(task):
    split, count = task.split, len(task.split.train)
    held = split.train.take(np.arange(0, count, 3))
    rest = split.train.take(np.flatnonzero(np.arange(count) % 3))
    divided = dataclasses.replace(split, train=rest, validation=held)
    Probe().prepare(dataclasses.replace(task, split=divided))
    assert Pixels.asked == count + 1
    network = Probe().fit(task).network
    assert Pixels.asked == count + 2
    for _ in range(2):  # who judges it shows it the same images again
        predict(network, split.test, CPU)
    assert Pixels.asked == count + 2 + len(split.test)


@pytest.mark.usefixtures("small")
def test_the_backbone_learns_nothing_and_weights_load_into_a_built_network(task):
    network = Probe().fit(task).network.train()
    assert not network.training
    assert not any(p.requires_grad for p in network.features.parameters())
    again = Probe().build(task.split, task.config, CPU)
    again.load_state_dict(network.state_dict())
    images = torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        source, logits = network(images)
        assert torch.equal(logits, again(images)[1])
    assert source.tolist() == [0.0] * 3
    assert logits.shape == (3, 3)


@pytest.mark.usefixtures("small")
def test_progress_is_told_and_a_stop_is_heard(task):
    class Watch(Observer):
        def __init__(self, stop_at):
            self.phases, self.stop_at = [], stop_at

        def on_phase(self, title, steps):
            self.phases.append(title)

        def on_progress(self, step):
            if step >= self.stop_at:
                task.stop.signal_number = 2

    with pytest.raises(Interrupted):
        Probe().fit(dataclasses.replace(task, observers=[Watch(1)]))
    task.stop.signal_number = None
    watch = Watch(10**9)
    Probe(size=8).fit(dataclasses.replace(task, observers=[watch]))
    assert watch.phases == [f"Features of {len(task.split.train)} images", "Linear probe"]
    again = Watch(10**9)
    Probe().fit(dataclasses.replace(task, observers=[again]))  # goes on where the stop was heard
    assert again.phases[-1] == "Linear probe"
    assert again.phases[:-1] in ([], [f"Features of {len(task.split.train) - 32} images"])


@pytest.mark.usefixtures("small")
def test_files_are_decoded_for_the_backbone_and_arrays_are_taken_as_they_are():
    config = TrainConfig(dataset="folder:data_root=here,image_size=8", image_size=32)
    found = Probe().reads(config)
    assert found.dataset == "folder:data_root=here,image_size=16"
    assert found.image_size is None
    digits = TrainConfig(dataset="digits")
    assert Probe().reads(digits) == digits


@pytest.fixture
def stripes(tmp_path):
    """Two classes that differ in stripes finer than a pixel of an 8-pixel image."""
    rng = np.random.default_rng(0)
    for label, name in enumerate(("one", "two")):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(90, 110, (16, 16)).astype(np.uint8)
            pixels[label::2] += 40
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{number}.png")
    return TrainConfig(
        dataset=f"folder:data_root={tmp_path / 'images'},image_size=8",
        imbalance="as-is",
        validation_fraction=0.0,
        steps=5,
        device="cpu",
        method="probe",
    )


@pytest.mark.usefixtures("small")
def test_a_benchmark_shows_the_probe_details_that_small_images_do_not_have(stripes, tmp_path):
    result = run_cell(Cell("probe", stripes), tmp_path / "out")
    assert not result.error
    assert result.scores["head"].acsa == 1.0
    # It is filed under the images of the comparison, as every other method's is.
    assert result.identity == Cell("probe", stripes).identity(load_split(stripes).fingerprint)


@pytest.mark.usefixtures("small")
def test_a_run_of_it_classifies_image_files_in_their_own_resolution(stripes, tmp_path):
    report = train(stripes, tmp_path / "run", plan(stripes), ())
    assert [row.scores.acsa for row in report.rows] == [1.0]
    run = geneticgan.load(tmp_path / "run", device="cpu")
    files = [tmp_path / "images" / name / "3.png" for name in ("two", "one")]
    assert run.predict(files) == ["two", "one"]


@pytest.mark.parametrize("options", [{"tau": -1.0}, {"size": -1}, {"l2": -0.1}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be >= 0"):
        Probe(**options)


def test_an_unknown_way_to_resample_is_named():
    with pytest.raises(ValueError, match="resample must be one of none, smote, borderline-smote"):
        Probe(resample="adasyn")
