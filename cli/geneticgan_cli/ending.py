"""How a command ends after Ctrl-C: at once, without a traceback, and with a cursor."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

SHOW_CURSOR = b"\x1b[?25h"
"""The bytes that make a terminal show its cursor, which a live display hides."""

INTERRUPTED = 130
"""The exit status after Ctrl-C."""


def second_ends_all() -> None:
    """Let the first Ctrl-C raise as usual, and a second one end this process silently.

    The processes that compute end with it.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # Python delivers signals to the main thread only

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if os.isatty(1):
            os.write(1, SHOW_CURSOR)  # there is no time for this after a second Ctrl-C
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, first)


def end_at_once(status: int) -> NoReturn:
    """End this process without taking Python and torch apart, which can take seconds."""
    atexit._run_exitfuncs()  # such as those of multiprocessing
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
