"""The work of a process that is not the leader: its share of every generation."""

from __future__ import annotations

from geneticgan.methods.of_run import core_config
from geneticgan.training.device import resolve_device
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.plugins import make_plugins
from geneticgan.training.setup import open_run
from geneticgan.training.together import awaited_run, together


def follow(device: str | None = None, data_root: str | None = None) -> None:
    """Train together with the leading process, on the run that it has created or resumed.

    It writes and reports nothing; everything it needs is in the run folder.

    Parameters
    ----------
    device : str or None
        The device to compute on; None for the run's own.
    data_root : str or None
        Where the images are, as for the leading process.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    Interrupted
        If a stop was requested from any process.
    """
    folder, config, split = open_run(awaited_run(), (), device, data_root)
    core = core_config(config) or config
    with together(folder.path, resolve_device(core.device)) as processes, StopRequest() as stop:
        Evolution(core, split, folder, (), stop, make_plugins(core), processes).run()
