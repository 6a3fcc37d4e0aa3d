"""What `datasets check` sees in folders made for it."""

import shlex

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from geneticgan.config import TrainConfig
from geneticgan.data.inspection.copies import near_copies
from geneticgan.data.inspection.proposals import propose_groups
from geneticgan.errors import ConfigError
from geneticgan.jobs.checking import check
from geneticgan.jobs.train import plan
from geneticgan.report.run import run_sections
from geneticgan.training.run_folder import RunFolder
from geneticgan_cli.main import cli


@pytest.fixture(autouse=True)
def fresh_numbers():
    """The same pictures for each test, whichever ran before it."""
    global rng
    rng = np.random.default_rng(0)


def picture(size=(32, 32), top=256):
    """Smooth enough to be recognised after small changes."""
    coarse = rng.integers(0, top, (6, 6), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path):
    """Two classes of twelve images that nothing but their content tells apart."""
    for kind in "ab":
        (tmp_path / kind).mkdir()
        for number in range(12):
            picture().save(tmp_path / kind / f"{kind}{number}.bmp")
    return tmp_path


def look(root, size=32):
    found = check(TrainConfig(dataset="folder", data_root=str(root), image_size=size))
    return {finding.what: finding for finding in found}


def test_nothing_is_said_of_a_sound_folder(folder):
    found = look(folder)
    assert {what: each.state for what, each in found.items()} == dict.fromkeys(found, "ok")
    assert "24 images of 2 classes (a 12, b 12)" in found["files"].text


def test_copies_are_found_across_names_formats_and_small_changes(folder):
    (folder / "a" / "again.bmp").write_bytes((folder / "a" / "a3.bmp").read_bytes())
    with Image.open(folder / "b" / "b5.bmp") as image:
        image.save(folder / "b" / "saved.jpg", quality=85)
        Image.fromarray(np.asarray(image) // 2 + 60).save(folder / "b" / "brighter.bmp")
    found = look(folder)["copies"]
    assert found.state == "warning"
    assert "2 groups of equal or nearly equal images (4 images)" in found.text
    assert "a/a3.bmp, a/again.bmp" in found.text
    (folder / "b" / "a3.bmp").write_bytes((folder / "a" / "a3.bmp").read_bytes())
    assert "1 of them with several classes" in look(folder)["copies"].text


def test_copies_of_the_test_part_in_training_are_counted(folder, tmp_path_factory):
    root = tmp_path_factory.mktemp("parts")
    for part in ("train", "test"):
        for kind in "ab":
            (root / part / kind).mkdir(parents=True)
    for kind in "ab":
        for number in range(12):
            data = (folder / kind / f"{kind}{number}.bmp").read_bytes()
            (root / "train" / kind / f"{number}.bmp").write_bytes(data)
            if number < 5:
                (root / "test" / kind / f"{number}.bmp").write_bytes(data)
    assert "10 test images have a copy in training" in look(root)["copies"].text


def test_blank_images_are_copies_of_none():
    small = np.zeros((4, 32, 32), np.uint8)
    assert len(set(near_copies(small).tolist())) == 4


def test_a_shortcut_is_warned_of_with_its_number_and_giveaway(folder):
    for number in range(12):
        picture((40, 32)).save(folder / "b" / f"b{number}.bmp")
    found = look(folder)["shortcut"]
    assert found.state == "warning"
    assert "100 against 50 by chance" in found.text
    assert "image size alone: 100" in found.text


def test_the_report_of_a_run_warns_of_a_shortcut_and_counts_copies(folder, tmp_path_factory):
    for number in range(12):
        picture((40, 32)).save(folder / "b" / f"b{number}.bmp")
    (folder / "a" / "again.bmp").write_bytes((folder / "a" / "a3.bmp").read_bytes())
    config = TrainConfig(dataset="folder", data_root=str(folder), image_size=16)
    begun = plan(config)
    run = RunFolder.create(tmp_path_factory.mktemp("runs") / "run", config)
    run.write_split(begun.split, (), begun.remarks)
    (section,) = (s for s in run_sections(run.path)[1] if s.title == "Your images")
    shape, channels, copies, shortcut = section.text
    assert "fit=crop" in shape
    assert "grayscale=false" in channels
    assert copies.startswith("2 of 25 images are in 1 group of equal or nearly equal images")
    assert shortcut.startswith(
        "Warning: size, length, suffix, date, brightness and camera together"
    )
    assert "mean recall 100 against 50 by chance (image size alone: 100)" in shortcut


def test_dates_are_of_the_photograph_or_else_of_the_file(folder):
    for kind, day in (("a", "2020:05:01"), ("b", "2020:05:02")):
        for number in range(12):
            image = picture()
            exif = image.getexif()
            exif[0x0132] = f"{day} 12:00:00"
            image.save(folder / kind / f"{kind}{number}.png", exif=exif)
            (folder / kind / f"{kind}{number}.bmp").unlink()
    assert "date alone: 100" in look(folder)["shortcut"].text


def test_what_chance_gives_with_few_images_is_no_shortcut(folder):
    warned = 0
    for _ in range(6):
        for path in folder.rglob("*.bmp"):
            picture().save(path)
        warned += look(folder)["shortcut"].state == "warning"
    assert warned == 0


def test_wrong_labels_are_suspected_and_nothing_else(folder, monkeypatch):
    for side, kind in enumerate("ab"):
        for number in range(24):
            pixels = np.asarray(picture()).copy() // 2
            pixels[:, 16 * side : 16 * side + 16] += 100
            Image.fromarray(pixels).save(folder / kind / f"{kind}{number}.bmp")
    assert look(folder)["labels"].state == "ok"
    (folder / "a" / "a3.bmp").rename(folder / "b" / "wrong.bmp")
    (folder / "b" / "b5.bmp").rename(folder / "a" / "false.bmp")
    found = look(folder)["labels"]
    assert found.state == "warning"
    assert "2 images look like another class" in found.text
    assert "b/wrong.bmp (like a)" in found.text
    assert "a/false.bmp (like b)" in found.text
    monkeypatch.setattr("geneticgan.data.inspection.labels.MOST", 40)
    assert "on 40 of 48 images, drawn at random)" in look(folder)["labels"].text


def test_masks_without_a_photographs_name_and_turned_images_are_seen(folder):
    for number in range(3):
        drawn = np.zeros((32, 32), np.uint8)
        drawn[8 : 16 + number, 8:20] = 255
        Image.fromarray(drawn).save(folder / "a" / f"drawn{number}x.png")
    for number in range(11):
        picture((60, 40)).save(folder / "b" / f"wide{number}.bmp")
    picture((40, 60)).save(folder / "b" / "standing.bmp")
    found = look(folder)
    assert found["masks"].text.startswith("3 images have hardly more than two grey levels")
    assert found["masks"].text.endswith("if they are masks, leave them out with exclude=PATTERN")
    assert found["turned"].text.startswith("1 images are rotated against 11 others")
    assert found["turned"].text.endswith("b/standing.bmp")


def test_tiny_blank_and_outlying_images_are_named(folder):
    picture((9, 9)).save(folder / "a" / "tiny.bmp")
    Image.new("L", (32, 32), 128).save(folder / "a" / "blank.bmp")
    picture(top=12).save(folder / "b" / "dark.bmp")
    (folder / "b" / "broken.bmp").write_bytes(b"BM")
    found = look(folder)
    assert "smaller than --image-size 32 and will be enlarged: a/tiny.bmp" in found["size"].text
    assert "1 images of one colour: a/blank.bmp" in found["blank"].text
    assert "b/dark.bmp" in found["outlying"].text
    assert "1 cannot be read: b/broken.bmp" in found["files"].text


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("{kind}/patient{group}_{number}.png", 16),
        ("{kind}/{group:04}_{side}.png", 16),
        ("{kind}/case{group}/{number}.png", 16),
        ("{kind}/{group:04}_idx5_x{number}_y{serial}_class0.png", 16),
        ("{kind}/image_{serial}.png", None),
        ("{kind}/{serial}.png", None),
    ],
)
def test_groups_are_proposed_where_names_repeat_a_part(name, groups):
    paths, labels = [], []
    for serial in range(64):
        label = serial // 32
        numbers = {"group": serial // 4, "number": serial % 4, "side": "LRTB"[serial % 4]}
        paths.append(name.format(kind="ab"[label], serial=serial, **numbers))
        labels.append(label)
    found = propose_groups(paths, labels)
    assert (found and found.groups) == groups


def test_groups_that_are_proposed_can_be_typed(folder):
    for kind in "ab":
        for path in list((folder / kind).iterdir()):
            number = int(path.stem[1:])
            path.rename(path.with_name(f"{kind}{number // 3}_{number % 3}.bmp"))
    found = look(folder)["groups"]
    option, dataset = shlex.split(found.text.rpartition("together with ")[2])
    config = TrainConfig(dataset=dataset, data_root=str(folder), image_size=32)
    (groups,) = [each for each in check(config) if each.what == "groups"]
    assert (option, groups.text) == ("--dataset", "8 groups, which no split will divide")


@pytest.mark.parametrize("column", ["Smear No", "kind of cell"])
def test_groups_of_a_list_are_proposed_as_they_are_typed(folder, column):
    """By a column that is called so, or else by the paths as the list spells them."""
    lines = [f"path,label,{column}"]
    for kind in "ab":
        for path in list((folder / kind).iterdir()):
            number = int(path.stem[1:])
            path.rename(path.with_name(f"{kind}{number // 3}_{number % 3}.bmp"))
            lines.append(f"{kind}/{kind}{number // 3}_{number % 3}.bmp,{kind},{number // 3}")
    (folder / "list.csv").write_text("\n".join(lines))

    def groups(dataset):
        config = TrainConfig(dataset=dataset, data_root=str(folder), image_size=32)
        return next(each for each in check(config) if each.what == "groups").text

    said = groups("csv:label=label")
    dataset = shlex.split(said)[-1]
    assert dataset.startswith("csv:label=label,group=")
    assert ("group=Smear No" in dataset) == (column == "Smear No")
    assert groups(dataset).startswith("4 groups" if column == "Smear No" else "8 groups")


def test_a_background_of_each_group_tells_no_class_of_new_groups(tmp_path):
    backgrounds = 10 * rng.permutation(20)
    for group in range(20):
        kind = "ab"[group % 2]
        (tmp_path / kind).mkdir(exist_ok=True)
        for number in range(8):
            pixels = np.asarray(picture(top=20)).astype(int) + backgrounds[group]
            name = f"p{group}_{number}.bmp"
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(tmp_path / kind / name)

    def recall(dataset):
        config = TrainConfig(dataset=dataset, data_root=str(tmp_path), image_size=32)
        (found,) = [each for each in check(config) if each.what == "shortcut"]
        return found.state, int(found.text.partition("mean recall ")[2].split()[0])

    state, random = recall("folder")
    assert (state, random >= 75) == ("warning", True)
    state, by_group = recall("folder:group=(p\\d+)_")
    assert (state, by_group <= 62) == ("ok", True)


def test_the_command_prints_its_lines(folder):
    notes = Image.Exif()
    notes[0x0132] = "2020:01:01 00:00:00"
    picture().save(folder / "a" / "a0.jpg", exif=notes)
    whole = (folder / "a" / "a0.jpg").read_bytes()
    start = whole.index(b"Exif") + 14  # Pillow warns of notes that are cut short
    (folder / "a" / "a0.jpg").write_bytes(whole[:start] + b"\xff" + whole[start + 1 :])
    result = CliRunner().invoke(cli, ["datasets", "check", "folder", "--data-root", str(folder)])
    assert result.exit_code == 0, result.output
    assert "ok      copies    no two images are equal or nearly so" in result.output
    assert "Warning" not in result.output
    *_, last = result.output.splitlines()
    root = shlex.quote(str(folder))
    assert last == f"Next: geneticgan choose --dataset folder --data-root {root}"


def test_data_sets_without_files_are_refused():
    with pytest.raises(ConfigError, match="digits is not a data set of image files"):
        list(check(TrainConfig(dataset="digits")))
