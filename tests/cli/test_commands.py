import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from geneticgan.config import TrainConfig
from geneticgan.recipes import DEFAULT_RECIPE, RECIPES
from geneticgan.training.checkpoint import Checkpoint
from geneticgan_cli.main import cli

QUICK = [
    "--steps=4",
    "--batch-size=6",
    "--width=2",
    "--set=latent_dim=4",
    "--imbalance=counts:12,9,9,8,7,6,6,6,6,5",
    "--device=cpu",
]


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "run"
    result = invoke("train", *QUICK, "--out", path)
    assert result.exit_code == 0, result.output
    return path, result.output


def test_train_says_what_it_did_and_what_to_do_next(run):
    path, output = run
    for text in (
        "imbalance ratio 2.4",
        "never seen in training",
        "AGGAN, class head",
        "CN on real + generated",
        "Os+CN",
        "G-mean",
        f"Recipe: {DEFAULT_RECIPE}",
        f"Augmentation, in every row: {RECIPES[DEFAULT_RECIPE]['augmentation']}",
        "recall of '9'",
        "of the test part). One seed",
        "Best ACSA here: ",
        "generation 4/4",
        "accepted",
        str(path / "samples" / "classes.png"),
        f"Next: geneticgan predict {path}",
    ):
        assert text in output


def test_evaluate_prints_the_same_table(run):
    path, output = run
    again = invoke("evaluate", path)
    assert again.exit_code == 0, again.output
    assert [line for line in output.splitlines() if line.startswith("│")] == [
        line for line in again.output.splitlines() if line.startswith("│")
    ]


def test_resume_generate_augment(run, tmp_path):
    path, _ = run
    assert invoke("resume", path).exit_code == 0
    result = invoke("generate", path, "--class", "9", "--count", 2, "--out", tmp_path / "g")
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "g").glob("9-*.png"))) == 2
    result = invoke("augment", path, "--out", tmp_path / "a")
    assert result.exit_code == 0, result.output
    assert "generated" in result.output
    assert len(list((tmp_path / "a").iterdir())) == 10


def test_plugins_list_names_everything_with_its_package():
    output = invoke("plugins", "list").output
    for name in ("minimax", "nonsat", "lsgan", "exponential", "zero", "digits", "geneticgan 0."):
        assert name in output


def test_a_dry_run_writes_nothing(tmp_path):
    result = invoke("train", *QUICK, "--out", tmp_path / "run", "--dry-run")
    assert result.exit_code == 0, result.output
    assert '"steps": 4' in result.output
    assert not (tmp_path / "run").exists()


def test_what_can_be_known_is_known_before_there_is_a_folder(tmp_path):
    images = tmp_path / "images.npz"
    np.savez(images, x=np.zeros((20, 20, 20), np.uint8), y=np.arange(20) % 2)
    arrays = ("train", "--dataset", "npz", "--data-root", images, "--out", tmp_path / "run")
    held_out = ("train", *QUICK, "--out", tmp_path / "run", "--set", "fitness=validation")
    for words, said in (
        (arrays, "images of 20 pixels are not supported; use --image-size with one of 8, 16"),
        ((*held_out, "--validation-fraction", 0), "needs held-out images"),
    ):
        for more in ((), ("--dry-run",)):
            result = invoke(*words, *more)
            assert result.exit_code == 1
            assert said in result.output
    assert not (tmp_path / "run").exists()
    assert invoke(*arrays, "--image-size", 8, "--dry-run").exit_code == 0


def test_flags_win_over_the_file_and_the_file_over_defaults(tmp_path):
    (tmp_path / "a.toml").write_text('steps = 7\nwidth = 3\nschedule = "linear"\n')
    result = invoke("train", "--config", tmp_path / "a.toml", "--steps", 5, "--dry-run")
    options = json.loads(result.output[result.output.index("{") : result.output.rindex("}") + 1])
    assert (options["steps"], options["width"], options["schedule"]) == (5, 3, "linear")
    assert options["batch_size"] == 50


def options_of_a_dry_run(*words):
    result = invoke("train", *words, "--dry-run")
    assert result.exit_code == 0, result.output
    return json.loads(result.output[result.output.index("{") : result.output.rindex("}") + 1])


@pytest.mark.parametrize("name", list(RECIPES))
def test_a_recipe_is_where_options_begin(name, tmp_path):
    options = options_of_a_dry_run(*QUICK, "--recipe", name)
    assert options["recipe"] == name
    assert options | RECIPES[name] == options
    flagged = options_of_a_dry_run(*QUICK, "--recipe", name, "--set", "generated_class_weight=0.3")
    assert flagged["generated_class_weight"] == 0.3
    (tmp_path / "a.toml").write_text(f'recipe = "{name}"\ngenerated_class_weight = 0.7\n')
    from_file = options_of_a_dry_run(*QUICK, "--config", tmp_path / "a.toml")
    assert (from_file["recipe"], from_file["generated_class_weight"]) == (name, 0.7)


@pytest.mark.parametrize("name", list(RECIPES))
def test_a_recipe_sets_the_same_for_a_program_and_on_the_command_line(name):
    config = TrainConfig(recipe=name)
    assert config.to_json() | RECIPES[name] == config.to_json()
    typed = options_of_a_dry_run("--recipe", name)
    assert typed == config.to_json()
    assert options_of_a_dry_run() == TrainConfig().to_json()
    assert TrainConfig().with_recipe(name) == config
    assert TrainConfig(recipe=name, augmentation="flip").augmentation == "flip"


def test_an_unknown_recipe_in_a_file_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text('recipe = "mine"\n')
    result = invoke("train", *QUICK, "--config", tmp_path / "a.toml")
    assert result.exit_code == 1
    assert "recipe must be one of paper, best, got 'mine'" in result.output


def test_plugin_options_reach_the_log(tmp_path):
    result = invoke(
        "train", *QUICK, "--mutations", "nonsat,lsgan:b=0.9", "--schedule", "linear:T=3,period=2",
        "--out", tmp_path / "run",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    records = [
        json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    ]
    assert [record["T"] for record in records] == [3.0, 1.5, 0.0, 0.0]
    names = [child["mutation"] for child in records[0]["families"][0]["offspring"]]
    assert names == ["nonsat", "lsgan:b=0.9"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--mutations", "minmax"],
            "no mutation 'minmax'; did you mean 'minimax'? installed: hinge, kl",
        ),
        (["--mutations", "lsgan:c=1"], "mutation 'lsgan' has no option 'c'; it has: b"),
        (["--mutations", ""], "cannot read ''"),
        (["--schedule", "exponentail"], "did you mean 'exponential'?"),
        (["--schedule", "zero", "--T", "3"], "schedule 'zero' has no option 'T'; it has: none"),
        (["--dataset", "digit"], "did you mean 'digits'?"),
        (["--ratio", "10"], "--imbalance two-class:ratio=10, exponential:ratio=10 or step:rati"),
        (["--positive=5"], "write --imbalance two-class:positive=5."),
        (["--negative"], "write --imbalance two-class:negative=dogs."),
        (["--setting", "as-is"], "write --imbalance as-is."),
        (["--setting", "multi-class"], "write --imbalance auto (what multi-class was)"),
        (["--profile", "step", "--ratio", "3"], "write --imbalance step."),
        (["--largest", "3"], "write --imbalance two-class:largest=3, exponential:largest=3 or st"),
        (["--counts", "5,4"], "write --imbalance counts:5,4."),
        (["--clip", "0.02"], "write --set clip=0.02."),
        (["--critic-steps=4"], "write --set critic_steps=4."),
        (["--set", "clip"], "'clip' sets nothing; write NAME=VALUE"),
        (["--set", "clib=1"], "unknown option 'clib'; did you mean 'clip'?"),
        (["--set", "clip=much"], "clip takes a number, got 'much'"),
        (["--set", "clip=-1"], "clip must be at least 0, got -1.0"),
        (["--set", "ratio=9"], "ratio is now part of the imbalance"),
        (["--imbalance", "two-class"], "this data set has no usual pair of classes"),
        (["--imbalance", "two-class:positive=5,negative=x"], "no class 'x'"),
        (["--imbalance", "two-class:positive=5,negative=5"], "must differ"),
        (["--imbalance", "two-class:rato=5"], "imbalance 'two-class' has no option 'rato'; it"),
        (["--imbalance", "two-class:ratio=0.5"], "ratio must be at least 1, got 0.5"),
        (["--imbalance", "stepp"], "there is no imbalance 'stepp'"),
        (["--imbalance", "as-is:5"], "imbalance 'as-is' takes no options, got '5'"),
        (["--download"], "data set 'digits' has no option 'download'"),
        (["--dataset", "folder", "--data-root", "nowhere"], "there is no folder or file nowhere"),
        (["--dataset", "fashion-mnist", "--data-root", "nowhere"], "is not in nowhere"),
        (["--dataset", "celeba"], "celeba is not in data"),
        (["--T", "-1"], "'--T': -1.0 is not in the range"),
        (["--T", "nan"], "T must be at least 0, got nan"),
        (["--alpha", "0"], "'--alpha': 0.0 is not in the range"),
        (["--alpha", "1.5"], "'--alpha': 1.5 is not in the range"),
        (["--steps", "0"], "'--steps': 0 is not in the range"),
        (["--imbalance", "counts:5,x"], "is not a list of whole numbers"),
        (["--augmentation", "flop"], "augmentation must be none, or some of flip, translation"),
        (["--imbalance", "counts:5,5"], "2 counts were given for 10 classes"),
        (
            ["--imbalance", "counts:999,9,9,9,9,9,9,9,9,9"],
            "class '0' has 128 training images, but 999",
        ),
        (["--config", "nowhere.toml"], "nowhere.toml cannot be read as TOML"),
        (["--image-size", "30"], "'--image-size': '30' is not one of"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_bad_input_gets_one_clear_sentence(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("train", *arguments)
    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_class_without_an_image_is_named(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "cats" / "a.png")
    result = invoke("train", "--dataset", "folder", "--data-root", tmp_path)
    assert result.exit_code == 1
    assert "dogs" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        *(["resume"], ["evaluate"], ["evaluate", "--threshold", "a=recall:1"], ["watch"]),
        *(["predict", "images", "--out", "p.csv"], ["export", "--out", "m.onnx"]),
        *(["generate", "--out", "g"], ["augment", "--out", "g"]),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_a_folder_that_is_no_run_is_refused(words, tmp_path):
    result = invoke(words[0], tmp_path, *words[1:])
    assert result.exit_code == 1
    assert f"{tmp_path} is not a run folder (it has no config.json)" in result.output


def test_what_is_meant_instead_of_a_run_folder_is_said(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").touch()
    result = invoke("evaluate", tmp_path)
    assert f"but that of a choice, whose run is {tmp_path / 'run'}" in result.output
    result = invoke("evaluate", tmp_path / "pets")
    assert f"{tmp_path / 'pets'} is not a run folder: it does not exist" in result.output
    for command in ("measure", "report"):
        result = invoke(command, tmp_path)
        assert (result.exit_code, "is neither a run folder" in result.output) == (1, True)
        assert f"(benchmark.json); its run is {tmp_path / 'run'}" in result.output


def test_a_run_without_a_checkpoint_is_refused(run, tmp_path):
    shutil.copytree(run[0], tmp_path / "run", ignore=shutil.ignore_patterns("checkpoint*"))
    result = invoke("generate", tmp_path / "run", "--out", tmp_path / "g")
    assert result.exit_code == 1
    assert "has no checkpoint yet" in result.output


def test_debug_raises_what_else_is_a_sentence(tmp_path):
    result = invoke("--debug", "evaluate", tmp_path)
    assert type(result.exception).__name__ == "RunError"


def test_a_defect_is_called_one(monkeypatch, tmp_path):
    def broken(*args):
        raise ZeroDivisionError("no")

    monkeypatch.setattr("geneticgan.jobs.train.evaluate", broken)
    result = invoke("evaluate", tmp_path)
    assert result.exit_code == 1
    assert "unexpected ZeroDivisionError: no. This is a bug" in result.output


def test_a_full_disk_is_one_sentence(monkeypatch, tmp_path):
    def full(*args):
        raise OSError(28, "No space left on device", "log.jsonl")

    monkeypatch.setattr("geneticgan.jobs.train.evaluate", full)
    result = invoke("evaluate", tmp_path)
    assert result.exit_code == 1
    assert "the disk is full ([Errno 28] No space left on device: 'log.jsonl')" in result.output
    assert "free some disk space, then repeat the command" in result.output


class OutOfMemoryError(RuntimeError):  # as torch.cuda names its own
    pass


@pytest.mark.parametrize("error", [OutOfMemoryError("CUDA out of memory."), MemoryError()])
@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_too_little_memory_is_one_sentence_with_what_helps(monkeypatch, tmp_path, error, command):
    def full(*_, **__):
        raise error

    monkeypatch.setattr(f"geneticgan.jobs.train.{command}", full)
    monkeypatch.setattr("geneticgan.memory.memory_limit", lambda: 2.5 * 2**30)
    words = ["--out", tmp_path / "run"] if command == "train" else [tmp_path]
    result = invoke(command, *words)
    assert result.exit_code == 1
    lower, said = "lower --batch-size or --width, or ", result.output
    assert f"Error: out of memory; {lower if command == 'train' else ''}" in said
    assert (
        ("batch" in said)
        == ("goes on from its last checkpoint, if" in said)
        == bool(command == "train")
    )
    on_gpu = isinstance(error, OutOfMemoryError)
    assert ("the GPU" in said) == on_gpu
    assert ("allow more than 2.5 GiB (ulimit -v)" in said) != on_gpu


SLOW = """
import sys, time
from geneticgan.training.loop import Evolution
after = Evolution.after

def slow(self, generation):
    stopping = after(self, generation)
    if generation.number == 3:
        print("slow", flush=True)
        time.sleep(600)
    return stopping

Evolution.after = slow
from geneticgan_cli.main import main
sys.argv[1:] = {arguments!r}
main()
"""


@pytest.mark.posix
def test_a_second_signal_stops_at_once_and_leaves_the_last_checkpoint_whole(tmp_path):
    arguments = [
        "train",
        *QUICK,
        "--steps=9",
        "--set=checkpoint_every=3",
        f"--out={tmp_path / 'run'}",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(arguments=list(map(str, arguments)))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.stdout.readline() != "slow\n":
        assert process.poll() is None, process.stderr.read()
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None  # the first only asks
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Stopped at once; the last checkpoint is intact.\n"
    assert Checkpoint(tmp_path / "run" / "checkpoint").state()["next_generation"] == 3
    result = invoke("resume", tmp_path / "run")
    assert result.exit_code == 0, result.output


@pytest.mark.posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_a_real_shell_saves_and_names_the_way_on(number, tmp_path):
    command = shutil.which("geneticgan", path=str(Path(sys.executable).parent))
    assert command, "the geneticgan command is not installed beside this Python"
    many = [option for option in QUICK if "steps" not in option]
    with (tmp_path / "out").open("w") as output:
        process = subprocess.Popen(
            [command, "train", *many, "--steps=100000", "--out=run"],
            cwd=tmp_path, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        log = tmp_path / "run" / "log.jsonl"
        while not (log.is_file() and log.stat().st_size):
            assert process.poll() is None, (tmp_path / "out").read_text()
            time.sleep(0.05)
        os.kill(process.pid, number)
        assert process.wait() == 128 + number
    text = (tmp_path / "out").read_text()
    assert "Continue with: geneticgan resume run" in text
    assert "Traceback" not in text
    state = json.loads((tmp_path / "run" / "checkpoint" / "state.json").read_text())
    assert state["next_generation"] == len(log.read_text().splitlines())


def every_command(group=cli, words=()):
    for name, command in group.commands.items():
        yield (*words, name), group, command
        if isinstance(command, click.Group):
            yield from every_command(command, (*words, name))


@pytest.mark.parametrize(("words", "group", "command"), list(every_command()), ids=str)
def test_help_fits_eighty_columns_and_explains_every_option(words, group, command):
    room = 80 - 6 - max(map(len, group.commands))
    assert not command.get_short_help_str(room).endswith("..."), "cut in the list of commands"
    assert all(each.help for each in command.params if isinstance(each, click.Option)), words
    lines = invoke(*words, "--help").output.splitlines()
    assert max(map(len, lines)) <= 80
