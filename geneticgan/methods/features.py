"""Features of many images by a frozen backbone: with progress, and kept on disk."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import torch

from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Images
from geneticgan.data.sampling import to_unit_range
from geneticgan.methods.contract import Task
from geneticgan.networks.backbones.contract import Features
from geneticgan.training.setup import ObserverNotices

CHUNK = 32
"""Images at once; bounds the memory."""


def features_of(network: Features, key: str, images: Images, task: Task) -> npt.NDArray[np.float32]:
    """Return the features of images, shape (N, F), computed or from the cache.

    Parameters
    ----------
    network : Features
        On the task's device.
    key : str
        Names its weights.
    images : Images
        The entry of the cache depends on every pixel of them, on the weights, and on the size they
        are shown in; it can never be stale.
    task : Task
        Its observers see the progress, its stop is looked at.

    Raises
    ------
    Interrupted
        If a stop was asked for.
    """

    def build() -> Arrays:
        for observer in task.observers:
            observer.on_phase(f"Features of {len(images)} images", len(images))
        found, done = [], 0
        for chunk in torch.split(torch.from_numpy(images.pixels), CHUNK):
            with torch.no_grad():
                found.append(network(to_unit_range(chunk.to(task.device))).float().cpu())
            done += len(chunk)
            task.stop.check()
            for observer in task.observers:
                observer.on_progress(done)
        return {"features": torch.cat(found).numpy()}

    shape = images.pixels.shape
    digest = hashlib.sha256(np.ascontiguousarray(images.pixels).data).digest()
    name = content_key(("features", key, network.size, shape), [digest])
    notices = ObserverNotices(task.observers)
    return cached(name, build, notices)["features"].astype(np.float32)
