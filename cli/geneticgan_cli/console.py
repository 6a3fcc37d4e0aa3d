"""The console of all screens: whatever is printed on it is text, and acts on no terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rich.console
from rich.segment import Segment

from geneticgan.errors import printable


class Console(rich.console.Console):
    """As rich's, but markup and control characters in what is printed are shown as they are.

    Names, logs and results come from folders that others may have made.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, **options})

    def render(
        self,
        renderable: rich.console.RenderableType,
        options: rich.console.ConsoleOptions | None = None,
    ) -> Iterable[Segment]:
        """Yield the segments of something to print, their text made `printable`."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)
