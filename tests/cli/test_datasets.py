"""``geneticgan datasets``, as one would type it."""

import numpy as np
from click.testing import CliRunner
from PIL import Image

from geneticgan_cli.main import cli


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_list_names_all_of_them():
    output = invoke("datasets", "list").output
    for name in [
        "celeba",
        "cifar10",
        "csv",
        "digits",
        "fashion-mnist",
        "folder",
        "lsun",
        "mnist",
        "npz",
        "svhn",
    ]:
        assert f" {name} " in output


def test_info_counts_before_and_after():
    output = invoke(
        "datasets", "info", "digits", "--imbalance", "counts:9,9,9,9,9,9,9,9,9,8"
    ).output
    assert "Handwritten digits" in output
    assert "Its options: geneticgan plugins info digits" in output
    assert "Parameters" not in output
    cells = [part.strip() for part in output.split("│ 9 ")[1].splitlines()[0].split("│")]
    assert cells[1:6] == ["130", "8", "6", "2", "50"]


def test_info_describes_what_is_not_there_and_says_how_to_get_it(tmp_path):
    result = invoke("datasets", "info", "svhn", "--data-root", tmp_path)
    assert result.exit_code != 0
    assert "house-number digits" in result.output
    assert f"geneticgan datasets prepare svhn --data-root {tmp_path} --download" in result.output


def test_prepare_decodes_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.new("L", (8, 8), 9 * number).save(tmp_path / name / f"{number}.png")
    command = ("datasets", "prepare", "folder", "--data-root", tmp_path, "--image-size", "8")
    first, second = invoke(*command), invoke(*command)
    assert "images: 8 of 8 done" in first.output
    assert "folder is ready: 6 training and 2 test images of 2 classes" in first.output
    assert "8 of 8" not in second.output


def test_show_draws_the_images_of_a_run(tmp_path):
    path = tmp_path / "sheet.png"
    result = invoke("datasets", "show", "digits", "--imbalance", "as-is", "--out", path)
    assert result.exit_code == 0, result.output
    with Image.open(path) as image:
        assert image.width > image.height > 300
        assert np.asarray(image.convert("L")).std() > 20


def test_what_cannot_be_written_is_one_sentence(tmp_path):
    result = invoke("datasets", "show", "digits", "--out", tmp_path / "no" / "sheet.png")
    assert result.exit_code != 0
    assert "sheet.png cannot be written" in result.output


def test_two_classes_are_trained_on(tmp_path):
    result = invoke(
        "train", "--imbalance", "two-class:positive=3,negative=8,ratio=10",
        "--steps", "3", "--width", "2", "--batch-size", "4", "--set", "oversampling=exact",
        "--out", tmp_path / "run",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "2 classes; images by class 133, 13" in result.output
    assert "recall of '8'" in result.output
    assert (tmp_path / "run" / "split.json").is_file()


def test_a_flag_in_place_of_the_name_is_explained():
    result = invoke("datasets", "check", "--dataset", "folder")
    assert result.exit_code == 2
    assert "Name the data set without --dataset." in result.output
