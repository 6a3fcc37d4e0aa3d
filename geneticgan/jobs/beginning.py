"""Continuing with more images: a run that starts from the networks of another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import DATASETS
from geneticgan.data.digests import digests
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError, RunError, typed
from geneticgan.inference.facts import Facts, read_facts
from geneticgan.inference.loading import Networks, open_networks
from geneticgan.jobs.networks import network_file
from geneticgan.methods.network import build_classifier
from geneticgan.methods.of_run import RunMethod, core_config, method_of
from geneticgan.networks.adoption import State, adopt
from geneticgan.specs import options_of, parse_specs
from geneticgan.training.beginning import DISCRIMINATOR, generator_name
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.device import resolve_device
from geneticgan.training.model import build_model, load_model
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.tensors import load_weights

OF_NETWORKS = ("architecture", "width", "latent_dim")
"""Options that two networks must share for one to load the other's weights."""

TAKEN = ("method", "image_size", *OF_NETWORKS)
"""Options that a run takes from the one it starts from, unless they are given."""

States = dict[str, State]


@dataclass(frozen=True)
class Beginning:
    """The networks from which a run starts.

    Attributes
    ----------
    run : Path
        The run that the networks come from.
    states : mapping of str to state
        The weights by the networks' file names, for the classes of the new run.
    kept, added : tuple of str
        The names of the classes that the networks know, and of those that the seed initialises.
    learnt : frozenset of str
        The digests of the images that the networks have learnt from.
    tested, held : int
        The numbers of these images in the new run's test part and validation part.
    """

    run: Path
    states: States
    kept: tuple[str, ...]
    added: tuple[str, ...]
    learnt: frozenset[str]
    tested: int
    held: int

    def told(self) -> str:
        """Return sentences about what was kept."""
        added = f"new classes: {', '.join(self.added)}" if self.added else "no class is new"
        text = (
            f"The run starts from {len(self.states)} network(s) of {self.run}: "
            f"{', '.join(self.states)}. Classes kept by name: {', '.join(self.kept)}; {added}. "
            "Optimizers start afresh."
        )
        if self.tested:
            text += (
                f" {self.run} has learnt from {self.tested} images of the test part, so scores on "
                "it will be too high; use a test part of your own that never changes."
            )
        if self.held:
            text += (
                f" It has also learnt from {self.held} of the held-out images, so the choice and "
                "calibration on them will be overconfident; that run's seed and "
                "--validation-fraction hold out the same images again, if the data are the same."
            )
        return text

    def to_json(self) -> dict[str, Any]:
        """Return the record for the run folder, as JSON types."""
        return {
            "run": str(self.run),
            "networks": list(self.states),
            "kept": list(self.kept),
            "added": list(self.added),
            "tested": self.tested,
            "held": self.held,
        }


def finished(path: Path, folder: RunFolder, config: TrainConfig) -> None:
    """Raise `RunError` if a run has not been trained to its end."""
    core, done = core_config(config), ""
    if core is None:
        if network_file(folder, method_of(config).name).is_file():
            return
    else:
        generations = Checkpoint(folder.checkpoint).state()["next_generation"]
        if generations >= core.steps:
            return
        done = f" ({generations} of {core.steps} generations)"
    raise RunError(f"{path} is not finished{done}; continue with: {typed('resume', path)}")


def taken_options(run: Path, dataset: str | None = None) -> dict[str, Any]:
    """Return the options that a run takes from the one it starts from, by name.

    A data set with a single image size keeps it; whether it fits is checked later.
    """
    _, config = RunFolder.open(run)
    found = {name: getattr(config, name) for name in TAKEN}
    if dataset and "image_size" not in options_of(
        DATASETS.get(parse_specs(dataset)[0].name).factory
    ):
        found["image_size"] = None
    return {name: value for name, value in found.items() if value is not None}


def read_beginning(run: Path, config: TrainConfig, split: Split) -> Beginning:
    """Return the networks of a run, adapted as the initial networks of a new one.

    Parameters
    ----------
    run : Path
        The run folder of the networks.
    config : TrainConfig
        The config of the new run.
    split : Split
        The images of the new run.

    Raises
    ------
    RunError
        If the run is not finished, or damaged.
    ConfigError
        If its networks do not fit the new run.
    """
    folder, old = RunFolder.open(run)
    facts, own = read_facts(run), method_of(config)
    finished(run, folder, old)
    _check(run, old, facts, own, split)
    names = split.class_names
    rows = [facts.class_names.index(name) if name in facts.class_names else -1 for name in names]
    networks = open_networks(run, config.device)
    wider = replace(split, class_names=(*names, ""))

    def adopted(build: Callable[[Split], States], found: States) -> States:
        fresh, more = build(split), build(wider)
        try:
            return {key: adopt(fresh[key], more[key], found[key], rows) for key in found}
        except ValueError as error:
            raise ConfigError(
                f"method {own.name!r} cannot start from the networks of {run} with these options: "
                f"{error}"
            ) from error

    device = resolve_device(config.device)
    if own.core is None:
        build = own.method.build
        states = adopted(
            lambda shape: {own.name: build(shape, own.config, device).state_dict()},
            {own.name: networks.classifier.state_dict()},
        )
    else:
        core = own.core
        states = adopted(lambda shape: _of_gan(core, shape), _gan(networks, core))
        beside = _beside(networks)
        states |= adopted(
            lambda shape: dict.fromkeys(
                beside, build_classifier(shape, config, device).state_dict()
            ),
            beside,
        )
    learnt = folder.learnt()
    tested, held = (
        sum(digest in learnt for digest in digests(part)) for part in (split.test, split.validation)
    )
    kept = tuple(name for name in names if name in facts.class_names)
    added = tuple(name for name in names if name not in kept)
    return Beginning(run, states, kept, added, learnt, tested, held)


def _check(run: Path, old: TrainConfig, facts: Facts, own: RunMethod, split: Split) -> None:
    """Raise `ConfigError`, naming the difference, if the new run cannot start from the old one."""
    if not own.method.goes_on:
        raise ConfigError(
            f"method {own.name!r} does not learn step by step and cannot continue another run; "
            "leave out --from"
        )
    if own.core is not None and core_config(old) is None:
        raise ConfigError(
            f"{run} was trained with {old.method}, which keeps no generator to start from; use "
            f"--method {old.method}"
        )
    channels, size = split.train.pixels.shape[1:3]
    if (channels, size) != (facts.channels, facts.size):
        raise ConfigError(
            f"{run} was trained on images of {facts.size} x {facts.size} pixels with "
            f"{facts.channels} channel(s), but these have {size} x {size} with {channels}; use the "
            "same"
        )
    for name in OF_NETWORKS:
        was, wanted = getattr(old, name), getattr(own.config, name)
        if was != wanted:
            raise ConfigError(
                f"{run} has networks with {name} {was}, not {wanted}; leave it out to keep {was}"
            )
    lost = [name for name in facts.class_names if name not in split.class_names]
    if lost:
        raise ConfigError(
            f"{run} knows the class(es) {', '.join(lost)}, but there are no images of them here "
            f"(here: {', '.join(split.class_names)}); provide the same classes or more"
        )


def _of_gan(core: TrainConfig, shape: Split) -> States:
    model = build_model(core, shape)
    named = {generator_name(i): each.state_dict() for i, each in enumerate(model.generators)}
    return {DISCRIMINATOR: model.discriminator.state_dict(), **named}


def _gan(networks: Networks, core: TrainConfig) -> States:
    """Return the weights of a run's GAN, with as many generators as the new one has."""
    old = core_config(networks.config)
    assert old is not None  # checked before
    model = load_model(old, networks.facts.empty_split(), RunFolder(networks.path))
    found: States = {DISCRIMINATOR: model.discriminator.state_dict()}
    for number in range(core.population):
        generator = model.generators[number % len(model.generators)]
        found[generator_name(number)] = generator.state_dict()
    return found


def _beside(networks: Networks) -> States:
    """Return the weights of the separate classifiers in a GAN's run folder."""
    found: States = {}
    for file in sorted(RunFolder(networks.path).classifiers.glob("*.safetensors")):
        shape = networks.facts.empty_split()
        classifier = build_classifier(shape, networks.config, networks.device, unfilled=True)
        load_weights(file, classifier)
        found[file.stem] = classifier.state_dict()
    return found
