"""Ctrl-C and similar signals: the first requests a stop after the step, the second stops now."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType

HANG_UP: int | None = getattr(signal, "SIGHUP", None)
"""The signal that the terminal was closed; Windows has none."""

SIGNALS = [each for each in (signal.SIGINT, signal.SIGTERM, HANG_UP) if each is not None]


class Interrupted(Exception):  # noqa: N818  # it is no error: the user asked for it
    """The run stopped as requested, with its state saved.

    Attributes
    ----------
    signal_number : int
        The signal that requested the stop.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(signal_number).name}")
        self.signal_number = signal_number


class TooLong(Exception):  # noqa: N818  # it is no error: what takes too long is done without
    """A training has exceeded its time limit."""


class StopRequest:
    """A context that turns SIGINT, SIGTERM and SIGHUP into a request for loops to check.

    If SIGHUP is ignored, as under ``nohup``, it stays ignored.

    Outside the main thread, where Python delivers no signals, the request is never set.
    """

    def __init__(self) -> None:
        self.signal_number: int | None = None
        self._previous: dict[int, object] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if number == HANG_UP and signal.getsignal(number) == signal.SIG_IGN:
                    continue
                self._previous[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as signal.signal gave it
        self._previous.clear()

    @property
    def requested(self) -> bool:
        """Whether a stop was requested."""
        return self.signal_number is not None

    def check(self) -> None:
        """Raise `Interrupted` if a stop was requested."""
        if self.signal_number is not None:
            raise Interrupted(self.signal_number)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.signal_number = number
        # Leave the next signal to Python's own handlers, which stop at once.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for each in SIGNALS:
            if each != signal.SIGINT and each in self._previous:
                signal.signal(each, signal.SIG_DFL)


class TimeLimit(StopRequest):
    """A stop request that is set automatically after a time limit.

    Parameters
    ----------
    seconds : float
        The time limit from now on; may be infinite.
    within : StopRequest or None
        Another stop request to check as well.
    """

    def __init__(self, seconds: float, within: StopRequest | None = None) -> None:
        super().__init__()
        self._end = time.perf_counter() + seconds
        self._within = within or StopRequest()

    @property
    def requested(self) -> bool:
        """Whether a stop was requested or the time is over."""
        return self._within.requested or time.perf_counter() > self._end

    def check(self) -> None:
        """Raise `Interrupted` if a stop was requested, `TooLong` if the time is over."""
        self._within.check()
        if self.requested:
            raise TooLong
