"""Elastic deformation: a random affine map and a smooth random field (Simard et al. 2003)."""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate

SHARE = 0.5
"""The share of images that are deformed; the others stay as they are."""

SHIFT, ROTATION, STRETCH, SHEAR = 0.03, 0.14, 0.1, 0.1
"""The largest shift as a fraction of the image size, the largest rotation in radians (8 degrees),
and the largest relative stretch of each axis and shear. Each is drawn uniformly from both signs."""

KNOTS, AMPLITUDE = 4, 0.035
"""The number of grid points along each side at which the field is drawn, and the standard
deviation of its two components there, as a fraction of the image size (1 pixel of 28). Between
the points the field is interpolated smoothly."""


def draw_deformations(count: int, rng: torch.Generator) -> tuple[torch.Tensor, ...]:
    """Draw the parameters of random deformations, from which `displacements` computes fields.

    Parameters
    ----------
    count : int
        The number of images B.
    rng : torch.Generator
        The random generator.

    Returns
    -------
    affine : Tensor
        The parameters of the affine maps, shape (B, 6).
    knots : Tensor
        The displacements at the grid points, shape (B, 2, `KNOTS`, `KNOTS`).
    deformed : Tensor of bool
        Which images are deformed at all, shape (B,).
    """
    limits = torch.tensor([ROTATION, STRETCH, STRETCH, SHEAR, SHIFT, SHIFT])
    affine = (2 * torch.rand((6, count), generator=rng) - 1) * limits[:, None]
    knots = AMPLITUDE * torch.randn((count, 2, KNOTS, KNOTS), generator=rng)
    return affine.t().contiguous(), knots, torch.rand(count, generator=rng) < SHARE


def displacements(
    affine: torch.Tensor, knots: torch.Tensor, deformed: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Return the displacement from each pixel to the place where its new value is sampled.

    Parameters
    ----------
    affine, knots, deformed : Tensor
        The parameters of the deformations, from `draw_deformations`.
    height, width : int
        The size of the images in pixels.

    Returns
    -------
    Tensor
        Shape (B, 2, H, W): the displacements of rows and of columns, as fractions of the height
        and of the width; zero for images that are not deformed.
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
    """Return images sampled at displaced positions with bilinear interpolation.

    Pixels at the border are repeated beyond it. This uses ``gather``, since torch's
    ``grid_sample`` cannot be differentiated twice, which a gradient penalty requires.

    Parameters
    ----------
    images : Tensor
        The images, shape (B, C, H, W).
    moves : Tensor
        The displacements from `displacements`, shape (B, 2, H, W).
    """
    count, channels, height, width = images.shape
    device = images.device
    rows = torch.arange(height, device=device)[:, None] + moves[:, 0] * height
    columns = torch.arange(width, device=device) + moves[:, 1] * width
    rows, columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    top, left = rows.floor().long(), columns.floor().long()
    below, after = (top + 1).clamp_max(height - 1), (left + 1).clamp_max(width - 1)
    flat = images.flatten(2)
    if flat.dtype in (torch.bfloat16, torch.float16):  # too coarse for the weights
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
