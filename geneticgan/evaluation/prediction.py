"""Predictions of a network's class head."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import to_unit_range

CHUNK = 500
"""Number of images classified at once, which limits the memory."""


def predict(network: torch.nn.Module, images: Images, device: torch.device) -> Int64Array:
    """Return the class head's labels, of shape (N,); parameters as for `class_logits`."""
    labels: Int64Array = class_logits(network, images, device).argmax(axis=1)
    return labels


@torch.no_grad()
def class_logits(
    network: torch.nn.Module, images: Images, device: torch.device
) -> npt.NDArray[np.float64]:
    """Return the class head's logits, of shape (N, K).

    Parameters
    ----------
    network : torch.nn.Module
        Maps images to (source logits, class logits); its training mode is restored.
    images : Images
        N >= 1 images.
    device : torch.device
        The network's device.
    """
    training = network.training
    network.eval()
    try:
        found = []
        for chunk in torch.split(torch.from_numpy(images.pixels), CHUNK):
            _, logits = network(to_unit_range(chunk.to(device)))
            found.append(logits.cpu().double())
        result: npt.NDArray[np.float64] = torch.cat(found).numpy()
        return result
    finally:
        network.train(training)
