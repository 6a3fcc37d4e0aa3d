"""The pages that lead through the command line are done from top to bottom, in a small way.

A page's `sh` and `python` blocks are run in their order in one folder with small settings added to
what takes long; only `pip`, `pytest` and the like are left out. Of all other pages those commands
are run that need no files and no plugin of the reader's: `plugins ...`, `datasets list`, and
`train`, which checks everything and then trains nothing.
"""

import contextlib
import io
import shlex

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from geneticgan.methods.asked import read_method
from geneticgan.specs import parse_specs
from geneticgan_cli.main import cli

TINY = ["--steps=3", "--width=2", "--batch-size=6", "--device=cpu"]
SMALLER = {
    "train": [*TINY, "--set=latent_dim=4", "--set=validate_every=2"],
    "benchmark": [*TINY, "--seeds=1", "--workers=1", "--methods=cn,aggan,aggan:recipe=best"],
}


@pytest.fixture(autouse=True)
def small_world(tmp_path, monkeypatch):
    """An empty folder, and what takes long whatever the options made short."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("geneticgan.jobs.features.STEPS", 2)
    monkeypatch.setattr("geneticgan.jobs.features.WIDTH", 2)
    monkeypatch.setattr("geneticgan.jobs.doctor.STEP_SECONDS", 0.01)
    return tmp_path


def lines(block):
    """Yield the words of each line that calls geneticgan, without the name."""
    for line in block.code.replace("\\\n", " ").splitlines():
        words = shlex.split(line.rpartition("&& ")[2], comments=True)
        if words and words[0] == "geneticgan":
            yield words[1:]


def run(words):
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, f"{' '.join(words)}\n{result.output}"
    return result.output


def walk(page):
    """Do a page; returns what each command said."""
    names, said = {"__name__": "page"}, []
    for block in page.blocks("sh", "python"):
        if block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(compile(block.code, page.name, "exec"), names)
            assert block.shown in (None, output.getvalue())
            continue
        for words in lines(block):
            said.append((words[0], run([*words, *SMALLER.get(words[0], [])])))
    return said


def test_the_quickstart(pages, small_world):
    said = walk(pages["docs/index.md"])
    assert [command for command, _ in said] == [
        "train", "doctor", "report", "measure", "generate", "predict", "augment"
    ]  # fmt: skip
    assert (small_world / "runs/digits-001/report.html").is_file()
    assert "On the test part" in said[0][1]


def test_your_own_images(pages, small_world):
    page = pages["docs/own-images.md"]
    others = pages["docs/lists.md"], pages["docs/reading-images.md"]
    rng = np.random.default_rng(0)
    for name, count in (("cats", 60), ("dogs", 24)):
        (small_world / "images" / name).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 256, (36, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(small_world / "images" / name / f"{number}.png")
    for number in range(36):
        name = f"{'well' if number % 2 else 'ill'}/patient{number // 3}_{number % 3}.png"
        (small_world / "scans" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(small_world / "scans" / name)
    rows = [f"images/{name}/{n}.png,{name}" for name in ("cats", "dogs") for n in range(20)]
    (small_world / "list.csv").write_text("\n".join(["file,diagnosis", *rows]))
    (config,) = page.blocks("toml")
    (small_world / "pets.toml").write_text(config.code)
    said = walk(page)
    assert {"train", "resume", "watch", "evaluate", "benchmark", "compare"} <= dict(said).keys()
    assert [dict(walk(other)).keys() >= {"datasets"} for other in others] == [True, True]
    assert (small_world / "verdict" / "compare-augment-against-aggan-recipe=best.md").is_file()
    assert len(list((small_world / "dogs").glob("dogs-*.png"))) == 100


READERS_OWN = ("soft-hinge", "stairs", "--config")
"""What a tutorial has made by then."""


def test_what_needs_no_files_runs(page):
    for words in (words for block in page.blocks("sh") for words in lines(block)):
        if any(name in word for name in READERS_OWN for word in words):
            continue
        if words[0] == "plugins" or words == ["datasets", "list"]:
            run(words)
        elif words[0] == "train" and not {"--dataset", "--data-root"} & set(words):
            assert "Dry run: everything is in order" in run([*words, "--dry-run"])
        elif "--methods" in words:
            for spec in parse_specs(words[words.index("--methods") + 1]):
                read_method(str(spec))
