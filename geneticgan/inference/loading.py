"""A run's networks, without the images that it was trained on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import torch

from geneticgan.config import TrainConfig
from geneticgan.errors import RunError, typed
from geneticgan.inference.choice import CLASS_HEAD, members
from geneticgan.inference.facts import Facts, read_facts
from geneticgan.methods.network import build_classifier
from geneticgan.methods.of_run import method_of
from geneticgan.networks import Generator
from geneticgan.networks.averaged import Averaged
from geneticgan.training.device import resolve_device
from geneticgan.training.model import load_model
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.tensors import load_weights


@dataclass(frozen=True)
class Networks:
    """The trained networks of a run, ready for use.

    Attributes
    ----------
    path : Path
        The run folder.
    config : TrainConfig
        The options of the run.
    facts : Facts
        Classes, shape and preprocessing.
    choice : str
        Which of the run's networks classify; see `geneticgan.inference.choice.Choice`.
    classifier : torch.nn.Module
        Maps images (B, C, H, W) in [-1, 1] to (source logits (B,), class logits (B, K)).
    generators : tuple of Generator
        The generators; empty for a method that keeps none.
    device : torch.device
        The device of all networks.
    """

    path: Path
    config: TrainConfig
    facts: Facts
    choice: str
    classifier: torch.nn.Module
    generators: tuple[Generator, ...]
    device: torch.device


def open_networks(path: Path, device: str = "auto") -> Networks:
    """Load the networks of a run, without its training images.

    Parameters
    ----------
    path : Path
        The run folder.
    device : str
        Device to load to: ``auto``, ``cpu`` or ``cuda``, whatever the run was trained on.

    Raises
    ------
    RunError
        If it is not a run folder, is damaged, or has no checkpoint yet.
    """
    folder, config = RunFolder.open(path)
    facts = read_facts(path)
    config, shape = dataclasses.replace(config, device=device), facts.empty_split()
    where, own = resolve_device(device), method_of(config)
    model = None if own.core is None else load_model(own.core, shape, folder)

    def network(key: str) -> torch.nn.Module:
        if key == CLASS_HEAD:
            if model is None:
                raise RunError(f"{path} is not finished; continue with: {typed('resume', path)}")
            return model.discriminator
        # The runs of GANs also hold plain classifiers; others hold only their method's network.
        if model is None:
            found = own.method.unfilled(shape, own.config, where)
        else:
            found = build_classifier(shape, config, where, unfilled=True)
        load_weights(folder.classifiers / f"{key}.safetensors", found)
        return found

    found = [network(key) for key in members(facts.classifier)]
    classifier = found[0] if len(found) == 1 else Averaged(found)
    generators = () if model is None else tuple(each.eval() for each in model.generators)
    return Networks(path, config, facts, facts.classifier, classifier.eval(), generators, where)
