"""Files made to do harm: refused or neutralised, with a clear sentence."""

import ast
import io
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from geneticgan.data.decoding import MOST_PIXELS
from geneticgan.errors import RunError, printable, typed
from geneticgan.inference.facts import Facts
from geneticgan.inference.rows import make_writer
from geneticgan.jobs.scaffold import new_package
from geneticgan.jobs.sorting import Sorter
from geneticgan_cli.main import cli

ROOT = Path(__file__).parents[2]
EVIL = ["../../escape", "\x1b[2J\x1b[31mred", "<script>alert(1)</script>", "a\nb\x07\x00c"]


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def evil_npz(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 30)
    path = tmp_path / "data.npz"
    pixels = rng.integers(0, 255, (120, 8, 8), dtype=np.uint8)
    np.savez(path, x_train=pixels, y_train=labels, classes=np.array(EVIL))
    return path


def test_class_names_do_no_harm_wherever_they_are_shown(evil_npz, tmp_path):
    out = tmp_path / "deep" / "er" / "run"
    options = ["--steps", 4, "--width", 2, "--batch-size", 8, "--out", out]
    data = ["--dataset", "npz", "--data-root", evil_npz]
    outputs = [
        run("train", *data, *options),
        run("report", out, "--no-measure"),
        run("augment", out, "--out", tmp_path / "deep" / "balanced"),
        run("generate", out, "--count", 1, "--out", tmp_path / "deep" / "few"),
        run("datasets", "info", "npz", "--data-root", evil_npz),
        run("generate", out, "--class", "\x1b[31m", "--out", tmp_path / "deep" / "none"),
    ]
    assert [result.exit_code for result in outputs] == [0, 0, 0, 0, 0, 1]
    for result in outputs:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", result.output), result.output
    html = (out / "report.html").read_text()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
    for path in (out / "figures").glob("*.svg"):
        assert "<script" not in path.read_text()
    outside = [path for path in tmp_path.iterdir() if path.name not in ("deep", "data.npz")]
    assert outside == []
    assert not any("escape" in path.name for path in tmp_path.parent.iterdir())


def bomb(width, height):
    """A PNG of a few bytes that claims to hold very many pixels."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    body = zlib.compress(b"\x00" * 1000)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, data in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b"")):
        parts.append(len(data).to_bytes(4, "big") + kind + data)
        parts.append(zlib.crc32(kind + data).to_bytes(4, "big"))
    return b"".join(parts)


def test_an_image_that_claims_to_be_huge_is_named_before_it_is_unpacked(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(8):
            pixels = rng.integers(0, 255, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{number}.png")
    assert MOST_PIXELS < 10_000 * 8_000
    (tmp_path / "images" / "a" / "bomb.png").write_bytes(bomb(10_000, 8_000))
    options = ["info", "folder", "--data-root", tmp_path / "images", "--image-size", 8]
    result = run("datasets", *options)
    assert result.exit_code == 1
    assert "1 of 17 images cannot be read" in result.output
    assert re.search(r"more than 64 megapixels\): \S*/a/bomb\.png", result.output)
    assert run("datasets", *options, "--skip-corrupt").exit_code == 0


def test_an_npz_with_objects_is_not_unpickled(tmp_path):
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self):
            return (open, (str(trap), "w"))

    buffer = io.BytesIO()
    np.savez(buffer, x_train=np.array([Trap()], dtype=object), y_train=np.zeros(1, int))
    (tmp_path / "data.npz").write_bytes(buffer.getvalue())
    result = run("datasets", "info", "npz", "--data-root", tmp_path / "data.npz")
    assert result.exit_code == 1
    assert "could run a stranger's code" in result.output
    assert not trap.exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä", "plain ä"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\tb", "a\\tb"),
        ("\u202eevil", "\\u202eevil"),
    ],
)
def test_control_characters_are_written_out(text, shown):
    assert printable(text) == shown


def test_names_of_files_in_an_error_are_written_out(tmp_path):
    result = run("report", tmp_path / "\x1b[2Jnothing")
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "\\x1b[2Jnothing" in result.output


def calls(tree):
    """Yield the name of what is called, and the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def writes(name, call):
    """Tell whether a call writes a file under its own name, past the one writer."""
    if name in ("write_text", "write_bytes", "save_file", "mkstemp", "NamedTemporaryFile"):
        return True
    words = [a.value for a in [*call.args, *(k.value for k in call.keywords)]
             if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
    return name == "open" and any(re.fullmatch("[rwxabt+]*[wxa+][rwxabt+]*", w) for w in words)


ALLOWED = {
    "geneticgan/data/sets/idx.py": "a scratch folder of the system's",
    "geneticgan/jobs/doctor.py": "tries out whether a folder can be written to",
}


def test_every_file_is_written_by_the_one_writer():
    found = set()
    for path in [*(ROOT / "geneticgan").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]:
        if any(writes(*each) for each in calls(ast.parse(path.read_text()))):
            found.add(path.relative_to(ROOT).as_posix())
    assert found == set(ALLOWED)


def test_every_line_for_the_terminal_is_made_printable():
    for path in (ROOT / "cli").rglob("*.py"):
        names = {name for name, _ in calls(ast.parse(path.read_text()))}
        assert path.name == "saying.py" or not names & {"echo", "secho", "print_"}, path
        if "print" in names:  # of a console, which makes what it prints printable
            assert not re.search(r"rich\.console import .*\bConsole\b", path.read_text()), path


def test_what_a_plugin_or_a_cause_says_is_made_printable(monkeypatch, tmp_path):
    def fail(*_):
        raise cause

    cause = ImportError("libtorch_cpu.so: failed to map segment from shared object")
    monkeypatch.setattr("geneticgan.jobs.report.check_report", lambda *_: None)
    monkeypatch.setattr("geneticgan.jobs.measuring.what_is_missing", fail)
    assert "Error: out of memory; end other programs\n" in run("report", tmp_path).output
    cause = ValueError("\x1b[2Jgone")

    monkeypatch.setattr("geneticgan.jobs.report.write_report", fail)
    monkeypatch.setattr("geneticgan.jobs.measuring.what_is_missing", lambda *_: "\x1b[31mred")
    result = run("report", tmp_path)
    assert "\x1b" not in result.output
    assert "\\x1b[31mred" in result.output
    assert "\\x1b[2Jgone" in result.output


def test_predictions_and_new_plugins_go_through_no_link(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("keep")
    folder = tmp_path / "new"
    files = new_package("mutation", "own", folder)
    assert all(file.read_text() and not file.is_symlink() for file in files)
    (tmp_path / "images" / "a").mkdir(parents=True)
    Image.new("L", (8, 8)).save(tmp_path / "images" / "a" / "x.png")
    sorter = Sorter(tmp_path / "sorted", move=False)
    sorter.note("x.png", tmp_path / "images" / "a" / "x.png", 0)
    (tmp_path / "sorted").mkdir()
    (tmp_path / "sorted" / "a").symlink_to(tmp_path / "images")
    with pytest.raises(RunError, match="it is a symbolic link"):
        sorter.sort(("a",))
    (tmp_path / "sorted" / "a").unlink()
    sorter.sort(("a",))
    assert (tmp_path / "sorted" / "a" / "x.png").is_file()
    facts = Facts(1, 8, ("a", "b"), (1, 1), (0, 0), (1, 1))
    link = tmp_path / "rows.csv"
    link.symlink_to(victim)
    with pytest.raises(FileExistsError):
        make_writer("csv", facts)(link, [])
    assert victim.read_text() == "keep"


def test_paths_in_commands_that_are_to_be_pasted_are_quoted():
    names = "|".join(cli.commands)
    unquoted = re.compile(rf"geneticgan ({names}) [^\"`{{\n]*\{{(?!shlex\.|name\}})")
    for path in [*(ROOT / "geneticgan").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]:
        assert not unquoted.search(path.read_text()), path
    assert typed("resume", "r/a b") == "geneticgan resume 'r/a b'"
