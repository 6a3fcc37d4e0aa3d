"""The parts of a run that can be exported, classifier and generator, with their metadata."""

from __future__ import annotations

from typing import Any

import torch

import geneticgan
from geneticgan.errors import ConfigError
from geneticgan.inference.formats import Part
from geneticgan.inference.loading import Networks
from geneticgan.inference.served import ServedClassifier, ServedGenerator, alone

PARTS = ("classifier", "generator")


def make_part(networks: Networks, name: str) -> Part:
    """Return a part of a run in the form in which a service calls it.

    Parameters
    ----------
    networks : Networks
        The networks of the run.
    name : str
        One of `PARTS`.

    Raises
    ------
    ConfigError
        If the run keeps no generator.
    """
    return _classifier(networks) if name == "classifier" else _generator(networks)


def _classifier(networks: Networks) -> Part:
    facts = networks.facts
    images = torch.zeros((2, facts.channels, facts.size, facts.size), dtype=torch.uint8)
    about = {
        **_about(networks, "classifier"),
        "network": networks.choice,
        "preprocessing": {
            # crop: the shorter side becomes `size` long and the middle is cut out; pad: the longer
            # side becomes `size` long and the rest is black; stretch: both sides become `size` long
            "fit": facts.preprocessing.fit,
            "window": facts.preprocessing.window and list(facts.preprocessing.window),
            "size": facts.size,
            "channels": facts.channels,
            "mode": "L" if facts.channels == 1 else "RGB",
        },
        "input": "images: uint8 (N, channels, size, size), 0 to 255",
        "output": "probabilities: float32 (N, classes), in the order of class_names",
        # Already part of the graph, offsets first; users of safetensors need them.
        "temperature": str(facts.calibration.temperature),
        "offsets": list(facts.calibration.offsets),
        "thresholds": {facts.class_names[label]: each for label, each in facts.thresholds.items()},
    }
    module = alone(ServedClassifier(networks.classifier, facts.calibration))
    return Part(module, {"images": images}, "probabilities", about)


def _generator(networks: Networks) -> Part:
    if not networks.generators:
        raise ConfigError(f"{networks.path} keeps no generator; export its classifier")
    generator = networks.generators[0]  # the first of a population
    about = {
        **_about(networks, "generator"),
        "latent_dim": generator.latent_dim,
        "input": "latents: float32 (N, latent_dim), standard normal; labels: int64 (N,)",
        "output": "images: uint8 (N, channels, size, size), 0 to 255",
    }
    inputs = {
        "latents": torch.zeros((2, generator.latent_dim)),
        "labels": torch.zeros(2, dtype=torch.int64),
    }
    return Part(alone(ServedGenerator(generator)), inputs, "images", about)


def _about(networks: Networks, part: str) -> dict[str, Any]:
    config = networks.config
    return {
        "made_by": f"geneticgan {geneticgan.__version__}",
        "part": part,
        "class_names": list(networks.facts.class_names),
        "architecture": config.architecture,
        "width": config.width,
    }
