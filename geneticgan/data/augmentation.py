"""Changes of an image that keep its class, drawn anew for every image that a network is shown.

The paper does none but oversampling. Shown to the discriminator alike on real and on generated
images, and differentiable, so that generators learn through them (Zhao et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from geneticgan.changes import parse_changes
from geneticgan.data.deformation import displacements, sample
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
        self._last: dict[str, tuple[tuple[int, ...], _Drawn]] = {}

    def __call__(self, images: torch.Tensor, name: str, number: int) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1], each changed by itself.

        Two calls with the same name and number change image i in the same way, whatever the
        images: what is compared with one another is seen through the same changes.
        """
        if not self.changes:
            return images
        drawn = self._drawn(images, name, number)
        images = _pick(images, drawn.rows, drawn.columns)
        if drawn.moves is not None:
            images = sample(images, drawn.moves)
        if drawn.hidden is not None:
            images = images.masked_fill(drawn.hidden, 0.0)
        return images

    def _drawn(self, images: torch.Tensor, name: str, number: int) -> _Drawn:
        """Return what was drawn; a parent and all its offspring ask for the same, so it is kept."""
        count, _, height, width = images.shape
        key = number, count, height, width
        known, drawn = self._last.get(name, ((), None))
        if drawn is None or known != key:
            rng = torch_stream(self._seed, f"augmentation {name}", number)
            drawn = _draw(self.changes, (count, height, width), rng, images.device)
            self._last[name] = key, drawn
        return drawn


@dataclass(frozen=True)
class _Drawn:
    """What is done to the images of a batch; each part on their device."""

    rows: torch.Tensor
    columns: torch.Tensor
    moves: torch.Tensor | None
    hidden: torch.Tensor | None


def _draw(
    changes: Sequence[str],
    shape: tuple[int, int, int],
    rng: torch.Generator,
    device: torch.device,
) -> _Drawn:
    """Draw for so many images of a height and width."""
    count, height, width = shape
    rows, columns = (torch.arange(side).expand(count, -1) for side in (height, width))
    if "flip" in changes:
        mirrored = torch.rand((count, 1), generator=rng) < 0.5
        columns = torch.where(mirrored, width - 1 - columns, columns)
    if "translation" in changes:
        rows = (rows + _shifts(count, height, rng)).clamp(0, height - 1)
        columns = (columns + _shifts(count, width, rng)).clamp(0, width - 1)
    moves = hidden = None
    if "deformation" in changes:
        moves = upload(displacements(count, height, width, rng), device)
    if "cutout" in changes:
        square = _near(count, height, rng)[:, :, None] & _near(count, width, rng)[:, None, :]
        hidden = upload(square[:, None], device)
    return _Drawn(upload(rows, device), upload(columns, device), moves, hidden)


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
