"""How the tests of benchmarks import them: they are no part of the installed package."""

import importlib
import sys
from pathlib import Path

import pytest


@pytest.fixture
def load_benchmark(monkeypatch):
    """Return a function that imports a benchmark by name; afterwards all are forgotten."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    yield lambda name: importlib.import_module(f"benchmarks.{name}")
    for name in [name for name in sys.modules if name.startswith("benchmarks")]:
        del sys.modules[name]
