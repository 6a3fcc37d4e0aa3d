"""A t-SNE plane of real, generated and unseen images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.manifold import TSNE

from geneticgan.data.dataset import Int64Array
from geneticgan.errors import RunError
from geneticgan.evaluation.generation_metrics import Features
from geneticgan.files import written_whole

KINDS = ("test", "train", "generated")
PERPLEXITY = 30.0


@dataclass(frozen=True)
class Embedding:
    """The points of a joint t-SNE of all images (the paper's figure 7).

    Attributes
    ----------
    points : array of float32
        The points, of shape (N, 2).
    kinds, labels : array of int64
        Indices in `KINDS` and class labels, of shape (N,).
    """

    points: npt.NDArray[np.float32]
    kinds: Int64Array
    labels: Int64Array

    def save(self, path: Path) -> None:
        """Write the embedding to an npz file."""
        with written_whole(path) as temporary:
            np.savez_compressed(temporary, points=self.points, kinds=self.kinds, labels=self.labels)

    @classmethod
    def load(cls, path: Path) -> Embedding:
        """Read what `save` wrote; `RunError` if it cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as data:
                return cls(data["points"], data["kinds"], data["labels"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise RunError(f"{path} cannot be read ({error}); it is damaged") from error


def embed(features: Features, kinds: Int64Array, labels: Int64Array, seed: int) -> Embedding:
    """Embed features (N, D), N >= 2, in a plane; ``seed`` makes the result reproducible."""
    if len(features) < 5:  # too few for t-SNE: use the first two features
        points = np.pad(features, ((0, 0), (0, 2)))[:, :2].astype(np.float32)
        return Embedding(points, kinds, labels)
    perplexity = min(PERPLEXITY, (len(features) - 1) / 3)
    tsne = TSNE(2, perplexity=perplexity, init="pca", random_state=seed)
    return Embedding(tsne.fit_transform(features).astype(np.float32), kinds, labels)
