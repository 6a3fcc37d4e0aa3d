"""Commands that compute without end, for tests of how they are ended."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys, threading

def wait():
    os.read({end}, 1)  # ends when the tests' process does, also when it is killed
    os._exit(1)

threading.Thread(target=wait, daemon=True).start()
from geneticgan_cli.main import main
main()
"""


@pytest.fixture
def start():
    """Start the command line as the leader of a group; it outlives neither test nor tests."""
    ends = []

    def start(*words, **options):
        ours, held = os.pipe()
        ends.append(held)
        command = [sys.executable, "-c", PROGRAM.format(end=ours), *map(str, words)]
        process = subprocess.Popen(
            command,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            pass_fds=[ours],
            **options,
        )
        os.close(ours)
        return process

    yield start
    for held in ends:
        os.close(held)
