"""What reading a data set tells the outside: how far it is, and what is worth knowing."""

from __future__ import annotations


class Notices:
    """Base of everything that listens; every method may be left as it is: it does nothing."""

    def begin(self, title: str, total: int) -> None:
        """Learn that a piece of work of so many parts begins."""

    def phase(self, title: str, total: int) -> None:
        """Learn that work other than decoding begins, of so many parts."""

    def done(self, count: int) -> None:
        """Learn how many parts of it are done."""

    def note(self, text: str) -> None:
        """Learn something that is said once."""


SILENT = Notices()
