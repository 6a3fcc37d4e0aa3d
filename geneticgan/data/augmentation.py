"""Changes of an image that keep its class, drawn anew for every image that a network is shown.

The paper does none but oversampling. Shown to the discriminator alike on real and on generated
images, and differentiable, so that generators learn through them (Zhao et al. 2020).
"""

from __future__ import annotations

import torch

from geneticgan.changes import parse_changes
from geneticgan.data.stores import upload
from geneticgan.seeding import torch_stream


class Augmentation:
    """Changes images at random; what is drawn is a function of seed, name and number alone.

    Parameters
    ----------
    changes : str
        As for `geneticgan.changes.parse_changes`.
    seed : int
        Of the draws.
    """

    def __init__(self, changes: str, seed: int) -> None:
        self.changes = parse_changes(changes)
        self._seed = seed

    def __call__(self, images: torch.Tensor, name: str, number: int) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1], each changed by itself.

        Two calls with the same name and number change image i in the same way, whatever the
        images: what is compared with one another is seen through the same changes.
        """
        if not self.changes:
            return images
        rng = torch_stream(self._seed, f"augmentation {name}", number)
        count, _, height, width = images.shape
        rows, columns = (torch.arange(side).expand(count, -1) for side in (height, width))
        if "flip" in self.changes:
            mirrored = torch.rand((count, 1), generator=rng) < 0.5
            columns = torch.where(mirrored, width - 1 - columns, columns)
        if "translation" in self.changes:
            rows = (rows + _shifts(count, height, rng)).clamp(0, height - 1)
            columns = (columns + _shifts(count, width, rng)).clamp(0, width - 1)
        images = _pick(images, rows, columns)
        if "cutout" in self.changes:
            hidden = _near(count, height, rng)[:, :, None] & _near(count, width, rng)[:, None, :]
            images = images.masked_fill(upload(hidden[:, None], images.device), 0.0)
        return images


def _shifts(count: int, side: int, rng: torch.Generator) -> torch.Tensor:
    """Draw a shift for each image, shape (B, 1)."""
    return torch.randint(-(side // 8), side // 8 + 1, (count, 1), generator=rng)


def _near(count: int, side: int, rng: torch.Generator) -> torch.Tensor:
    """Tell which rows (or columns) are within a quarter of the side of a drawn one, (B, side)."""
    centre = torch.randint(side, (count, 1), generator=rng)
    return (torch.arange(side) - centre).abs() <= side // 4


def _pick(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Return images of other images' rows (B, H) and columns (B, W)."""
    rows, columns = upload(rows, images.device), upload(columns, images.device)
    images = images.gather(2, rows[:, None, :, None].expand_as(images))
    return images.gather(3, columns[:, None, None, :].expand_as(images))
