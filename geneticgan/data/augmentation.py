"""Changes of an image that keep its class, drawn anew for every image that a network is shown.

The paper does none but oversampling. Shown to the discriminator alike on real and on generated
images, and differentiable, so that generators learn through them (Zhao et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from geneticgan.changes import parse_changes
from geneticgan.data.deformation import displacements, sample
from geneticgan.data.stores import upload
from geneticgan.seeding import torch_stream

Drawn = tuple[torch.Tensor, ...]
"""What is done to the images of a batch; all that is drawn, so that doing it draws nothing."""


class Augmentation:
    """Changes images at random; what is drawn is a function of seed, name and number alone.

    Parameters
    ----------
    changes : str
        As for `geneticgan.changes.parse_changes`.
    seed : int
        Of the draws.

    Attributes
    ----------
    changes : tuple of str
        In the order in which they are made.
    tensors : int
        How many tensors hold what is drawn for a batch.
    """

    def __init__(self, changes: str, seed: int) -> None:
        self.changes = parse_changes(changes)
        self._moves_pixels = bool({"flip", "translation"} & set(self.changes))
        single = sum(change in self.changes for change in ("deformation", "cutout"))
        self.tensors = 2 * self._moves_pixels + single
        self._seed = seed

    def __call__(self, images: torch.Tensor, name: str, number: int) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1], each changed by itself.

        Two calls with the same name and number change image i in the same way, whatever the
        images: what is compared with one another is seen through the same changes.
        """
        return self.apply(images, self.draw(images, name, number))

    def draw(self, like: torch.Tensor, name: str, number: int) -> Drawn:
        """Draw for a batch of images (B, C, H, W) like these, on their device."""
        if not self.changes:
            return ()
        rng = torch_stream(self._seed, f"augmentation {name}", number)
        count, _, height, width = like.shape
        device = like.device
        drawn: list[torch.Tensor] = []
        if self._moves_pixels:
            pixels = _pixels(self.changes, count, height, width, rng)
            drawn += [upload(indices, device) for indices in pixels]
        if "deformation" in self.changes:
            drawn.append(displacements(count, height, width, rng, device))
        if "cutout" in self.changes:
            rows, columns = _near(count, height, rng), _near(count, width, rng)
            drawn.append(upload((rows[:, :, None] & columns[:, None, :])[:, None], device))
        return tuple(drawn)

    def apply(self, images: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        """Return the images, changed as was drawn by `draw` for as many."""
        left = iter(drawn)
        if self._moves_pixels:
            images = _pick(images, next(left), next(left))
        if "deformation" in self.changes:
            images = sample(images, next(left))
        if "cutout" in self.changes:
            images = images.masked_fill(next(left), 0.0)
        return images


def _pixels(
    changes: Sequence[str], count: int, height: int, width: int, rng: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw which rows (B, H) and columns (B, W) the changed images are made of."""
    rows, columns = (torch.arange(side).expand(count, -1) for side in (height, width))
    if "flip" in changes:
        mirrored = torch.rand((count, 1), generator=rng) < 0.5
        columns = torch.where(mirrored, width - 1 - columns, columns)
    if "translation" in changes:
        rows = (rows + _shifts(count, height, rng)).clamp(0, height - 1)
        columns = (columns + _shifts(count, width, rng)).clamp(0, width - 1)
    return rows.contiguous(), columns.contiguous()


def _shifts(count: int, side: int, rng: torch.Generator) -> torch.Tensor:
    """Draw a shift for each image, shape (B, 1)."""
    return torch.randint(-(side // 8), side // 8 + 1, (count, 1), generator=rng)


def _near(count: int, side: int, rng: torch.Generator) -> torch.Tensor:
    """Tell which rows (or columns) are within a quarter of the side of a drawn one, (B, side)."""
    centre = torch.randint(side, (count, 1), generator=rng)
    return (torch.arange(side) - centre).abs() <= side // 4


def _pick(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Return images of other images' rows (B, H) and columns (B, W)."""
    images = images.gather(2, rows[:, None, :, None].expand_as(images))
    return images.gather(3, columns[:, None, None, :].expand_as(images))
