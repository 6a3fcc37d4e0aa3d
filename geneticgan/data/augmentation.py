"""Changes of an image that keep its class, drawn anew for every image that a network is shown.

The paper does none but oversampling. Shown to the discriminator alike on real and on generated
images, and differentiable, so that generators learn through them (Zhao et al. 2020).
"""

from __future__ import annotations

import torch

from geneticgan.changes import parse_changes
from geneticgan.data.deformation import displacements, draw_deformations, sample
from geneticgan.data.stores import upload
from geneticgan.seeding import torch_stream

Drawn = tuple[torch.Tensor, ...]
"""What is done to the images of a batch; all that is drawn, so that doing it draws nothing."""

Numbers = tuple[torch.Tensor, ...]
"""The few numbers of each image that the former is made of."""


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
        return self.lay_out(self.numbers(like, name, number), like)

    def numbers(self, like: torch.Tensor, name: str, number: int) -> Numbers:
        """Draw the numbers that `lay_out` needs, on the host, and bring them to the device."""
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
        """Return what `apply` takes, made of what `numbers` drew for images like these.

        It is made where the numbers are, and needs nothing of the host.
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
        """Return the images, changed as was drawn by `draw` for as many."""
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
    """Return images of other images' rows (B, H) and columns (B, W)."""
    images = images.gather(2, rows[:, None, :, None].expand_as(images))
    return images.gather(3, columns[:, None, None, :].expand_as(images))
