"""The console of all screens: whatever is printed there cannot control the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rich.console
from rich.segment import Segment
from rich.text import Text

from geneticgan.errors import printable


class Console(rich.console.Console):
    """A rich console that shows markup and control characters instead of obeying them.

    Names, logs and results come from folders that others may have made.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, **options})
        self._noted: set[str] = set()

    def say(self, text: str, style: str = "") -> None:
        """Print a sentence: a terminal wraps it between words, a file keeps it on one line."""
        self.print(Text(text, style), soft_wrap=not self.is_terminal)

    def whole(self, text: str) -> None:
        """Print a line with a command or a path; it is not divided, so that it can be copied."""
        self.print(Text(text), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a note of a job, once, since several of its steps may read the same images."""
        if text not in self._noted:
            self._noted.add(text)
            self.say(text)

    def render(
        self,
        renderable: rich.console.RenderableType,
        options: rich.console.ConsoleOptions | None = None,
    ) -> Iterable[Segment]:
        """Yield the segments of a renderable, with their text made `printable`."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)
