"""Elastic deformation: a random affine map and a smooth random field (Simard et al. 2003)."""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate

SHARE = 0.5
"""Of the images that are deformed; the others stay as they are, so that networks know both."""

SHIFT, ROTATION, STRETCH, SHEAR = 0.03, 0.14, 0.1, 0.1
"""Largest shift in sizes of the image; rotation in radians (8 degrees); stretch of each axis and
shear, in parts of a length. Each is drawn evenly in both directions."""

KNOTS, AMPLITUDE = 4, 0.035
"""The field is drawn at so many points along each side, and is smooth between them; standard
deviation of its two components there, in sizes of the image (1 pixel of 28)."""


def draw_deformations(count: int, rng: torch.Generator) -> tuple[torch.Tensor, ...]:
    """Draw what `displacements` makes fields of for so many images; a row an image.

    Returns
    -------
    affine : Tensor
        Shape (B, 6).
    knots : Tensor
        Shape (B, 2, `KNOTS`, `KNOTS`).
    deformed : Tensor
        Shape (B,), bool: which images are deformed at all.
    """
    limits = torch.tensor([ROTATION, STRETCH, STRETCH, SHEAR, SHIFT, SHIFT])
    affine = (2 * torch.rand((6, count), generator=rng) - 1) * limits[:, None]
    knots = AMPLITUDE * torch.randn((count, 2, KNOTS, KNOTS), generator=rng)
    return affine.t().contiguous(), knots, torch.rand(count, generator=rng) < SHARE


def displacements(
    affine: torch.Tensor, knots: torch.Tensor, deformed: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Return how far from each pixel its new value is fetched, shape (B, 2, H, W).

    Rows first, then columns, in parts of the image's height and width; zero for the images that
    are not deformed. It does not depend on what the images show. Parameters as
    `draw_deformations` returns them, and the size of the images.
    """
    device = affine.device
    turn, stretch_rows, stretch_columns, shear, down, right = affine[:, :, None, None].unbind(1)
    rows = torch.linspace(-0.5, 0.5, height, device=device)[:, None].expand(height, width)
    columns = torch.linspace(-0.5, 0.5, width, device=device).expand(height, width)
    moved = torch.stack(
        [
            stretch_rows * rows + turn * columns + down,
            stretch_columns * columns + (shear - turn) * rows + right,
        ],
        dim=1,
    )
    smooth = interpolate(knots, (height, width), mode="bicubic", align_corners=True)
    return (moved + smooth) * deformed[:, None, None, None]


def sample(images: torch.Tensor, moves: torch.Tensor) -> torch.Tensor:
    """Return images fetched from beside each pixel, between pixels by bilinear interpolation.

    Beyond the border its pixels are repeated.

    Made of gathers, since torch's own ``grid_sample`` cannot be differentiated twice, as a
    gradient penalty asks for.

    Parameters
    ----------
    images : Tensor
        Shape (B, C, H, W).
    moves : Tensor
        Shape (B, 2, H, W), as of `displacements`.
    """
    count, channels, height, width = images.shape
    device = images.device
    rows = torch.arange(height, device=device)[:, None] + moves[:, 0] * height
    columns = torch.arange(width, device=device) + moves[:, 1] * width
    rows, columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    top, left = rows.floor().long(), columns.floor().long()
    below, after = (top + 1).clamp_max(height - 1), (left + 1).clamp_max(width - 1)
    flat = images.flatten(2)
    if flat.dtype in (torch.bfloat16, torch.float16):  # too coarse for weights that add up to 1
        flat = flat.float()
    down, right = (rows - top).to(flat.dtype), (columns - left).to(flat.dtype)

    def fetch(row: torch.Tensor, column: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        places = (row * width + column).flatten(1)[:, None].expand(-1, channels, -1)
        return flat.gather(2, places) * weight.flatten(1)[:, None]

    found = (
        fetch(top, left, (1 - down) * (1 - right))
        + fetch(top, after, (1 - down) * right)
        + fetch(below, left, down * (1 - right))
        + fetch(below, after, down * right)
    )
    return found.view(count, channels, height, width)
