"""The feature spaces in which generated images are evaluated."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from geneticgan.config import TrainConfig
from geneticgan.data.cache import content_key
from geneticgan.data.dataset import Source, UInt8Array
from geneticgan.data.places import cache_folder
from geneticgan.data.sampling import to_unit_range
from geneticgan.data.splits import Split, split_source
from geneticgan.errors import RunError
from geneticgan.evaluation.generation_metrics import Features
from geneticgan.evaluation.scoring import score_network
from geneticgan.files import written_whole
from geneticgan.methods.contract import Task
from geneticgan.methods.network import build_classifier
from geneticgan.methods.oscn import OsCN
from geneticgan.networks import Discriminator
from geneticgan.networks.backbones.weights import check_sha256, tensors_alone
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.tensors import load_module, save_tensors

STEPS, WIDTH, BATCH_SIZE, LEARNING_RATE = 3000, 32, 50, 5e-4
"""The training settings of the reference classifier."""

CHUNK = 500

INCEPTION_FILE = "weights-inception-2015-12-05-6726825d.pth"
INCEPTION_DIGEST = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
"""Its SHA-256, whose first digits are part of the name it is published under."""


@dataclass(frozen=True)
class Extractor:
    """A function that computes features of images.

    Attributes
    ----------
    key : str
        ``classifier`` or ``inception``; scores with different keys are never compared.
    name : str
        A full description of how the features are made.
    extract : callable
        Maps uint8 images (N, C, H, W) to features (N, D).
    """

    key: str
    name: str
    extract: Callable[[UInt8Array], Features]


def reference_network(
    source: Source,
    config: TrainConfig,
    device: torch.device,
    observers: Sequence[Observer],
    stop: StopRequest,
) -> Discriminator:
    """Return a classifier trained on class-balanced batches of all real training images.

    It is trained once per data set and kept in the cache. Generators see only a part of its
    training images, and never learn from it.

    Raises
    ------
    Interrupted
        If a stop was requested.
    """
    split = _everything(source)
    config = dataclasses.replace(
        TrainConfig(recipe="paper", dataset=config.dataset),
        steps=STEPS,
        width=WIDTH,
        batch_size=BATCH_SIZE,
        classifier_learning_rate=LEARNING_RATE,
        validation_fraction=0.0,
    )
    options = ("reference classifier", STEPS, WIDTH, BATCH_SIZE, LEARNING_RATE)
    key = content_key(options, [source.fingerprint.encode()])
    path = cache_folder() / "features" / f"{key}.safetensors"
    network = build_classifier(split, config, device)
    try:
        load_module(path, network)
    except RunError:  # missing or damaged
        task = Task(split, config, device, path.parent, observers, stop)
        found = _NamedOsCN().fit(task).network
        network.load_state_dict(found.state_dict())
        _keep(path, network, observers)
    return network.eval()


def _everything(source: Source) -> Split:
    return split_source(source, None, 0.0, seed=0)


def reference_classifier(
    source: Source,
    config: TrainConfig,
    device: torch.device,
    observers: Sequence[Observer],
    stop: StopRequest,
) -> Extractor:
    """Return the features of `reference_network`.

    They are the channels of its last hidden layer, averaged over the image. Parameters and errors
    are the same.
    """
    network = reference_network(source, config, device, observers, stop)
    split = _everything(source)
    recall = score_network(network, split.test, split, device).acsa

    @torch.no_grad()
    def extract(pixels: UInt8Array) -> Features:
        chunks = []
        for chunk in torch.split(torch.from_numpy(pixels), CHUNK):
            chunks.append(network.channel_means(to_unit_range(chunk.to(device))).cpu())
        features: Features = torch.cat(chunks).numpy()
        return features

    name = (
        f"classifier trained on all {len(split.train)} real training images of "
        f"{config.dataset.partition(':')[0]} ({STEPS} class-balanced batches of {BATCH_SIZE}, "
        f"width {WIDTH}; ACSA {100 * recall:.1f} on its test part)"
    )
    return Extractor("classifier", name, extract)


def inception(weights: Path | None, device: torch.device) -> Extractor:
    """Return the features of InceptionV3 as used by FID's authors, from torch-fidelity.

    Parameters
    ----------
    weights : Path or None
        The file of weights; by default the one in torch's folder of downloaded weights.
    device : torch.device
        The device to compute on.

    Raises
    ------
    RunError
        If the file is missing.
    ConfigError
        If its SHA-256 is not that of the published file.
    """
    path = weights or Path(torch.hub.get_dir()) / "checkpoints" / INCEPTION_FILE
    if not path.is_file():
        raise RunError(
            f"InceptionV3's weights are not at {path}; put {INCEPTION_FILE} of torch-fidelity's "
            "releases there, or use --features classifier"
        )
    check_sha256(path, INCEPTION_DIGEST, f"put {INCEPTION_FILE} of torch-fidelity's releases there")

    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    with tensors_alone():  # torch-fidelity would unpickle anything
        network = FeatureExtractorInceptionV3(
            "inception-v3-compat", ["2048"], feature_extractor_weights_path=str(path)
        ).to(device)

    @torch.no_grad()
    def extract(pixels: UInt8Array) -> Features:
        chunks = []
        for chunk in torch.split(torch.from_numpy(pixels), CHUNK // 10):
            colour = chunk.expand(-1, 3, -1, -1).to(device)
            chunks.append(network(colour)[0].cpu())
        features: Features = torch.cat(chunks).numpy().astype(np.float32)
        return features

    return Extractor("inception", "InceptionV3, 2048 features (torch-fidelity)", extract)


class _NamedOsCN(OsCN):
    title = "Reference classifier for features"


def _keep(path: Path, network: Discriminator, observers: Sequence[Observer]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as temporary:
            save_tensors(temporary, network.state_dict())
    except OSError as error:
        for observer in observers:
            observer.on_note(
                f"The reference classifier cannot be stored in {path.parent} "
                f"({error.strerror or error}); it will be trained again."
            )
