"""Processes as torchrun launches them: ``python tests/training/launched.py FOLDER PORT PORT PORT``.

A run is begun by two, stopped by a signal to the second, taken up by one, taken up by two until
the second is killed, and taken up by three. What each phase wrote to the terminal is kept beside
the run, with its exit code.
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


def signalled(at, number, rank=1):
    """Let a process, the second one, send itself a signal in a generation."""

    def observed(self, generation):
        if generation == at and launch.rank() == rank:
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


def among(rank, size):
    """Say to the command line which process it is, and of how many."""
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(size)}
    os.environ["MASTER_ADDR"] = "localhost"


def one_of_two(folder, rank, ports):
    """Do what a process of the two does, and the first one alone."""
    run = str(folder / "run")
    among(rank, 2)
    signalled(15, signal.SIGTERM)
    phase(folder, "stopped", ports[0], [*TRAIN.split(), run])
    if rank == 0:
        among(0, 1)
        signalled(25, signal.SIGTERM, rank=0)
        phase(folder, "alone", ports[0], ["resume", run])
        among(0, 2)
    signalled(44, signal.SIGKILL)
    phase(folder, "killed", ports[1], ["resume", run])
    deaf = signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    (folder / f"deaf-{rank}.txt").write_text(str(deaf))


def one_of_three(folder, rank, ports):
    """Do what a process of the three does."""
    among(rank, 3)
    signalled(46, signal.SIGTERM)
    phase(folder, "three", ports[2], ["resume", str(folder / "run")])


def launched(task, size, folder, ports):
    """Run a task in as many processes."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    ranks = [context.Process(target=task, args=(folder, rank, ports)) for rank in range(size)]
    for each in ranks:
        each.start()
    for each in ranks:
        each.join()


if __name__ == "__main__":
    where, *free = sys.argv[1:]
    launched(one_of_two, 2, Path(where), free)
    launched(one_of_three, 3, Path(where), free)
