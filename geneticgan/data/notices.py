"""The interface through which a data set reports its progress and notices while it is read."""

from __future__ import annotations


class Notices:
    """The base class of listeners; by default every method does nothing."""

    def begin(self, title: str, total: int) -> None:
        """Handle the beginning of decoding, which has ``total`` steps."""

    def phase(self, title: str, total: int) -> None:
        """Handle the beginning of other work, which has ``total`` steps."""

    def done(self, count: int) -> None:
        """Handle progress: ``count`` steps of the current work are finished."""

    def note(self, text: str) -> None:
        """Handle a notice for the user, one or more sentences."""


SILENT = Notices()
"""A listener that ignores everything."""
