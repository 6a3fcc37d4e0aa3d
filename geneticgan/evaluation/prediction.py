"""What a network's class head says of images."""

from __future__ import annotations

import torch

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import to_unit_range

CHUNK = 500
"""Images judged at once; bounds the memory."""


@torch.no_grad()
def predict(network: torch.nn.Module, images: Images, device: torch.device) -> Int64Array:
    """Return the labels that the class head gives, shape (N,).

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
        labels = []
        for chunk in torch.split(torch.from_numpy(images.pixels), CHUNK):
            _, classes = network(to_unit_range(chunk.to(device)))
            labels.append(classes.argmax(dim=1).cpu())
        result: Int64Array = torch.cat(labels).numpy()
        return result
    finally:
        network.train(training)
