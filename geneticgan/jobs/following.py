"""What a process of a run does that does not lead it: its share of every generation."""

from __future__ import annotations

from geneticgan.methods.of_run import core_config
from geneticgan.training.device import resolve_device
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.plugins import make_plugins
from geneticgan.training.setup import open_run
from geneticgan.training.together import awaited_run, together


def follow(device: str | None = None, data_root: str | None = None) -> None:
    """Train with the process that leads, on the run that it has made or taken up.

    It writes and tells nothing; the run's folder says all that is to be known of it.

    Parameters
    ----------
    device : str or None
        Where to compute; None is where the run says.
    data_root : str or None
        Where the images are, as the process that leads was told.

    Raises
    ------
    GeneticGanError
        For anything the user can mend.
    Interrupted
        If a stop was asked for, of whichever process.
    """
    folder, config, split = open_run(awaited_run(), (), device, data_root)
    core = core_config(config) or config
    with together(folder.path, resolve_device(core.device)) as processes, StopRequest() as stop:
        Evolution(core, split, folder, (), stop, make_plugins(core), processes).run()
