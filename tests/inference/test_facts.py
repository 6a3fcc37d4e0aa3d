"""What a model needs is in its run folder: it is used after its training images are gone."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from geneticgan import TrainConfig
from geneticgan.errors import ConfigError, RunError
from geneticgan.inference.facts import Facts, read_facts
from geneticgan.inference.loading import open_networks
from geneticgan.jobs.export import generate_images
from geneticgan.jobs.train import plan, train
from geneticgan.training.run_folder import RunFolder


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run on a folder of images, which is then deleted."""
    from geneticgan.config import TrainConfig

    root = tmp_path_factory.mktemp("world")
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (root / "images" / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / "images" / name / f"{number}.png")
    config = TrainConfig(
        dataset="folder", data_root=str(root / "images"), image_size=8, imbalance="as-is",
        steps=2, batch_size=4, width=2, latent_dim=4, device="cpu",
    )  # fmt: skip
    train(config, root / "run", plan(config), ())
    before = open_networks(root / "run")
    shutil.rmtree(root / "images")
    return root / "run", before


def test_a_model_is_loaded_without_its_images(world):
    path, before = world
    networks = open_networks(path)
    assert networks.facts == before.facts
    assert networks.facts.class_names == ("cat", "dog")
    assert (networks.facts.channels, networks.facts.size) == (3, 8)
    wanted = before.classifier.state_dict()
    for name, tensor in networks.classifier.state_dict().items():
        np.testing.assert_array_equal(tensor, wanted[name])


def test_generate_needs_no_training_image(world, tmp_path):
    npz = generate_images(world[0], "dog", 3, tmp_path / "out", seed=0)
    with np.load(npz) as data:
        assert data["images"].shape == (3, 8, 8, 3)


def test_facts_survive_json():
    facts = Facts(3, 32, ("a", "b"), (9, 2), (1, 2), (5, 5), {"thresholds": {"b": 0.2}})
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts
    assert facts.label("b") == facts.label("1") == facts.smallest_class == 1
    with pytest.raises(ConfigError, match="there is no class 'c'; the classes: a, b"):
        facts.label("c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 7}, "it has format 7, this version reads 1"),
        ({"class_names": ["cat"]}, "numbers of counts and of classes differ"),
        ({"size": "large"}, "invalid literal"),
        ({"size": -1}, "no images have"),
        ({"size": 10**9}, "no images have"),
        ({"channels": -1}, "no images have"),
        ({"calibration": -1}, "calibration is -1"),
        ({"classifier": []}, r"classifier is \[\]"),
        ({"classifier": None}, "classifier is None"),
        ({"thresholds": "x"}, "thresholds is 'x'"),
        ({"beginning": 5}, "beginning is 5"),
    ],
)
def test_damaged_facts_are_named(world, tmp_path, change, message):
    found = json.loads((world[0] / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps(found | change))
    with pytest.raises(RunError, match=message):
        read_facts(tmp_path)


def test_a_missing_key_is_named(tmp_path):
    (tmp_path / "model.json").write_text('{"format": 1}')
    with pytest.raises(RunError, match="is damaged: it lacks 'class_names'"):
        read_facts(tmp_path)


def test_a_folder_without_facts_is_named(tmp_path):
    with pytest.raises(RunError, match=r"is not a run folder \(it has no config.json\)"):
        read_facts(tmp_path)
    RunFolder.create(tmp_path / "run", TrainConfig())
    with pytest.raises(RunError, match=r"was stopped before its training began; train again"):
        read_facts(tmp_path / "run")
    (tmp_path / "run" / "log.jsonl").touch()
    with pytest.raises(RunError, match=r"holds no model.json; it was made by an earlier version"):
        read_facts(tmp_path / "run")


def test_facts_that_were_changed_are_damaged(world, tmp_path):
    found = json.loads((world[0] / "model.json").read_text())
    found["class_names"].reverse()
    (tmp_path / "model.json").write_text(json.dumps(found))
    with pytest.raises(RunError, match=r"model.json is damaged: it was changed after it was writ"):
        read_facts(tmp_path)
    del found["sha256"]  # of an earlier version
    (tmp_path / "model.json").write_text(json.dumps(found))
    assert read_facts(tmp_path).class_names == tuple(found["class_names"])
