"""Every documented function that takes a path takes it as text, too."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from geneticgan.config import TrainConfig
from geneticgan.errors import GeneticGanError
from geneticgan.jobs.export import augment, generate_images
from geneticgan.jobs.export_model import export_model
from geneticgan.jobs.measuring import measure
from geneticgan.jobs.predicting import predict
from geneticgan.jobs.report import write_report
from geneticgan.jobs.train import evaluate, plan, resume, train

API = Path(__file__).parents[2] / "docs" / "api"


def documented():
    for page in sorted(API.glob("*.md")):
        for name in re.findall(r"^::: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            module, _, attribute = name.rpartition(".")
            found = getattr(importlib.import_module(module), attribute, None)
            if inspect.isfunction(found):
                yield found


def test_every_documented_function_says_so():
    hints = [
        (each.__name__, name, hint)
        for each in documented()
        for name, hint in each.__annotations__.items()
        if "Path" in hint and name != "return"
    ]
    assert len(hints) > 10
    assert [each for each in hints if "str |" not in each[2]] == []


@pytest.mark.parametrize(
    "call",
    [
        lambda path: resume(path, []),
        lambda path: evaluate(path, []),
        lambda path: generate_images(path, None, 1, path, 0),
        lambda path: augment(path, path),
        lambda path: measure(path, "inception", path, []),
        lambda path: write_report([path], path),
        lambda path: predict(path, [path], path, "csv", "cpu"),
        lambda path: export_model(path, "onnx", "classifier", path),
    ],
    ids=["resume", "evaluate", "generate", "augment", "measure", "report", "predict", "export"],
)
def test_text_that_is_no_run_is_one_sentence(call, tmp_path):
    with pytest.raises(GeneticGanError, match="none"):
        call(str(tmp_path / "none"))


def test_a_run_may_be_created_at_a_text(tmp_path):
    (tmp_path / "taken").write_text("")
    config = TrainConfig(steps=1, width=2)
    with pytest.raises(GeneticGanError, match=re.escape(str(tmp_path))):
        train(config, str(tmp_path), plan(config), [])
