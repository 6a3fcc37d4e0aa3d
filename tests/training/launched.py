"""Two processes as torchrun launches them: ``python tests/training/launched.py FOLDER PORT PORT``.

A run is begun, stopped by a signal to the second process, taken up, and ends with the death of
that process. What each phase wrote to the terminal is kept beside the run, with its exit code.
"""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

from geneticgan import launch
from geneticgan.gan.batch import BatchSampler
from geneticgan.training import together
from geneticgan_cli.main import main as command_line

TRAIN = (
    "train --dataset digits --width 4 --batch-size 21 --steps 50 --device cpu "
    "--set validate_every=50 --set checkpoint_every=10 --out"
)
draw = BatchSampler.draw


def signalled(at, number):
    """Let the second process send itself a signal in a generation."""

    def observed(self, generation):
        if generation == at and launch.rank() == 1:
            os.kill(os.getpid(), number)
        return draw(self, generation)

    BatchSampler.draw = observed


def phase(folder, name, port, arguments):
    """Run the command line; keep what it writes, and its exit code."""
    os.environ["MASTER_PORT"] = port
    together.find_store.cache_clear()
    with (folder / f"{name}-{launch.rank()}.txt").open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
        sys.argv = ["geneticgan", *arguments]
        try:
            command_line()
        except SystemExit as end:
            (folder / f"{name}-{launch.rank()}.code").write_text(str(end.code))


def share(folder, rank, ports):
    """Do what a process of the two does."""
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    os.environ["MASTER_ADDR"] = "localhost"
    signalled(25, signal.SIGTERM)
    phase(folder, "stopped", ports[0], [*TRAIN.split(), str(folder / "run")])
    signalled(44, signal.SIGKILL)
    phase(folder, "killed", ports[1], ["resume", str(folder / "run")])
    deaf = signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    (folder / f"deaf-{rank}.txt").write_text(str(deaf))


if __name__ == "__main__":
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    where, *free = sys.argv[1:]
    ranks = [context.Process(target=share, args=(Path(where), rank, free)) for rank in (0, 1)]
    for each in ranks:
        each.start()
    for each in ranks:
        each.join()
