"""What the tests of training share."""

import pytest

from geneticgan.training.hooks import Observer


class StopAfter(Observer):
    """Asks for a stop as a signal would."""

    def __init__(self, step, stop):
        self.step, self.stop = step, stop

    def on_record(self, record):
        if record["step"] == self.step:
            self.stop.signal_number = 2


@pytest.fixture
def stop_after():
    """Make an observer, of a step and a stop request, that asks for a stop after the step."""
    return StopAfter
