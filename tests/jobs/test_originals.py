"""`augment` keeps a user's files whole, under their names, beside what was generated."""

import numpy as np
import pytest
from PIL import Image

from geneticgan.config import TrainConfig
from geneticgan.jobs.export import augment
from geneticgan.jobs.train import plan, train

NAMES = ("Gesicht für Test", "Grün (neu)", "a.b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Large images in three classes; the first has two files of one name."""
    root = tmp_path_factory.mktemp("own") / "images"
    rng = np.random.default_rng(0)
    for name, count in zip(NAMES, (14, 8, 6), strict=True):
        for number in range(count):
            deep = root / name / ("deep" if number >= 7 else "")
            deep.mkdir(parents=True, exist_ok=True)
            pixels = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(
                deep / f"Bild {number % 7}.{'jpg' if number % 2 else 'png'}"
            )
    return root


@pytest.mark.parametrize("kind", ["folder", "csv"])
def test_originals_are_kept_whole_beside_generated_images(folder, tmp_path, kind):
    data_root = folder
    if kind == "csv":
        data_root = tmp_path / "list.csv"
        files = sorted(path for path in folder.rglob("*.*") if path.is_file())
        rows = [f"{path},{path.relative_to(folder).parts[0]}" for path in files]
        data_root.write_text("\n".join(["path,label", *rows]), encoding="utf-8")
    config = TrainConfig(
        dataset=kind, data_root=str(data_root), image_size=8, steps=2,
        batch_size=4, width=2, latent_dim=4, device="cpu",
    )  # fmt: skip
    split = plan(config).split
    train(config, tmp_path / "run", plan(config), ())
    written = augment(tmp_path / "run", tmp_path / "balanced")
    assert sorted(path.name for path in (tmp_path / "balanced").iterdir()) == sorted(NAMES)
    known = {path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, count in zip(split.class_names, split.train_counts, strict=True):
        files = list((tmp_path / "balanced" / name).iterdir())
        originals = [path for path in files if not path.name.startswith("generated-")]
        assert len(originals) == count == written[name][0]
        assert len(files) == max(split.train_counts)
        mine = {path.read_bytes() for path in (folder / name).rglob("*") if path.is_file()}
        assert {path.read_bytes() for path in originals} <= mine
        assert all("Bild " in path.name for path in originals)
    held_out = len(known) - sum(split.train_counts)
    copied = {p.read_bytes() for p in (tmp_path / "balanced").rglob("*") if p.is_file()} & known
    assert len(known) - len(copied) == held_out > 0  # validation and test images stay out
