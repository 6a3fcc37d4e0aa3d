"""A few of each attack; ``python tests/hostile/attack.py`` does them by the hundred."""

import importlib.util
import random
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("attack", Path(__file__).with_name("attack.py"))
attack = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(attack)


@pytest.mark.parametrize(("name", "count"), [("options", 2000), ("archives", 4)])
def test_attacks_hold(name, count, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = list(getattr(attack, name)(tmp_path, random.Random(1), count))
    assert len(found) == count
    assert not list(filter(None, found))
