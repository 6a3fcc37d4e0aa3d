"""What a network's class head says of images."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import to_unit_range

CHUNK = 500
"""Images judged at once; bounds the memory."""


def predict(network: torch.nn.Module, images: Images, device: torch.device) -> Int64Array:
    """Return the labels that the class head gives, shape (N,); parameters as `class_logits`."""
    labels: Int64Array = class_logits(network, images, device).argmax(axis=1)
    return labels


@torch.no_grad()
def class_logits(
    network: torch.nn.Module, images: Images, device: torch.device
) -> npt.NDArray[np.float64]:
    """Return the logits that the class head gives, shape (N, K).

    Parameters
    ----------
    network : torch.nn.Module
        Images to (source logits, class logits); its training mode is left as it was.
    images : Images
        N >= 1 of them.
    device : torch.device
        Where the network is.
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
