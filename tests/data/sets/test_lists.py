"""Lists of images as people keep them."""

import shutil

import numpy as np
import pytest
from PIL import Image

from geneticgan.data.notices import Notices
from geneticgan.data.sets.csv import Csv
from geneticgan.data.splits import split_source
from geneticgan.errors import DataError

NAMES = [f"c{n:02}" for n in range(12)]
ODD = ["odd" if n % 2 else "even" for n in range(12)]


class Ears(Notices):
    def __init__(self):
        self.heard = []

    def note(self, text):
        self.heard.append(text)


@pytest.fixture
def write(tmp_path):
    """Twelve images, each of its own brightness, and a list of them."""
    (tmp_path / "images").mkdir()
    for number, name in enumerate(NAMES):
        Image.new("L", (8, 8), 20 * number).save(tmp_path / "images" / f"{name}.png")

    def write(lines, name="list.csv", encoding="utf-8", end="\n"):
        path = tmp_path / name
        path.write_bytes(end.join([*lines, ""]).encode(encoding))
        return path

    return write


def load(file, **options):
    dataset = Csv(str(file), image_size=8, grayscale=True, **options)
    dataset.notices = ears = Ears()
    source = dataset.load()
    return source, ears.heard


def told(source):
    """Return the class of each image by its number."""
    pool = source.pool
    numbers = (pool.pixels[:, 0, 0, 0] // 20).tolist()
    names = [source.class_names[label] for label in pool.labels]
    return [name for _, name in sorted(zip(numbers, names, strict=True))]


def rows(separator=",", paths="images/{}.png", labels=ODD):
    return [f"{paths.format(n)}{separator}{k}" for n, k in zip(NAMES, labels, strict=True)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "  ", " "])
@pytest.mark.parametrize("header", [True, False])
def test_any_separator_with_and_without_a_header(write, separator, header):
    first = [f"file{separator}kind"] if header else []
    assert told(load(write([*first, *rows(separator)]))[0]) == ODD


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_encoding(write, encoding, end):
    labels = ["schön" if kind == "odd" else "übel" for kind in ODD]
    path = write(["path;label", *rows(";", labels=labels)], encoding=encoding, end=end)
    assert told(load(path)[0]) == labels


def test_lines_of_separators_at_the_end_do_no_harm(write):
    assert told(load(write(["path,label,", *(f"{r}," for r in rows()), ",,", ",", ""]))[0]) == ODD


def test_paths_with_blanks_in_a_list_that_blanks_divide(write, tmp_path):
    for name in NAMES:
        (tmp_path / "images" / f"{name}.png").rename(tmp_path / "images" / f"x {name}.png")
    lines = [f"images/x {name}.png {kind}" for name, kind in zip(NAMES, ODD, strict=True)]
    with pytest.raises(DataError, match=r"no column holds the paths.* contain spaces in quotes"):
        load(write(lines))
    with pytest.raises(DataError, match=r"2 fields, but most lines have 3.* spaces in quotes"):
        load(write([*lines, "images/y.png even"]))
    quoted = [line.replace("images", '"images').replace(".png", '.png"') for line in lines]
    assert told(load(write(quoted))[0]) == ODD


def test_cells_of_solar_modules(write):
    """Path, probability of a defect, kind of module; no header, columns divided by blanks."""
    chances = [0.0, 0.3333333333, 0.6666666667, 1.0] * 3
    lines = [f"images/{n}.png  {c}   mono" for n, c in zip(NAMES, chances, strict=True)]
    path = write(lines, "labels.csv")
    with pytest.raises(DataError, match=r"name one .*: 1, .*; 2, such as '0.0'; 3, such as 'mono'"):
        load(path)
    kinds = [f"2{'>' if c > 0.5 else '<='}0.5" for c in chances]
    assert told(load(path, label="2>0.5")[0]) == kinds
    below = [f"2{'<' if c < 0.3 else '>='}0.3" for c in chances]
    assert told(load(path, label="2<0.3")[0]) == below


def test_imagenet(write):
    path = write(rows(" ", labels=[10 * (n % 2) + 2 for n in range(12)]), "val.txt")
    source, _ = load(path)
    assert source.class_names == ("2", "12")  # by value, not by the alphabet


def test_ham10000(write, tmp_path):
    """Ids without a suffix, files in two folders, a lesion for several images."""
    for number, name in enumerate(NAMES):
        folder = tmp_path / f"HAM10000_images_part_{1 + number // 6}"
        folder.mkdir(exist_ok=True)
        shutil.move(tmp_path / "images" / f"{name}.png", folder / f"ISIC_{name}.png")
    kinds = ["mel"] * 6 + ["nv"] * 6
    lines = [f"HAM_{n // 2},ISIC_{NAMES[n]},{kinds[n]},histo,80.0" for n in range(12)]
    path = write(["lesion_id,image_id,dx,dx_type,age", *lines], "HAM10000_metadata.csv")
    source, heard = load(path, group="lesion_id")
    assert told(source) == kinds
    assert source.pool.group_counts(2) == [3, 3]
    assert any("'mel' 3, 'nv' 3" in text for text in heard)


def test_isic(write):
    hot = [("1.0,0.0,0.0", "0.0,1.0,0.0", "0.0,0.0,1.0")[n % 3] for n in range(12)]
    lines = ["image,MEL,NV,BCC", *(f"{n},{h}" for n, h in zip(NAMES, hot, strict=True))]
    kinds = ["MEL", "NV", "BCC"] * 4
    assert told(load(write(lines))[0]) == kinds
    for wrong, said in (
        ("1.0,1.0,0.0", r"2 columns \(MEL, NV\) are"),
        ("0.0,0.0,0.0", "no column is"),
    ):
        lines[3] = f"{NAMES[2]},{wrong}"
        with pytest.raises(DataError, match=f"line 4: {said} 1, but"):
            load(write(lines))


@pytest.mark.parametrize(
    "words", [("False", "True"), ("no", "yes"), ("-1", "1"), ("0,0", "1,0"), ("", "x1")]
)
def test_columns_of_yes_and_no(write, words):
    no, yes = (word.replace("x", "") for word in words)
    hot = [";".join(yes if c == n % 3 else no for c in range(3)) for n in range(12)]
    lines = ["image;a;b;c", *(f"{n};{h}" for n, h in zip(NAMES, hot, strict=True))]
    assert told(load(write(lines))[0]) == ["a", "b", "c"] * 4


def test_pets(write, tmp_path):
    """Comments in front, ids without a suffix, images in a folder beside the list's."""
    (tmp_path / "lists").mkdir()
    lines = [f"{name} {1 + n % 2} 2 1" for n, name in enumerate(NAMES)]
    path = write(["#Image CLASS-ID SPECIES BREED ID", "#1: one, 2: other", *lines], "list.txt")
    path = path.rename(tmp_path / "lists" / "list.txt")
    with pytest.raises(DataError, match=r"csv:images=FOLDER, such as csv:images=../images"):
        load(path)
    kinds = [str(1 + n % 2) for n in range(12)]
    assert told(load(path, images="../images", label="2")[0]) == kinds


def test_a_header_that_is_a_comment(write):
    assert told(load(write(["# file kind", *rows(" "), "# the end"]))[0]) == ODD


def test_birds(write, tmp_path):
    """Paths, classes and parts in lists of their own, by the number of the image."""
    write([f"{n} images/{name}.png" for n, name in enumerate(NAMES)], "images.txt")
    write([f"{n} {1 + n % 2}" for n in range(12)], "image_class_labels.txt")
    write([f"{n} {int(n % 6 > 1)}" for n in range(12)], "train_test_split.txt")
    with pytest.raises(DataError, match=r"different value in every line.*csv:table=ONE\+OTHER"):
        load(tmp_path, table="images.txt")
    joined = "images.txt+image_class_labels.txt+train_test_split.txt"
    source, _ = load(tmp_path, table=joined, label="3", part="4=0")
    assert source.class_names == ("1", "2")
    assert (source.train.counts(2), source.test.counts(2)) == ([4, 4], [2, 2])
    write(["0 1"], "few.txt")
    with pytest.raises(DataError, match=r"few.txt lacks 11 of the 12 keys .*, such as '1'"):
        load(tmp_path, table="images.txt+few.txt")


def test_indices_of_pandas_and_of_r(write):
    numbered = [f"{n},{row}" for n, row in enumerate(rows())]
    assert told(load(write([",file,kind", *numbered]))[0]) == ODD
    assert told(load(write(["file,kind", *numbered]))[0]) == ODD


def test_paths_of_another_machine(write):
    begins = "/home/me/data/images/", "C:\\data\\images\\", "../input/images/", "Set-1.0/images/"
    for begin in begins:
        source, heard = load(write(["path,label", *rows(paths=begin + "{}.png")]))
        assert told(source) == ODD
        assert heard[0].startswith("The paths in list.csv begin with ")


def test_numbers_with_a_decimal_comma(write):
    lines = [f"images/{n}.png;0,{i};mono" for i, n in enumerate(NAMES)]
    kinds = [f"2{'>' if i in (6, 7, 8, 9) else '<='}0.5" for i in range(12)]
    assert told(load(write(lines), label="2>0.5")[0]) == kinds


def test_columns_are_proposed_as_groups(write):
    lines = [f"{row},p{i // 3}" for i, row in enumerate(rows())]
    _, heard = load(write(["path,label,Patient ID", *lines]))
    assert any("one side of every split by 'csv:group=Patient ID'" in text for text in heard)


@pytest.mark.parametrize(
    ("column", "part", "values"),
    [("is_valid", "", ("False", "True")), ("Usage", "", ("Training", "PublicTest")),
     ("fold", "fold=5", ("1", "5")), ("is_train", "is_train", ("1", "0"))],
)  # fmt: skip
def test_parts_as_others_say_them(write, column, part, values):
    lines = [f"{row},{values[i % 4 > 1]}" for i, row in enumerate(rows())]
    source, _ = load(write([f"path,label,{column}", *lines]), part=part)
    assert (source.train.counts(2), source.test.counts(2)) == ([3, 3], [3, 3])


def test_all_faults_of_a_list_at_once(write):
    lines = rows(labels=["", "", *ODD[2:]])
    with pytest.raises(DataError) as caught:
        load(write(["path,label", *lines, "gone.png,odd", ",even"]))
    said = str(caught.value)
    assert "each of 2 lines (2, 3) has no class in column 'label'" in said
    assert "line 15 has no path" in said
    assert "1 of 14 files in list.csv are missing: gone.png" in said


def test_several_classes_in_a_field_are_an_error(write):
    lines = rows(labels=["odd|even", *ODD[1:]])
    with pytest.raises(DataError, match=r"line 2 names several classes \('odd\|even'\)"):
        load(write(["path,Finding Labels", *lines]))
    lines = rows(labels=["odd|prime", *ODD[1:]])  # which no other line names
    with pytest.raises(DataError, match=r"line 2 names several classes \('odd\|prime'\)"):
        load(write(["path,Finding Labels", *lines]))


def test_a_patient_beside_a_measurement_is_no_class(write):
    lines = [f"images/{n}.png,0.{i},p{i // 3}" for i, n in enumerate(NAMES)]
    with pytest.raises(DataError, match="not clear which column holds the classes"):
        load(write(["path,score,patient", *lines]))


def test_what_systems_leave_beside_a_list_is_no_list(write, tmp_path):
    write(["path,label", *rows()])
    (tmp_path / "__MACOSX").mkdir()
    for path in (tmp_path / "._list.csv", tmp_path / "__MACOSX" / "._list.csv"):
        path.write_bytes(b"\0\5")
    assert told(load(tmp_path)[0]) == ODD


def test_classes_that_differ_by_capitals_are_said(write):
    _, heard = load(write(["path,label", *rows(labels=["Odd", "Odd", *ODD[2:]])]))
    assert heard[0].startswith("Odd and odd differ only in upper and lower case")


def test_deepweeds(write):
    lines = [f"{n}.png,{i % 2},{k} weed" for i, (n, k) in enumerate(zip(NAMES, ODD, strict=True))]
    path = write(["Filename,Label,Species", *lines])
    assert load(path)[0].class_names == ("0", "1")
    assert told(load(path, label="Species")[0]) == [f"{kind} weed" for kind in ODD]


def test_labels_in_the_names_of_files(write):
    path = write([f"images/{name}.png" for name in NAMES], "list.txt")
    assert told(load(path, label=r"c(\d)\d")[0]) == ["0"] * 10 + ["1"] * 2
    with pytest.raises(DataError, match=r"each of 12 lines \(1, .*label=x\(\\d\) .*c00.png"):
        load(path, label=r"x(\d)")


@pytest.mark.parametrize("spelt", [r"images\{}.png", "./images/{}.png", "{}.png", "{}"])
def test_paths_as_other_systems_write_them(write, spelt):
    assert told(load(write(["path,label", *rows(paths=spelt)]))[0]) == ODD


def test_images_elsewhere_columns_by_number_and_a_folder_of_the_list(write, tmp_path):
    path = write(
        [f"x,{name}.png,{kind}" for name, kind in zip(NAMES, ODD, strict=True)], "deep.csv"
    )
    (tmp_path / "lists").mkdir()
    path.rename(tmp_path / "lists" / "deep.csv")
    options = {"path": "2", "label": "3", "images": "../images"}
    assert told(load(tmp_path / "lists" / "deep.csv", **options)[0]) == ODD
    packed = shutil.make_archive(str(tmp_path.parent / "packed"), "zip", tmp_path)
    assert told(load(packed, **options)[0]) == ODD


def test_parts_by_any_word(write):
    parts = ["Train"] * 8 + ["VAL"] * 4
    lines = [f"{row},{part}" for row, part in zip(rows(), parts, strict=True)]
    source, _ = load(write(["path,label,split", *lines]))
    assert not source.held_out
    assert source.test.counts(2) == [2, 2]
    lines[0] = lines[0].replace("Train", "Tset")
    with pytest.raises(DataError, match=r"line 2 has 'Tset' in column 'part' instead of train"):
        load(write(["path,label,part", *lines]))


def test_an_image_listed_again_counts_once_and_never_with_two_classes(write):
    source, heard = load(write(["path,label", *rows(), *rows(), *rows()]))
    assert told(source) == ODD
    assert heard == ["24 lines of list.csv repeat an image; each image counts once."]
    with pytest.raises(DataError, match=r"line 14 repeats .*c00.png \(even, then odd"):
        load(write(["path,label", *rows(), "images/c00.png,odd"]))


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        (["path,label", "images/c00.png,a,b", *rows()], {}, "line 2 has 3 fields, but most"),
        (["path,label", *rows()], {"path": "file"}, "has no column 'file'"),
        (["path,label", *rows()], {"label": "kind"}, r"no column 'kind' \(it has path, label\)"),
        (
            ["path,label", *rows()],
            {"label": "label>1"},
            r"12 lines .* no number in column 'label', but 'even'",
        ),
        (["path,label", *rows()], {"group": "smear"}, r"not found in 12 of 12 .* path, label\)"),
        (["path,label", *rows(paths="{}.gone")], {}, "12 of 12 files in .* are missing: c00.gone"),
        (
            ["file,label", *rows(paths="{}.gone")],
            {},
            r"no column holds the paths .* \(the columns: file",
        ),
        (["path,label", "a\0b,c"], {}, "line 2 contains a NUL byte"),
        (["PAR1 etc."], {}, "is a Parquet file instead of a text file; save it as csv"),
        (['[{"path": "c00.png"}]'], {}, "is JSON instead of a text file; save it as csv"),
        ([",".join(f"p{n}" for n in range(99)), ",".join("1" * 99)], {}, "and 91 more .*npz"),
        (
            ["path,label", *rows()],
            {"images": "away"},
            "csv:images=away: the folder .*away does not exist",
        ),
        (
            ["path,label", *rows()],
            {"part": "label=x"},
            "no line has 'x' in column 'label'; choose .*: even",
        ),
    ],
)
def test_what_cannot_be_read_is_said(write, lines, options, message):
    with pytest.raises(DataError, match=message):
        load(write(lines), **options)


def test_measurements_are_no_classes(write, tmp_path):
    for n in range(30):
        Image.new("L", (8, 8)).save(tmp_path / f"{n}.png")
    path = write(["path,size", *(f"{n}.png,{n / 7}" for n in range(30))])
    with pytest.raises(DataError, match=r"'size' holds 30 different numbers.*label=size>0.5"):
        load(path)


def test_files_that_are_not_there_can_be_left_out(write):
    path = write(["path,label", *rows(), "gone.png,odd"])
    source, heard = load(path, skip_corrupt=True)
    assert told(source) == ODD
    assert heard == ["Left out 1 of 13 files in list.csv that are missing: gone.png."]


def test_the_same_name_in_two_folders_is_not_guessed(write, tmp_path):
    shutil.copytree(tmp_path / "images", tmp_path / "again")
    with pytest.raises(DataError, match=r"'c00' may be again/c00.png or images/c00.png"):
        load(write(["path,label", *rows(paths="{}")]))
    assert told(load(write(["path,label", *rows(paths="images/{}.png")]))[0]) == ODD


@pytest.mark.posix
def test_a_device_is_named_and_not_read(write):
    with pytest.raises(DataError, match=r"1 of 13 images cannot be read.*/dev/zero"):
        load(write(["path,label", *rows(), "/dev/zero,odd"]))


def test_cells_of_a_smear_stay_together(write):
    lines = [
        f"images/{n}.png,{k},s{i // 3}" for i, (n, k) in enumerate(zip(NAMES, ODD, strict=True))
    ]
    source, _ = load(write(["path,label,smear", *lines]), group="smear")
    split = split_source(source, None, 0.2, 0)
    parts = [set(p.groups.tolist()) for p in (split.train, split.validation, split.test)]
    assert not (parts[0] & parts[1]) | (parts[0] & parts[2]) | (parts[1] & parts[2])
    assert np.unique(split.test.labels).tolist() == [0, 1]


def test_a_file_of_names_beside_a_list_of_numbers_is_used(write):
    path = write(rows(" ", labels=[n % 2 for n in range(12)]), "val.txt")
    write(["even", "odd"], "labels.txt")
    for place in (path, path.parent):  # of the two lists in the folder it is the other
        source, heard = load(place)
        assert told(source) == ODD
        assert any("have the names that labels.txt gives" in text for text in heard)
    write(["0 even", "1 odd", "2 neither"], "labels.txt")
    assert told(load(path)[0]) == ODD
    write(["even", "odd", "neither"], "labels.txt")  # there is no telling where it begins
    assert set(told(load(path)[0])) == {"0", "1"}
    path = write(rows(" ", labels=[1 + n % 2 for n in range(12)]), "val.txt")
    write(["even", "odd"], "labels.txt")
    assert told(load(path)[0]) == ODD


def test_addresses_are_files_of_that_name_or_are_named(write, tmp_path):
    paths = "https://example.org/2024/{}.png?size=small"
    path = write(["url,kind", *rows(paths=paths)])
    assert told(load(path)[0]) == ODD  # they were fetched
    shutil.rmtree(tmp_path / "images")
    for options in ({}, {"path": "url"}):
        with pytest.raises(DataError, match=r"Column 1 holds web addresses, such as https:"):
            load(path, **options)


def test_json_in_a_folder_is_named(write, tmp_path):
    write(['{"images": []}'], "instances.json")
    with pytest.raises(
        DataError, match=r"no list.*COCO .*\(instances.json\) are not read.*write a"
    ):
        load(tmp_path)


def test_uncertain_labels_are_named(write):
    hot = ["1.0,0.0", "-1.0,1.0", ",1.0"] * 4
    with pytest.raises(DataError, match=r"each of 4 lines \(3, 6, 9, 12\) has -1.*\(cat\).*uncert"):
        load(write(["path,cat,dog", *rows(labels=hot)]))
    signs = ["1,-1", "-1,1", "-1,1"] * 4  # as CelebA says no
    assert told(load(write(["path,cat,dog", *rows(labels=signs)]))[0]) == ["cat", "dog", "dog"] * 4
