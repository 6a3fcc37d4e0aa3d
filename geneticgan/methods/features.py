"""Features of many images from a frozen backbone, with progress and a cache for each image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from geneticgan.data.augmentation import Augmentation
from geneticgan.data.dataset import Images
from geneticgan.data.sampling import to_unit_range
from geneticgan.methods.contract import Task
from geneticgan.methods.feature_store import FeatureStore, Float32Array, digests_of
from geneticgan.networks.backbones.contract import Features

CHUNK = 32
"""The number of images computed at once, which bounds the memory."""

KEPT = 256
"""The number of images after which features are written; a power cut loses fewer than that."""


def features_of(
    network: Features, key: str, images: Images, task: Task, view: int = 0
) -> Float32Array:
    """Return the features of images, shape (N, F), computed or from the cache.

    Features are stored per image, so that other splits of the same images find them, and an
    interrupted computation can be continued.

    Parameters
    ----------
    network : Features
        The backbone, on the task's device.
    key : str
        A name that identifies its weights.
    images : Images
        The images. Their cache entries depend on every pixel, the weights, the size at which they
        are shown, and the view, so an entry can never be stale.
    task : Task
        The task whose observers see the progress and whose stop request is checked.
    view : int
        0 for unchanged images; every other number changes each image differently, by the config's
        augmentation.

    Raises
    ------
    Interrupted
        If a stop was requested.
    """
    changes = task.config.augmentation if view else ""
    store = FeatureStore(("features", key, network.size, *((changes, view) if view else ())))
    keys = digests_of(images.pixels)
    found = store.read(keys)
    # Each of several equal images is computed once.
    missing = list({key: row for row, key in enumerate(keys) if key not in found}.values())
    if missing:
        title = f"Features of {len(missing)} images" + (f", view {view}" if view else "")
        for observer in task.observers:
            observer.on_phase(title, len(missing))
        found |= _computed(network, images, keys, missing, store, task, view)
    return np.stack([found[key] for key in keys])


def _computed(
    network: Features,
    images: Images,
    keys: Sequence[bytes],
    rows: Sequence[int],
    store: FeatureStore,
    task: Task,
    view: int,
) -> dict[bytes, Float32Array]:
    """Compute the features of the images in some rows, and store them even if interrupted."""
    found, new = dict[bytes, Float32Array](), dict[bytes, Float32Array]()
    try:
        for first in range(0, len(rows), CHUNK):
            chunk = rows[first : first + CHUNK]
            pixels = to_unit_range(torch.from_numpy(images.pixels[chunk]).to(task.device))
            if view:
                pixels = _changed(pixels, [keys[row] for row in chunk], task, view)
            with torch.no_grad():
                features = network(pixels).float().cpu().numpy()
            new |= {keys[row]: each for row, each in zip(chunk, features, strict=True)}
            if len(new) >= KEPT:
                _keep(store, new, task)
                found, new = found | new, {}
            task.stop.check()
            for observer in task.observers:
                observer.on_progress(first + len(chunk))
    finally:
        _keep(store, new, task)
    return found | new


def _changed(pixels: torch.Tensor, keys: Sequence[bytes], task: Task, view: int) -> torch.Tensor:
    """Augment each image separately, with draws that depend only on the image and the view."""
    augment = Augmentation(task.config.augmentation, 0)
    names = f"view {view}"
    changed = [
        augment(image[None], names, int.from_bytes(key[:8], "big"))
        for image, key in zip(pixels, keys, strict=True)
    ]
    return torch.cat(changed)


def _keep(store: FeatureStore, found: dict[bytes, Float32Array], task: Task) -> None:
    try:
        store.write(found)
    except OSError as error:
        for observer in task.observers:
            observer.on_note(
                f"Features cannot be stored in {store.folder} ({error.strerror or error}); the "
                "next run will compute them again."
            )
