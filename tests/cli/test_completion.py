"""What the Tab key offers."""

import json
import subprocess
import sys

import pytest
from click.shell_completion import BashComplete

from geneticgan_cli.completion import GROUPS
from geneticgan_cli.main import cli


def offered(*words):
    *before, last = words
    shell = BashComplete(cli, {}, "geneticgan", "_GENETICGAN_COMPLETE")
    return [item.value for item in shell.get_completions(before, last)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["train", "--mutations", "min"], ["minimax"]),
        (["train", "--mutations", "minimax,hin"], ["minimax,hinge"]),
        (["train", "--dataset", "fashion"], ["fashion-mnist"]),
        (["choose", "--methods", "oscn,balanced-s"], ["oscn,balanced-softmax"]),
        (["benchmark", "--datasets", "mni"], ["mnist"]),
        (["benchmark", "--protocols", "head-c"], ["head-calibrated"]),
        (["datasets", "info", "fashion"], ["fashion-mnist"]),
        (["plugins", "info", "lsg"], ["lsgan"]),
        (["plugins", "check", "efficient"], ["efficientnet-lite0"]),
        (["plugins", "new", "mut"], ["mutation"]),
        (["train", "--schedule", "nothing-like-it"], []),
    ],
)
def test_names_of_plugins_are_completed(words, expected):
    assert offered(*words) == expected


def test_every_option_of_plugins_is_completed_somewhere():
    commands = [cli.get_command(None, name) for name in ("train", "choose", "benchmark")]
    completed = {p.name for each in commands for p in each.params if p._custom_shell_complete}
    assert completed == set(GROUPS)


def test_classes_of_a_run_are_completed(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps({"class_names": ["Katze", "Kater", "Hund"]}))
    assert offered("generate", str(tmp_path), "--class", "Kat") == ["Katze", "Kater"]
    assert offered("generate", str(tmp_path / "none"), "--class", "Kat") == []
    assert offered("evaluate", str(tmp_path), "--threshold", "Hu") == ["Hund="]
    prior = offered("predict", str(tmp_path), "new", "--prior", "Katze=0.9,Hu")
    assert prior == ["Katze=0.9,Hund="]


def test_completion_imports_no_torch():
    code = (
        "import sys; from geneticgan_cli.main import cli; "
        "from click.shell_completion import BashComplete; "
        "BashComplete(cli, {}, 'g', 'G').get_completions(['train', '--mutations'], 'm'); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
