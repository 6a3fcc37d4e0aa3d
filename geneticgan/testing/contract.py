"""What all suites have in common, and how one is run without a test runner."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class Contract(ABC):
    """A suite; a subclass whose name begins with ``Test`` is collected by pytest."""

    @abstractmethod
    def make(self) -> Any:
        """Return a fresh plugin; called by every test."""


@dataclass(frozen=True)
class Outcome:
    """What came of one test: its sentence, and the failure's text or nothing."""

    sentence: str
    failure: str

    @property
    def passed(self) -> bool:
        """Whether the plugin keeps this part of the contract."""
        return not self.failure


def expect(condition: object, sentence: str) -> None:
    """Raise `AssertionError` with a sentence for the plugin's author unless the condition holds."""
    if not condition:
        raise AssertionError(sentence)


def run_contract(suite: Contract) -> Iterator[Outcome]:
    """Run the tests of a suite one after the other; one that fails stops no other."""
    for name, test in inspect.getmembers(suite, inspect.ismethod):
        if not name.startswith("test_"):
            continue
        sentence = name.removeprefix("test_").replace("_", " ")
        try:
            test()
        except Exception as error:  # whatever a stranger's plugin raises
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            yield Outcome(sentence, kind + (str(error) or "it failed"))
        else:
            yield Outcome(sentence, "")
