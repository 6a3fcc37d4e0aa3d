"""A film of a training: the images that the generators make of the same latents over time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw

from geneticgan.evaluation.generation import generate
from geneticgan.files import own_folder, write_whole
from geneticgan.networks import Generator
from geneticgan.training.hooks import Observer

COLUMNS = 8
"""The number of images of each class."""

ROWS = 10
"""The maximal number of classes; those with the fewest images are shown."""

SIDE_PIXELS = 48
"""The minimal side of an image on the film; small ones are enlarged by an integer factor."""

CAPTION_PIXELS = 16
GAP_PIXELS = 2
FRAME_MILLISECONDS = 150
LAST_MILLISECONDS = 2000


class Film(Observer):
    """Draws a frame whenever it is shown the generators, and joins the frames at the end.

    Each frame is written to its own file at once, so that a resumed run continues its film.

    Parameters
    ----------
    folder : Path
        The folder of the frames; it is created.
    counts : sequence of int
        The numbers of training images by class. The rarest class is the first row.
    seed : int
        The seed of the latents, which are the same for every frame.
    """

    def __init__(self, folder: Path, counts: Sequence[int], seed: int) -> None:
        own_folder(folder)
        self._folder = folder
        rarest = sorted(range(len(counts)), key=lambda label: (counts[label], -label))[:ROWS]
        self._labels = torch.tensor(rarest).repeat_interleave(COLUMNS)
        self._seed = seed

    def on_population(self, step: int, generators: Sequence[Generator]) -> None:
        """Draw a frame."""
        device = next(generators[0].parameters()).device
        images = generate(generators, self._labels, self._seed, device)
        frame = _frame(images.permute(0, 2, 3, 1).numpy(), f"generation {step}")
        data = io.BytesIO()
        frame.save(data, "PNG")
        write_whole(self._folder / f"{step:08d}.png", data.getvalue())

    def develop(self, path: Path) -> None:
        """Write all frames as one animated WebP; does nothing if there are none."""
        frames = [Image.open(file) for file in sorted(self._folder.glob("*.png"))]
        if not frames:
            return
        durations = [FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS]
        data = io.BytesIO()
        frames[0].save(
            data, "WEBP", save_all=True, append_images=frames[1:], duration=durations, loop=0
        )
        write_whole(path, data.getvalue())


def _frame(images: npt.NDArray[np.uint8], caption: str) -> Image.Image:
    """Arrange images (N, H, W, C), `COLUMNS` per row, below a caption."""
    factor = max(1, -(-SIDE_PIXELS // images.shape[1]))
    side = factor * images.shape[1]
    pitch = side + GAP_PIXELS
    height = CAPTION_PIXELS + pitch * (len(images) // COLUMNS)
    frame = Image.new("RGB", (pitch * COLUMNS - GAP_PIXELS, height), "white")
    ImageDraw.Draw(frame).text((GAP_PIXELS, 2), caption, fill="black")
    for index, image in enumerate(images):
        row, column = divmod(index, COLUMNS)
        tile = Image.fromarray(image.squeeze()).resize((side, side), Image.Resampling.NEAREST)
        frame.paste(tile, (column * pitch, CAPTION_PIXELS + row * pitch))
    return frame
