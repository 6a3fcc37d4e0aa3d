"""A film of a training: the images that the generators make of the same latents over time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw

from geneticgan.evaluation.generation import generate
from geneticgan.files import own_folder, write_whole
from geneticgan.networks import Generator
from geneticgan.report.pictures import row_labels
from geneticgan.training.hooks import Observer

COLUMNS = 8
"""The number of images of each class."""

ROWS = 10
"""The maximal number of classes; those with the fewest images are shown."""

SIDE_PIXELS = 48
"""The minimal side of an image on the film; small ones are enlarged by an integer factor."""

CAPTION_PIXELS = 16
NAME_PIXELS = 11
"""The size of the font of class names."""

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
    class_names : sequence of str
        The classes' names, drawn as `geneticgan.report.figures.fonts.figure_names` returns them.
    counts : sequence of int
        The numbers of training images by class. The rarest class is the first row.
    seed : int
        The seed of the latents, which are the same for every frame.
    """

    def __init__(
        self, folder: Path, class_names: Sequence[str], counts: Sequence[int], seed: int
    ) -> None:
        own_folder(folder)
        self._folder = folder
        rarest = sorted(range(len(counts)), key=lambda label: (counts[label], -label))[:ROWS]
        self._labels = torch.tensor(rarest).repeat_interleave(COLUMNS)
        self._seed = seed
        labels = row_labels(class_names, counts)
        self._names = [labels[label] for label in rarest]

    def on_population(self, step: int, generators: Sequence[Generator]) -> None:
        """Draw a frame."""
        device = next(generators[0].parameters()).device
        images = generate(generators, self._labels, self._seed, device)
        frame = _frame(images.permute(0, 2, 3, 1).numpy(), self._names, f"generation {step}")
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


def _frame(images: npt.NDArray[np.uint8], names: Sequence[str], caption: str) -> Image.Image:
    """Arrange images (N, H, W, C), `COLUMNS` per row, beside their names and below a caption."""
    factor = max(1, -(-SIDE_PIXELS // images.shape[1]))
    side = factor * images.shape[1]
    pitch = side + GAP_PIXELS
    margin = _names(tuple(names), pitch)
    size = (margin.width + pitch * COLUMNS - GAP_PIXELS, CAPTION_PIXELS + margin.height)
    frame = Image.new("RGB", size, "white")
    ImageDraw.Draw(frame).text((margin.width, 2), caption, fill="black")
    frame.paste(margin, (0, CAPTION_PIXELS))
    for index, image in enumerate(images):
        row, column = divmod(index, COLUMNS)
        tile = Image.fromarray(image.squeeze()).resize((side, side), Image.Resampling.NEAREST)
        frame.paste(tile, (margin.width + column * pitch, CAPTION_PIXELS + row * pitch))
    return frame


@lru_cache(maxsize=1)
def _names(names: tuple[str, ...], pitch: int) -> Image.Image:
    """Return a picture of the names, one below the other, ``pitch`` pixels each."""
    # Matplotlib finds a font for every script, and takes longer than all else of a frame.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from geneticgan.report.figures.fonts import families

    figure = Figure(dpi=72)  # so that a point is a pixel
    FigureCanvasAgg(figure)
    font = {"fontsize": NAME_PIXELS, "fontfamily": families(names), "parse_math": False}
    heights = [1 - (row + 0.5) / len(names) for row in range(len(names))]
    texts = [
        figure.text(1, height, name, font, ha="right", va="center")
        for name, height in zip(names, heights, strict=True)
    ]
    width = 2 * NAME_PIXELS + max(text.get_window_extent().width for text in texts)
    figure.set_size_inches(width / 72, pitch * len(names) / 72)
    for text in texts:
        text.set_x(1 - NAME_PIXELS / width)
    data = io.BytesIO()
    figure.savefig(data, format="png")
    return Image.open(data).convert("RGB")
