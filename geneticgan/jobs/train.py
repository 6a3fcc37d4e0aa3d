"""The main job: train a method and evaluate it; also resume it, or evaluate it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geneticgan import launch
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError
from geneticgan.evaluation.outputs import OutOfFold
from geneticgan.evaluation.probabilities import Calibration
from geneticgan.foreign import collected
from geneticgan.inference.choice import Choice
from geneticgan.inference.facts import facts_of, write_facts
from geneticgan.jobs.beginning import Beginning, finished, read_beginning
from geneticgan.jobs.calibrating import check_calibration, with_calibration
from geneticgan.jobs.fitting import fit
from geneticgan.jobs.outcome import Report
from geneticgan.jobs.rehearsing import shape_of, try_all
from geneticgan.jobs.remarks import Remarks, warn_of_shortcut
from geneticgan.jobs.scoring import score_gan
from geneticgan.methods.of_run import RunMethod, method_of
from geneticgan.report.film import Film
from geneticgan.training.beginning import write_beginning
from geneticgan.training.build import check_machine
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.device import resolve_device
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.lock import RunLock
from geneticgan.training.loop import Evolution
from geneticgan.training.memory import check_memory
from geneticgan.training.model import load_model
from geneticgan.training.plugins import Plugins, make_plugins
from geneticgan.training.run_folder import LOCK, RunFolder, is_free
from geneticgan.training.setup import load_split, open_run
from geneticgan.training.tensorboard import TensorBoard, summary_writer
from geneticgan.training.together import together


@dataclass(frozen=True)
class Plan:
    """Everything that a run needs at its start.

    Attributes
    ----------
    method : RunMethod
        The method with its options.
    split : Split
        The images of the run's parts.
    plugins : Plugins
        The plugins that the config names.
    beginning : Beginning or None
        The networks of another run to start from.
    remarks : tuple of str
        Remarks about the images, for the report.
    """

    method: RunMethod
    split: Split
    plugins: Plugins
    beginning: Beginning | None = None
    remarks: tuple[str, ...] = ()


def plan(
    config: TrainConfig, observers: Sequence[Observer] = (), start: str | Path | None = None
) -> Plan:
    """Make every plugin and load the images as for training, without creating a run.

    If ``start``, a run folder, is given, the run starts from its networks.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    """
    with collected() as foreign:
        own = method_of(config)
        _check_processes(own.core, own.name)
        plugins = make_plugins(own.core or config)
    heard = Remarks()
    listeners = [*observers, heard]
    split = load_split(own.method.reads(config), listeners)
    try_all(foreign, shape_of(split))
    _check_size(own, split)
    warn_of_shortcut(config, split, listeners)
    # Find out before creating a folder whether the network cannot be built, because of its size or
    # a missing package or missing weights.
    if own.core is None:
        own.method.build(split, own.config, resolve_device(config.device))
    else:
        check_machine(own.core, plugins, split)
    check_calibration(config, len(split.validation))
    begun = read_beginning(Path(start), config, split) if start else None
    return Plan(own, split, plugins, begun, tuple(heard.texts))


def train(
    config: TrainConfig,
    path: str | Path,
    plan: Plan,
    observers: Sequence[Observer],
    *,
    tensorboard: bool = False,
    film: bool = False,
    classifier: str = "",
    calibration: Calibration | None = None,
    out_of_fold: OutOfFold | None = None,
) -> Report:
    """Train in a new run folder.

    Parameters
    ----------
    config : TrainConfig
        The options of the run.
    path : str or Path
        The run folder to create; it must be empty or not exist.
    plan : Plan
        The result of the function `plan`.
    observers : sequence of Observer
        Observers of the run.
    tensorboard : bool
        Whether to write event files to ``<path>/tensorboard``.
    film : bool
        Whether to make a film of how the generators learn, ``<path>/samples/film.webp``.
    classifier : str
        The key of the network to use as the run's classifier, if it is already chosen.
    calibration : Calibration or None
        The classifier's calibration, if it is already known and nothing is held out.
    out_of_fold : OutOfFold or None
        The output of networks trained on splits of the images, for setting thresholds.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    Interrupted
        On Ctrl-C or SIGTERM, after a checkpoint; `resume` continues.
    """
    path = Path(path)
    _check_shown(plan.method, tensorboard=tensorboard, film=film)
    config = plan.method.method.reads(config)
    if (path / LOCK).is_file() and is_free(path):
        with RunLock(path):  # refuses if another process is creating the same run
            pass
    folder = RunFolder.create(path, config)
    with RunLock(path):
        begun = plan.beginning
        folder.write_split(plan.split, begun.learnt if begun else (), plan.remarks)
        facts = facts_of(plan.split)
        if begun:
            write_beginning(folder, begun.states)
            facts = replace(facts, more={"beginning": begun.to_json()})
        if classifier:
            more = {"classifier": Choice(classifier, {}, before=True).to_json()}
            facts = replace(facts, more={**facts.more, **more})
        if calibration:
            facts = replace(facts, more={**facts.more, "calibration": calibration.to_json()})
        if out_of_fold:
            out_of_fold.write(folder.out_of_fold)
        write_facts(path, facts)
        return _run(folder, config, plan, observers, tensorboard, film)


def resume(
    path: str | Path,
    observers: Sequence[Observer],
    *,
    tensorboard: bool = False,
    film: bool = False,
    device: str | None = None,
    data_root: str | None = None,
) -> Report:
    """Continue a run that was stopped, to the same result; raises as `train` does.

    On another ``device`` than the run's own, the result is the same up to rounding. ``data_root``
    is where the images are now; it is required for a run that was made elsewhere.
    """
    path = Path(path)
    folder, config, split = open_run(path, observers, device, data_root)
    own = method_of(config)
    _check_shown(own, tensorboard=tensorboard, film=film)
    if changes := folder.other_surroundings(config.device):
        for observer in observers:
            observer.on_note(changes)
    config = with_calibration(config, path, None)
    _check_processes(own.core, own.name)
    begun = Plan(own, split, make_plugins(own.core or config))
    with RunLock(path):
        return _run(folder, config, begun, observers, tensorboard, film)


def evaluate(
    path: str | Path,
    observers: Sequence[Observer],
    device: str | None = None,
    calibration: str | None = None,
    data_root: str | None = None,
) -> Report:
    """Score a run again from its folder, with the same figures.

    ``device`` is the device to compute on; None for the run's own. ``data_root`` is as for
    `resume`. A ``calibration`` replaces that of the run; if the probabilities change, thresholds
    are removed.

    Raises
    ------
    RunError
        If the run is not finished, or the images have changed.
    """
    path = Path(path)
    folder, config, split = open_run(path, observers, device, data_root)
    config = with_calibration(config, path, calibration)
    finished(path, folder, config)
    own = method_of(config)
    core = own.core
    if core is None:
        with RunLock(path), StopRequest() as stop:
            return fit(folder, config, own, split, observers, stop)
    with RunLock(path), StopRequest() as stop:
        model = load_model(core, split, folder)
        return score_gan(folder, config, own, split, model, observers, stop)


def _check_size(own: RunMethod, split: Split) -> None:
    """Raise `ConfigError` if the run's networks cannot fit into memory."""
    config, gan = own.core or own.config, own.core is not None
    if gan or "width" not in own.method.unused:
        channels, size = split.train.pixels.shape[1:3]
        device = resolve_device(config.device)
        check_memory(config, (channels, size), split.classes, device, gan=gan)


def _check_shown(own: RunMethod, *, tensorboard: bool, film: bool) -> None:
    """Raise `ConfigError` if there are no generators to show, or TensorBoard is not installed."""
    if own.core is None and (tensorboard or film):
        asked = "--tensorboard" if tensorboard else "--film"
        raise ConfigError(f"{asked} shows how generators learn, but method {own.name!r} has none")
    if tensorboard:
        summary_writer()


def _check_processes(core: TrainConfig | None, name: str) -> None:
    """Raise `ConfigError` if several processes were started for a method that is not a GAN."""
    if core is None and launch.count() > 1:
        raise ConfigError(f"method {name!r} trains in one process: start it without torchrun")


def _run(
    folder: RunFolder,
    config: TrainConfig,
    plan: Plan,
    observers: Sequence[Observer],
    tensorboard: bool,
    film: bool,
) -> Report:
    core = plan.method.core
    if core is None:
        with StopRequest() as stop:
            return fit(folder, config, plan.method, plan.split, observers, stop)
    watching = list(observers)
    if tensorboard:
        checkpoint = Checkpoint(folder.checkpoint)
        first = checkpoint.state()["next_generation"] if checkpoint.exists() else 0
        events = folder.path / "tensorboard"
        watching.append(TensorBoard(events, plan.split.classes, config.seed, first))
    counts, names = plan.split.train_counts, plan.split.class_names
    frames = Film(folder.path / "film", names, counts, config.seed) if film else None
    if frames:
        watching.append(frames)
    with together(folder.path, plan.plugins.device) as processes, StopRequest() as stop:
        evolution = Evolution(core, plan.split, folder, watching, stop, plan.plugins, processes)
        model = evolution.run()
    with StopRequest() as stop:
        if frames:
            frames.develop(folder.samples / "film.webp")
        return score_gan(folder, config, plan.method, plan.split, model, observers, stop)
