"""What all contract suites have in common, and how to run one without a test runner."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class Contract(ABC):
    """A contract suite; pytest collects subclasses whose names begin with ``Test``."""

    @abstractmethod
    def make(self) -> Any:
        """Return a fresh plugin; every test calls this."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one test: its sentence, and the failure's message or an empty string."""

    sentence: str
    failure: str

    @property
    def passed(self) -> bool:
        """Whether the plugin fulfils this part of the contract."""
        return not self.failure


def expect(condition: object, sentence: str) -> None:
    """Raise `AssertionError` with a sentence for the plugin's author if the condition is false."""
    if not condition:
        raise AssertionError(sentence)


def run_contract(suite: Contract) -> Iterator[Outcome]:
    """Run the tests of a suite one after the other, also after a failure."""
    for name, test in inspect.getmembers(suite, inspect.ismethod):
        if not name.startswith("test_"):
            continue
        sentence = name.removeprefix("test_").replace("_", " ")
        try:
            test()
        except Exception as error:  # a plugin may raise anything
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            yield Outcome(sentence, kind + (str(error) or "it failed"))
        else:
            yield Outcome(sentence, "")
