"""DeepSMOTE: SMOTE on the codes of an autoencoder."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from imblearn.over_sampling import SMOTE
from torch.nn.functional import mse_loss

from geneticgan.data.dataset import Images
from geneticgan.data.sampling import to_uint8, to_unit_range
from geneticgan.data.stores import Batches
from geneticgan.errors import DataError
from geneticgan.methods.classifier import ClassifierMethod, autocast, train
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Task, Trials
from geneticgan.methods.smote import added, oversampled_batches
from geneticgan.networks.autoencoder import Autoencoder
from geneticgan.seeding import numpy_stream, torch_seeded

CHUNK = 500


class DeepSmote(ClassifierMethod):
    """DeepSMOTE (Dablain et al. 2021): images are encoded, interpolated as codes, and decoded.

    The autoencoder learns to reconstruct images and, from permuted codes of a class, to decode
    images of that class (the penalty). Half of the budget's batches train the autoencoder, the
    other half the classifier. The penalty uses further images, up to one batch per step of the
    autoencoder. The method thus sees more images than any other, up to 1.5 times the budget.

    Parameters
    ----------
    k : int
        The number of neighbours of the same class; in a smaller class, all other images.
    penalty : float
        The weight of the penalty, >= 0. With 1, as in the paper, all codes of a class are decoded
        to nearly the same image unless there is much training: of 0, 0.1 and 1, the last was the
        worst on held-out tiles and on unseen Fashion-MNIST images, and level on digits.
    """

    key = "deepsmote"
    title = "DeepSMOTE"
    version: ClassVar[int] = 3
    unused: ClassVar[frozenset[str]] = OF_GANS - {"oversampling", "latent_dim"}
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"k": 3},
        {"penalty": 1.0},
        {"weight_decay": 0.05},
    )

    def __init__(self, k: int = 5, penalty: float = 0.1) -> None:
        if k < 1 or not penalty >= 0:
            raise ValueError(f"k must be >= 1 and penalty >= 0, got {k} and {penalty}")
        self.k = k
        self.penalty = penalty

    def steps(self, task: Task) -> int:
        """Return the number of the classifier's steps, half of the budget."""
        return task.config.steps - task.config.steps // 2

    def batches(self, task: Task) -> Batches:
        """Train the autoencoder, then draw the classes evenly from real and decoded images."""
        return oversampled_batches(self.resample(task), task)

    def resample(self, task: Task) -> Images:
        """Return the training images and decoded ones, every class as large as the largest."""
        split = task.split
        if min(split.train_counts) < 2:
            raise DataError(
                "DeepSMOTE needs at least two training images of each class; raise the counts or "
                "use --validation-fraction 0"
            )
        coder = self._train_coder(task).eval()
        codes = encode(coder, split.train, task.device)

        def make(k: int, seed: int) -> SMOTE:
            return SMOTE(k_neighbors=k, random_state=seed)

        points, of_them = added(codes, split.train.labels, make, self.k, task.config.seed)
        new, labels = torch.from_numpy(points), np.concatenate([split.train.labels, of_them])
        with torch.no_grad():
            decoded = [
                to_uint8(coder.decoder(chunk.to(task.device))).cpu()
                for chunk in torch.split(new, CHUNK)
            ]
        pixels = np.concatenate([split.train.pixels, *(chunk.numpy() for chunk in decoded)])
        return Images(pixels, labels)

    def _train_coder(self, task: Task) -> Autoencoder:
        split, config = task.split, task.config
        channels, size = split.train.pixels.shape[1:3]
        with torch_seeded(int(numpy_stream(config.seed, "coder weights").integers(2**31))):
            coder = Autoencoder(channels, size, config.width, config.latent_dim)
        coder = coder.to(memory_format=torch.channels_last).to(task.device)
        draw = classifier_source(task).natural(config.batch_size)
        by_class = [np.flatnonzero(split.train.labels == c) for c in range(split.classes)]

        def objective(step: int) -> torch.Tensor:
            images, _ = draw(step)
            rng = numpy_stream(config.seed, "penalty", step)
            members = by_class[rng.integers(len(by_class))]
            chosen = rng.choice(members, size=min(len(members), config.batch_size), replace=False)
            alike = to_unit_range(torch.from_numpy(split.train.pixels[chosen]).to(task.device))
            with autocast(task):
                loss = mse_loss(coder(images).float(), images)
                if len(alike) > 1:
                    turned = torch.roll(coder.encoder(alike), 1, dims=0)
                    loss = loss + self.penalty * mse_loss(coder.decoder(turned).float(), alike)
            return loss

        title = f"{self.title}, autoencoder"
        train(coder, objective, title, config.steps // 2, task, classifies=False)
        return coder


@torch.no_grad()
def encode(coder: Autoencoder, images: Images, device: torch.device) -> npt.NDArray[np.float32]:
    """Return the codes of images, shape (N, latent_dim)."""
    chunks = torch.split(torch.from_numpy(images.pixels), CHUNK)
    codes = [coder.encoder(to_unit_range(chunk.to(device))).float().cpu() for chunk in chunks]
    return torch.cat(codes).numpy()
