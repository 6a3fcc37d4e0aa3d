"""Changes of an image that keep its class, redrawn for every image that a network is shown.

The paper uses none but oversampling. They are applied to real and generated images alike, and are
differentiable, so that generators can learn through them (Zhao et al. 2020).
"""

from __future__ import annotations

import torch

from geneticgan.changes import parse_changes
from geneticgan.data.deformation import displacements, draw_deformations, sample
from geneticgan.data.stores import upload
from geneticgan.seeding import torch_stream

Drawn = tuple[torch.Tensor, ...]
"""The drawn changes of a batch; applying them draws nothing more."""

Numbers = tuple[torch.Tensor, ...]
"""The few random numbers per image from which the changes are made."""


class Augmentation:
    """Changes images at random; the draws depend only on seed, name and number.

    Parameters
    ----------
    changes : str
        As for `geneticgan.changes.parse_changes`.
    seed : int
        The seed of the draws.

    Attributes
    ----------
    changes : tuple of str
        The changes in the order in which they are applied.
    tensors : int
        The number of tensors that hold the drawn changes of a batch.
    """

    def __init__(self, changes: str, seed: int) -> None:
        self.changes = parse_changes(changes)
        self._moves_pixels = bool({"flip", "translation"} & set(self.changes))
        single = sum(change in self.changes for change in ("deformation", "cutout"))
        self.tensors = 2 * self._moves_pixels + single
        self._seed = seed

    def __call__(self, images: torch.Tensor, name: str, number: int) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1], each changed independently.

        Two calls with the same name and number change image i in the same way, whatever the
        images, so that images to be compared get the same changes.
        """
        return self.apply(images, self.draw(images, name, number))

    def draw(self, like: torch.Tensor, name: str, number: int) -> Drawn:
        """Draw the changes for a batch of images (B, C, H, W) like these, on their device."""
        return self.lay_out(self.numbers(like, name, number), like)

    def numbers(self, like: torch.Tensor, name: str, number: int) -> Numbers:
        """Draw the numbers for `lay_out` on the host, and move them to the device."""
        if not self.changes:
            return ()
        rng = torch_stream(self._seed, f"augmentation {name}", number)
        count, _, height, width = like.shape
        drawn: list[torch.Tensor] = []
        if "flip" in self.changes:
            drawn.append(torch.rand((count, 1), generator=rng) < 0.5)
        if "translation" in self.changes:
            drawn += [_shifts(count, side, rng) for side in (height, width)]
        if "deformation" in self.changes:
            drawn += draw_deformations(count, rng)
        if "cutout" in self.changes:
            drawn += [torch.randint(side, (count, 1), generator=rng) for side in (height, width)]
        return tuple(upload(each, like.device) for each in drawn)

    def lay_out(self, numbers: Numbers, like: torch.Tensor) -> Drawn:
        """Return the changes for `apply`, made from numbers that `numbers` drew for such images.

        They are made on the device of the numbers, without the host.
        """
        if not self.changes:
            return ()  # and it need be no image
        left = iter(numbers)
        count, _, height, width = like.shape
        drawn: list[torch.Tensor] = []
        rows, columns = (torch.arange(side, device=like.device) for side in (height, width))
        if self._moves_pixels:
            down, across = rows.expand(count, -1), columns.expand(count, -1)
            if "flip" in self.changes:
                across = torch.where(next(left), width - 1 - across, across)
            if "translation" in self.changes:
                down = (down + next(left)).clamp(0, height - 1)
                across = (across + next(left)).clamp(0, width - 1)
            drawn += [down.contiguous(), across.contiguous()]
        if "deformation" in self.changes:
            drawn.append(displacements(next(left), next(left), next(left), height, width))
        if "cutout" in self.changes:
            hidden = _near(rows, next(left))[:, :, None] & _near(columns, next(left))[:, None, :]
            drawn.append(hidden[:, None])
        return tuple(drawn)

    def apply(self, images: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        """Return the images with changes that `draw` drew for as many images."""
        left = iter(drawn)
        if self._moves_pixels:
            images = _pick(images, next(left), next(left))
        if "deformation" in self.changes:
            images = sample(images, next(left))
        if "cutout" in self.changes:
            images = images.masked_fill(next(left), 0.0)
        return images


def _shifts(count: int, side: int, rng: torch.Generator) -> torch.Tensor:
    """Draw a shift for each image, shape (B, 1)."""
    return torch.randint(-(side // 8), side // 8 + 1, (count, 1), generator=rng)


def _near(places: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    """Tell which rows (or columns) are within a quarter of the side of a drawn one, (B, side)."""
    return (places - centres).abs() <= len(places) // 4


def _pick(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Return images composed of the given rows (B, H) and columns (B, W) of each image."""
    images = images.gather(2, rows[:, None, :, None].expand_as(images))
    return images.gather(3, columns[:, None, None, :].expand_as(images))
