"""Folders as their owners keep them: masks, parts, one folder too high, leftovers, links."""

import os
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.notices import Notices
from geneticgan.data.sets.folder import Folder
from geneticgan.errors import DataError

rng = np.random.default_rng(0)


class Ears(Notices):
    def __init__(self):
        self.heard = []

    def note(self, text):
        self.heard.append(text)


def photograph(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)).save(path)


def mask(path):
    pixels = np.zeros((16, 16), np.uint8)
    pixels[4:8, 4:8] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def load(root, **options):
    dataset = Folder(str(root), image_size=8, grayscale=True, **options)
    dataset.notices = ears = Ears()
    source = dataset.load()
    return source, ears.heard


def counts(source):
    return dict(zip(source.class_names, source.pool.counts(len(source.class_names)), strict=True))


def tiles(root, name="{}.png"):
    """Ten photographs of one class and five of another, each with its mask."""
    for kind, count in (("crack", 5), ("free", 10)):
        for number in range(count):
            photograph(root / kind / "Imgs" / f"{number}.jpg")
            mask(root / kind / "Imgs" / name.format(number))
    return root


def of_files(root, **options):
    """Return the images by class, and what is heard, without decoding any."""
    dataset = Folder(str(root), **options)
    dataset.notices = ears = Ears()
    found = dataset.file_set()
    counts = np.bincount(found.files.labels, minlength=len(found.names)).tolist()
    return dict(zip(found.names, counts, strict=True)), found, ears.heard


@pytest.mark.parametrize("name", ["{}.png", "{}_mask.png", "{}-Segmentation.jpg"])
def test_masks_beside_photographs_are_left_out_and_said(tmp_path, name):
    source, heard = load(tiles(tmp_path, name))
    assert counts(source) == {"crack": 5, "free": 10}
    assert source.pool.pixels.std(axis=(1, 2, 3)).min() > 0
    assert any("Left out 15 of 30 images as masks" in text for text in heard)


@pytest.mark.parametrize(
    "name",
    [
        "{}_gt.png", "{}_label.gif", "{}.roi.png", "{}Mask.png", "{}GT.bmp", "{}_mask_1.png",
        "mask_{}.png", "../GT/{}.png", "../masks/{}.png", "../Ground truth/{}_gt.png",
    ],
)  # fmt: skip
def test_masks_by_any_name_and_in_folders_of_their_own(tmp_path, name):
    assert of_files(tiles(tmp_path, name))[0] == {"crack": 5, "free": 10}


def test_masks_in_a_tree_of_their_own(tmp_path):
    for kind, count in (("crack", 5), ("free", 10)):
        for number in range(count):
            photograph(tmp_path / "images" / kind / f"{number}.png")
            mask(tmp_path / "masks" / kind / f"{number}.png")
    assert of_files(tmp_path)[0] == {"crack": 5, "free": 10}


def test_masks_that_compression_blurs_are_told_by_their_names(tmp_path):
    for number in range(8):
        kind = "crack" if number % 2 else "free"
        for name in (f"{number}.jpg", f"{number}_roi.jpg"):
            noise = rng.integers(0, 256, (4, 4), dtype=np.uint8)
            smooth = Image.fromarray(noise).resize((64, 64), Image.Resampling.BICUBIC)
            drawn = smooth.point(lambda grey: 255 * (grey > 150)) if "roi" in name else smooth
            (tmp_path / kind).mkdir(exist_ok=True)
            drawn.save(tmp_path / kind / name)
    assert of_files(tmp_path)[0] == {"crack": 4, "free": 4}
    for path in tmp_path.rglob("*_roi.jpg"):  # as photographs they are taken
        shutil.copy(path.with_name(path.name.replace("_roi", "")), path)
    assert of_files(tmp_path)[0] == {"crack": 8, "free": 8}


def test_several_masks_of_some_photographs(tmp_path):
    for kind, count in (("benign", 6), ("malignant", 4)):
        for number in range(count):
            photograph(tmp_path / kind / f"{kind} ({number}).png")
            if kind == "malignant":
                mask(tmp_path / kind / f"{kind} ({number})_mask.png")
    mask(tmp_path / "malignant" / "malignant (1)_mask_1.png")
    found, _, heard = of_files(tmp_path)
    assert found == {"benign": 6, "malignant": 4}
    assert heard[0].startswith("Left out 5 of 15 images as masks")


def test_classes_that_are_called_as_masks_are(tmp_path):
    for kind in ("with_mask", "lesion", "label"):
        for number in range(3):
            photograph(tmp_path / kind / f"{number}.png")
            mask(tmp_path / kind / f"{number}_mask.png")
    assert of_files(tmp_path)[0] == {"label": 3, "lesion": 3, "with_mask": 3}


def test_options_say_what_is_an_image(tmp_path):
    tiles(tmp_path)
    everything, heard = load(tmp_path, pattern="*")
    assert counts(everything) == {"crack": 10, "free": 20}
    (said,) = heard  # nothing is left out; the masks that are taken are much the same
    assert said.startswith("15 of 30 images are in 1 group of equal or nearly equal images")
    assert counts(load(tmp_path, pattern="*.jpg")[0]) == {"crack": 5, "free": 10}
    assert counts(load(tmp_path, exclude="*.png")[0]) == {"crack": 5, "free": 10}


def test_photographs_in_two_formats_are_no_masks(tmp_path):
    for kind in "ab":
        for number in range(6):
            photograph(tmp_path / kind / f"{number}.jpg")
            photograph(tmp_path / kind / f"{number}.png")
    assert counts(load(tmp_path)[0]) == {"a": 12, "b": 12}


def test_flat_drawings_without_partners_are_no_masks(tmp_path):
    for kind in "ab":
        for number in range(6):
            (mask if kind == "a" else photograph)(tmp_path / kind / f"{kind}{number}.png")
    assert counts(load(tmp_path)[0]) == {"a": 6, "b": 6}


@pytest.mark.parametrize("depth", ["", "top", "top/below"])
def test_one_folder_around_everything_does_no_harm(tmp_path, depth):
    tiles(tmp_path / "content" / depth)
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "content")
    assert counts(load(packed)[0]) == {"crack": 5, "free": 10}


def test_a_single_class_is_still_refused(tmp_path):
    for number in range(4):
        photograph(tmp_path / "cats" / "deep" / f"{number}.png")
        photograph(tmp_path / "cats" / f"{number}.png")
    with pytest.raises(DataError, match=r"one class only \(cats\)"):
        load(tmp_path)


@pytest.fixture
def too_high(tmp_path):
    for digit in range(4):
        for number in range(3):
            photograph(tmp_path / "Dataset" / str(digit) / f"{number}.png")
    photograph(tmp_path / "Examples" / "a.png")
    photograph(tmp_path / "Examples" / "b.png")
    return tmp_path


def test_one_folder_too_high_is_named(too_high):
    with pytest.raises(DataError, match=r"one folder too high: 'Dataset' holds 4 folders"):
        load(too_high)
    assert counts(load(too_high, classes="top")[0]) == {"Dataset": 12, "Examples": 2}
    leaf = load(too_high, classes="leaf")[0]
    assert counts(leaf) == {"0": 3, "1": 3, "2": 3, "3": 3, "Examples": 2}


def test_several_folders_too_high_are_named(too_high):
    (too_high / "Examples").rename(too_high / "docs")
    for name, deeper in (("Dataset", "Dataset/images"), ("docs", "docs/img")):
        (too_high / name).rename(too_high / "moved")
        (too_high / name).mkdir()
        (too_high / "moved").rename(too_high / deeper)
    with pytest.raises(DataError, match=r"'Dataset/images' holds 4 folders.*'docs/img' holds none"):
        of_files(too_high)
    (too_high / "docs" / "images").mkdir()
    (too_high / "docs" / "img").rename(too_high / "docs" / "images" / "img")  # as deep as classes
    assert of_files(too_high)[0] == {"Dataset": 12, "docs": 2}


def test_a_regular_expression_finds_the_class(too_high):
    source, heard = load(too_high, classes=r"Dataset/(\d)/")
    assert counts(source) == {"0": 3, "1": 3, "2": 3, "3": 3}
    assert any("Left out 2 images" in text for text in heard)


@pytest.mark.parametrize(
    ("classes", "message"),
    [("(", "must be top, leaf or a regular expression"), ("Dataset", "has 0 groups in brackets")],
)
def test_a_bad_expression_is_named(too_high, classes, message):
    with pytest.raises(DataError, match=message):
        load(too_high, classes=classes)


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (("Train", "Test"), (6, 2)),
        (("training", "testing"), (6, 2)),
        (("train", "validation"), (6, 2)),
        (("train", "val", "test"), (8, 2)),
        (("training_set", "test_set"), (6, 2)),
        (("TrainSet", "TestSet"), (6, 2)),
        (("train/again", "eval/again"), (6, 2)),
    ],
)
def test_parts_are_no_classes(tmp_path, names, parts):
    for name in names:
        for kind in "ab":
            for number in range(3 if name.lower().startswith("train") else 1):
                photograph(tmp_path / name / kind / f"{number}.png")
    source, heard = load(tmp_path)
    assert source.class_names == ("a", "b")
    assert (len(source.train), len(source.test)) == parts
    assert not source.held_out
    assert ("val" in " ".join(heard)) == any(name.startswith("val") for name in names)


def test_what_lies_beside_parts_is_said(tmp_path):
    for name in ("seg_train", "seg_test", "seg_pred"):
        for kind in "ab":
            photograph(tmp_path / name / ("" if name == "seg_pred" else kind) / f"{kind}.png")
    found, files, heard = of_files(tmp_path)
    assert found == {"a": 2, "b": 2}
    assert files.test.sum() == 2
    assert heard == ["Left out 2 images beside the parts, in seg_pred."]


def test_a_test_part_without_classes_is_left_out(tmp_path):
    for kind in "ab":
        photograph(tmp_path / "train" / kind / "0.png")
        photograph(tmp_path / "test" / f"{kind}.png")
    found, files, heard = of_files(tmp_path)
    assert found == {"a": 1, "b": 1}
    assert files.test is None
    assert heard == ["test has no classes: its 2 images are left out."]


def test_parts_inside_of_each_class(tmp_path):
    for kind in "ab":
        for number in range(3):
            photograph(tmp_path / kind / ("train" if number else "test") / f"{number}.png")
    found, files, _ = of_files(tmp_path)
    assert found == {"a": 3, "b": 3}
    assert [files.paths[i].parent.name for i in np.flatnonzero(files.test)] == ["test", "test"]


def test_folders_that_hold_the_same_folders_are_asked_about(tmp_path):
    for place in ("color", "grayscale", "segmented"):
        for kind in "xy":
            photograph(tmp_path / place / kind / "0.png")
    with pytest.raises(DataError, match=r"color, grayscale, segmented .* \(x, y\); use one"):
        of_files(tmp_path)
    assert of_files(tmp_path, classes="leaf")[0] == {"x": 3, "y": 3}
    assert of_files(tmp_path, classes="top")[0] == {"color": 2, "grayscale": 2, "segmented": 2}


def test_folders_inside_of_classes_are_said(tmp_path):
    for kind in "ab":
        for number in range(3):
            photograph(tmp_path / kind / f"patient{kind}{number}" / "0.png")
    _, _, (said,) = of_files(tmp_path)
    assert (
        "such as a/patienta0. If these are the classes, use --dataset folder:classes=leaf" in said
    )
    assert of_files(tmp_path, group="/([^/]+)/")[2] == []


def test_images_without_class_folders_say_what_to_type(tmp_path):
    for number in range(4):
        photograph(tmp_path / "images" / f"{'cat' if number % 2 else 'dog'}.{number}.jpg")
        os.rename(
            tmp_path / "images" / f"{'cat' if number % 2 else 'dog'}.{number}.jpg",
            tmp_path / "images" / f"{'cat' if number % 2 else 'dog'}.{number}",
        )  # Pillow knows them by their content
    with pytest.raises(DataError, match=r"4 images lie directly in it, such as cat.1: .* 'cat'"):
        of_files(tmp_path / "images")
    assert of_files(tmp_path / "images", classes="^([A-Za-z]+)")[0] == {"cat": 2, "dog": 2}
    shutil.make_archive(str(tmp_path / "deep" / "images"), "zip", tmp_path / "images")
    with pytest.raises(DataError, match=r"deep; it holds archives \(images.zip\): name one"):
        of_files(tmp_path / "deep")


def test_what_is_no_image_is_counted_and_pictures_are_told(tmp_path):
    for kind in "ab":
        photograph(tmp_path / kind / "0.png")
        for number in range(4):
            (tmp_path / kind / f"{number}.HEIC").write_bytes(b"ftypheic")
    (tmp_path / "notes.txt").write_text("x")
    _, _, (said,) = of_files(tmp_path)
    assert said.startswith(
        "Left out the files that are not images in a known format: 8 .heic, 1 .txt. If the .heic"
    )


def test_folders_of_which_nothing_is_wanted_are_named(tmp_path):
    for name in ("a/0.png", "b/0.png", "c/0.jpg"):
        photograph(tmp_path / name)
    found, _, heard = of_files(tmp_path, pattern="*.png")
    assert found == {"a": 1, "b": 1}
    assert heard == ["Nothing of these folders is wanted: c."]


def test_leftovers_of_systems_are_ignored_and_counted(tmp_path):
    for place in ("a", "b", "__MACOSX", "a/.ipynb_checkpoints", ".git", "@eaDir", "$RECYCLE.BIN"):
        for number in range(3):
            photograph(tmp_path / place / f"{number}.png")
    (tmp_path / "b" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "b" / "._0.png").write_bytes(b"x")
    source, heard = load(tmp_path)
    assert counts(source) == {"a": 3, "b": 3}
    assert heard == ["Ignored 7 files and folders of the system."]


def test_runs_in_the_folder_are_no_class(tmp_path):
    for place in ("a", "b", "runs/train-1/samples", "a/mine/samples"):
        for number in range(3):
            photograph(tmp_path / place / f"{number}.png")
    for run in (tmp_path / "runs" / "train-1", tmp_path / "a" / "mine"):
        for name in ("config.json", "log.jsonl"):
            (run / name).write_text("{}")
    source, heard = load(tmp_path)
    assert counts(source) == {"a": 3, "b": 3}
    assert heard == [
        "Left out the runs of geneticgan that lie in the folder: a/mine, runs/train-1."
    ]


def test_whatever_pillow_opens_is_an_image(tmp_path):
    for kind in "ab":
        for name in ("x.GIF", "x.jfif", "x.jp2", "X.PNG", "x.webp"):
            photograph(tmp_path / kind / name)
        photograph(tmp_path / kind / "y.jpg")
        (tmp_path / kind / "y.jpg").rename(tmp_path / kind / "without_suffix")
        (tmp_path / kind / "README").write_text("no image")
    assert counts(load(tmp_path, pattern="*")[0]) == {"a": 6, "b": 6}


@pytest.mark.posix
def test_links_and_pipes_neither_hang_nor_double(tmp_path):
    for kind in "ab":
        for number in range(3):
            photograph(tmp_path / kind / f"{number}.png")
    os.symlink(".", tmp_path / "a" / "loop")
    os.symlink(tmp_path / "b", tmp_path / "a" / "across")
    os.symlink("itself", tmp_path / "a" / "itself")
    os.mkfifo(tmp_path / "b" / "pipe.png")
    assert counts(load(tmp_path)[0]) == {"a": 3, "b": 3}


def test_all_empty_classes_are_named_at_once(tmp_path):
    for kind in "ab":
        photograph(tmp_path / kind / "0.png")
    (tmp_path / "c").mkdir()
    (tmp_path / "d").mkdir()
    with pytest.raises(DataError, match=r"no image of c, d"):
        load(tmp_path)
    (tmp_path / "c").rmdir()
    (tmp_path / "d").rmdir()
    with pytest.raises(DataError, match=r"class 'a' has 1 image, class 'b' has 1 image"):
        load(tmp_path)


def test_all_faults_are_said_at_once(tmp_path):
    for kind, count in (("a", 5), ("b", 1), ("c", 0), ("d", 0)):
        (tmp_path / kind).mkdir()
        for number in range(count):
            photograph(tmp_path / kind / f"{number}.png")
    (tmp_path / "a" / "0.png").write_bytes(b"nothing")
    (tmp_path / "a" / "1.png").write_bytes((tmp_path / "a" / "2.png").read_bytes()[:60])
    with pytest.raises(DataError) as caught:
        load(tmp_path)
    said = str(caught.value)
    assert "no image of c, d" in said
    assert "class 'b' has 1 image;" in said
    assert (
        f"2 of 6 images cannot be read (not an image in a known format): {tmp_path}/a/0.png" in said
    )
    assert f"(damaged): {tmp_path}/a/1.png" in said


@pytest.mark.parametrize("name", ["x.ZIP", "x.tar.xz", "x.tar.bz2", "x.TGZ", "x.tbz2"])
def test_archives_by_any_name(tmp_path, name):
    tiles(tmp_path / "content")
    kind = {"x.ZIP": "zip", "x.tar.xz": "xztar", "x.TGZ": "gztar"}.get(name, "bztar")
    packed = shutil.make_archive(str(tmp_path / "packed"), kind, tmp_path / "content")
    os.rename(packed, tmp_path / name)
    assert counts(load(tmp_path / name)[0]) == {"crack": 5, "free": 10}


def test_archives_in_an_archive_and_windows_names(tmp_path):
    for part in ("train", "test"):
        tiles(tmp_path / "content" / part)
        shutil.make_archive(str(tmp_path / "inner" / part), "zip", tmp_path / "content" / part)
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "inner")
    found, files, _ = of_files(packed)
    assert found == {"crack": 10, "free": 20}
    assert files.test.sum() == 15
    with zipfile.ZipFile(tmp_path / "windows.zip", "w") as archive:
        for path in (tmp_path / "content" / "test").rglob("*.jpg"):
            info = zipfile.ZipInfo()
            info.filename = "\\".join(("images", path.parts[-3], path.name))
            archive.writestr(info, path.read_bytes())
    assert of_files(tmp_path / "windows.zip")[0] == {"crack": 5, "free": 10}


def test_pages_are_said(tmp_path):
    for kind in "ab":
        for number in range(3):
            photograph(tmp_path / kind / f"{number}.png")
    pages = [Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)) for _ in range(3)]
    pages[0].save(tmp_path / "a" / "stack.tif", save_all=True, append_images=pages[1:])
    pages[1].save(tmp_path / "b" / "one.gif")
    heard = load(tmp_path)[1]
    assert heard[0].startswith("1 of 8 files have several pages or frames, of which only the first")


def test_a_locked_archive_is_said(tmp_path):
    tiles(tmp_path / "content")
    path = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "content")
    data = bytearray((tmp_path / "packed.zip").read_bytes())
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:  # the bit that says: encrypted
        data[place + 8] |= 1
        place += 4
    (tmp_path / "packed.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"packed.zip cannot be read .*password"):
        load(path)


@pytest.mark.posix
@pytest.mark.parametrize(
    ("named", "said"),
    [
        (
            "imagse",
            r"there is no folder or file \S*/imagse; \S* holds cut.tar.bz2, images, list.csv;",
        ),
        ("images\\a", r"divided by slashes here: --data-root \S*images/a"),
        ("list.csv", r"list.csv is a file; read it with --dataset csv"),
        ("images/a/0.png", "is neither a folder nor an archive"),
        ("images/pipe", "is neither a file nor a folder"),
        (
            "cut.tar.bz2",
            r"cut.tar.bz2 cannot be read \(file could not be opened successfully\); down",
        ),
    ],
)
def test_the_true_cause_is_said(tmp_path, named, said):
    for kind in "ab":
        photograph(tmp_path / "images" / kind / "0.png")
    (tmp_path / "list.csv").write_text("x")
    (tmp_path / "cut.tar.bz2").write_bytes(b"BZh9")
    os.mkfifo(tmp_path / "images" / "pipe")
    with pytest.raises(DataError, match=said):
        load(f"{tmp_path}/{named}")


def test_the_home_folder_is_found(tmp_path, monkeypatch):
    tiles(tmp_path / "images")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert counts(load("~/images")[0]) == {"crack": 5, "free": 10}


def test_a_folder_without_permission_is_said(tmp_path, monkeypatch):
    tiles(tmp_path)

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("geneticgan.data.roots.os.scandir", refuse)  # root may read everything
    with pytest.raises(DataError, match="cannot be read: Permission denied; change"):
        load(tmp_path)


def test_a_list_says_which_images_are_the_test_part(tmp_path):
    tiles(tmp_path)
    names = ["crack/Imgs/0.jpg", "free/Imgs/3.jpg", "free/Imgs/4.jpg"]
    (tmp_path / "testing_list.txt").write_text("\n".join(names))
    source, _ = load(tmp_path, test="testing_list.txt")
    assert source.test.counts(2) == [1, 2]
    assert source.train.counts(2) == [4, 8]
    (tmp_path / "testing_list.txt").write_text("crack/Imgs/0.jpg\ngone.jpg")
    with pytest.raises(DataError, match=r"lists 'gone.jpg', which is not an image"):
        load(tmp_path, test="testing_list.txt")
    (tmp_path / "testing_list.txt").write_text("crack/Imgs/0.jpg")
    with pytest.raises(DataError, match="lists no image of: free"):
        load(tmp_path, test="testing_list.txt")


def test_copies_are_counted_and_those_in_both_parts_too(tmp_path):
    for kind in "ab":
        for number in range(6):
            photograph(tmp_path / "all" / "train" / kind / f"{number}.png")
    whole = tmp_path / "all" / "train"
    shutil.copy(whole / "a" / "0.png", whole / "a" / "again.png")
    said = "2 of 13 images are in 1 group of equal or nearly equal images; no split parts a group."
    assert load(whole)[1] == [said]
    shutil.copytree(whole, tmp_path / "all" / "test")
    photograph(tmp_path / "all" / "test" / "b" / "new.png")
    heard = load(tmp_path / "all")[1]
    said = "26 of 27 images are in 12 groups of equal or nearly equal images"
    assert heard == [f"{said}; 13 of 14 test images have a copy in training."]
