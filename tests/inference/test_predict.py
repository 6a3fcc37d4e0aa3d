"""From a folder of images to predictions: the same as in training, whatever else lies there."""

import csv
import json
import shutil
import zipfile

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import geneticgan
from geneticgan.errors import ConfigError, DataError
from geneticgan.inference.choice import choose_classifier
from geneticgan_cli.main import cli

NAMES = ("blue", "green", "red")


def invoke(*words, **options):
    return CliRunner().invoke(cli, [str(word) for word in words], **options)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_predictions_of_the_test_folder_are_those_of_the_table(world, tmp_path):
    root, run = world
    result = invoke("predict", run, root / "images" / "test", "--out", tmp_path / "p.csv")
    assert result.exit_code == 0, result.output
    assert "12 images classified" in result.output
    names = NAMES
    confusion = np.zeros((3, 3), dtype=int)
    for row in rows_of(tmp_path / "p.csv"):
        truth = row["path"].split("/")[-2]
        confusion[names.index(truth), names.index(row["predicted"])] += 1
        shares = [float(row[f"p({name})"]) for name in names]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
        assert names[int(np.argmax(shares))] == row["predicted"]
    chosen = json.loads((run / "model.json").read_text())["classifier"]["network"]
    titles = {"balanced-softmax": "Balanced softmax"}
    titles["class-head+balanced-softmax"] = "AGGAN + Balanced softmax"
    table = {row["method"]: row for row in json.loads((run / "results.json").read_text())}
    assert confusion.tolist() == table[titles[chosen]]["confusion"]


def test_a_broken_image_is_a_row_with_its_error(world, tmp_path):
    root, run = world
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    good = root / "images" / "test" / "red" / "0.png"
    result = invoke("predict", run, tmp_path / "broken.jpg", good, "--out", tmp_path / "p.csv")
    assert result.exit_code == 0, result.output
    assert "1 could not be read" in result.output
    bad, fine = rows_of(tmp_path / "p.csv")
    assert (bad["predicted"], bad["error"]) == ("", "damaged, or not an image")
    assert fine["predicted"]
    assert fine["error"] == ""


def test_patterns_archives_and_lists_name_images_too(world, tmp_path):
    root, run = world
    test = root / "images" / "test"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for each in sorted(test.rglob("*.png")):
            archive.write(each, each.relative_to(test))
    listed = "\n".join(map(str, sorted(test.rglob("*.png"))))
    asked = {
        "pattern": ([f"{test}/*/*.png"], None),
        "archive": ([tmp_path / "a.zip"], None),
        "list": (["-"], listed),
    }
    found = {}
    for name, (words, text) in asked.items():
        out = tmp_path / f"{name}.csv"
        assert invoke("predict", run, *words, "--out", out, input=text).exit_code == 0
        found[name] = [row["predicted"] for row in rows_of(out)]
    assert len(found["list"]) == 12
    assert sorted(found["pattern"]) == sorted(found["archive"]) == sorted(found["list"])


def test_jsonl_holds_the_same(world, tmp_path):
    root, run = world
    folder = root / "images" / "test" / "blue"
    for name in ("p.csv", "p.jsonl"):
        assert invoke("predict", run, folder, "--out", tmp_path / name).exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [(line["path"], line["predicted"]) for line in lines] == [
        (row["path"], row["predicted"]) for row in rows_of(tmp_path / "p.csv")
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [(["nowhere"], "nowhere: no such file or folder"), (["empty"], "empty holds no image")],
)
def test_what_is_not_there_is_named_and_nothing_is_written(
    world, tmp_path, monkeypatch, words, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "p.csv").write_text("kept")
    result = invoke("predict", world[1], *words, "--out", "p.csv")
    assert result.exit_code == 1
    assert message in result.output
    assert (tmp_path / "p.csv").read_text() == "kept"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["empty", "p.csv"]


def test_a_folder_that_cannot_be_written_is_named(world):
    root, run = world
    result = invoke("predict", run, root / "images" / "test", "--out", root / "no" / "p.csv")
    assert result.exit_code == 1
    assert "p.csv cannot be written: No such file or directory" in result.output


def test_the_python_object_says_the_same_of_paths_pictures_arrays_and_tensors(world):
    root, run = world
    model = geneticgan.load(run)
    paths = sorted((root / "images" / "test").rglob("*.png"))
    by_path = model.predict_proba(paths)
    assert by_path.shape == (12, 3)
    pictures = [Image.open(path) for path in paths]
    np.testing.assert_allclose(model.predict_proba(pictures), by_path, atol=1e-6)
    small = np.stack([np.asarray(each.resize((8, 8), Image.Resampling.BOX)) for each in pictures])
    of_bytes = model.predict_proba(small)
    as_tensor = torch.from_numpy(small).permute(0, 3, 1, 2) / 255
    np.testing.assert_allclose(model.predict_proba(as_tensor), of_bytes, atol=1e-6)
    assert model.predict(str(paths[0])) == [model.class_names[int(by_path[0].argmax())]]
    assert model.generate("red", 3).shape == (3, 8, 8, 3)
    assert "3 classes, 8 x 8 pixels" in repr(model)
    shown = model._repr_html_()
    assert "<td>green</td>" in shown
    assert 'src="data:image/png;base64,' in shown


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 3, 9, 9), np.uint8), "images of shape"),
        (np.full((2, 3, 8, 8), np.nan), r"values in \[0, 1\]"),
        (np.full((2, 3, 8, 8), 7.0), r"values in \[0, 1\]"),
        ([], "no image to classify"),
        ("nowhere.png", "cannot be read as an image"),
        (3, "images are paths"),
    ],
)
def test_what_is_no_image_is_refused(world, images, message):
    with pytest.raises(DataError, match=message):
        geneticgan.load(world[1]).predict(images)


def test_an_unknown_class_is_refused(world):
    with pytest.raises(ConfigError, match="no class 'pink'; the classes: blue, green, red"):
        geneticgan.load(world[1]).generate("pink", 1)
    with pytest.raises(ConfigError, match=r"no class 'Gren'; did you mean 'green'\? the classes: "):
        geneticgan.load(world[1]).generate("Gren", 1)


def test_the_first_candidate_is_chosen_unless_the_plain_classifier_is_better():
    assert choose_classifier({}, "plain").key == "plain"
    assert choose_classifier({"class-head+plain": 0.8, "plain": 0.8}, "plain").key != "plain"
    assert choose_classifier({"class-head+plain": 0.8, "plain": 0.81}, "plain").key == "plain"


def test_parquet_holds_the_same(world, tmp_path):
    pd = pytest.importorskip("pandas")
    root, run = world
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    images = (root / "images" / "test" / "blue", tmp_path / "broken.jpg")
    for name in ("p.csv", "p.parquet"):
        result = invoke("predict", run, *images, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    table, rows = pd.read_parquet(tmp_path / "p.parquet"), rows_of(tmp_path / "p.csv")
    assert list(table.columns) == list(rows[0])
    assert list(table["predicted"][:3]) == [row["predicted"] for row in rows[:3]]
    np.testing.assert_allclose(
        table["p(red)"][:3], [float(r["p(red)"]) for r in rows[:3]], atol=1e-6
    )
    assert table["predicted"].isna().tolist() == [False] * 3 + [True]
    assert table["error"][3] == "damaged, or not an image"


def test_parquet_without_its_packages_is_one_sentence(world, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = invoke("predict", world[1], world[0], "--out", tmp_path / "p.parquet")
    assert result.exit_code == 1
    assert "pip install 'geneticgan[parquet]'" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["copy", "move"])
def test_images_are_sorted_by_class_and_nothing_is_overwritten(world, tmp_path, how):
    root, run = world
    new, target = tmp_path / "new", tmp_path / "sorted"
    for name in ("one", "two"):
        shutil.copytree(root / "images" / "test" / "red", new / name)
    (new / "broken.jpg").write_bytes(b"no image")
    words = ["predict", run, new, f"--{how}", target, "--out", tmp_path / "p.csv"]
    result = invoke(*words)
    assert result.exit_code == 0, result.output
    first = {each.relative_to(target): each.read_bytes() for each in target.rglob("*.png")}
    originals = [each.read_bytes() for each in (root / "images" / "test" / "red").glob("*.png")]
    assert sorted(first.values()) == sorted(2 * originals)
    rows = rows_of(tmp_path / "p.csv")
    folders = sorted(row["predicted"] for row in rows if row["predicted"])
    assert sorted(path.parts[0] for path in first) == folders
    assert len(list(new.rglob("*.png"))) == (10 if how == "copy" else 0)
    assert (new / "broken.jpg").is_file()
    if how == "copy":
        assert invoke(*words).exit_code == 0
        assert len(list(target.rglob("*.png"))) == 20
        assert {path: (target / path).read_bytes() for path in first} == first


def test_images_in_an_archive_are_not_moved(world, tmp_path):
    root, run = world
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(root / "images" / "test" / "red" / "0.png", "0.png")
    words = [run, tmp_path / "a.zip", "--out", tmp_path / "p.csv"]
    result = invoke("predict", *words, "--move", tmp_path / "sorted")
    assert result.exit_code == 1
    assert "0.png is in an archive and cannot be moved; use --copy" in result.output
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zip"]
    assert invoke("predict", *words, "--copy", tmp_path / "sorted").exit_code == 0
    assert len(list((tmp_path / "sorted").rglob("0.png"))) == 1
