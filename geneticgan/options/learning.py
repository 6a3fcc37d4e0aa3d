"""How networks learn."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.options.definition import BY_RECIPE, option

MOST_RATE = 1
"""The highest learning rate: a step of Adam is about as long, and weights are below 1."""

CLASS_LOSSES = ("cross-entropy", "balanced-softmax")
RATE_SCHEDULES = ("constant", "cosine")
CALIBRATIONS = ("temperature", "offsets", "generated-offsets")
TRAINING = "Training"


@dataclass(frozen=True)
class LearningOptions:
    """Networks, budget, learning rates and the class loss."""

    steps: int = option(
        3000,
        TRAINING,
        "The number of generations; each sees one batch of real images. Classifiers take as many "
        "steps.",
        minimum=1,
    )
    batch_size: int = option(
        50,
        TRAINING,
        "The number of real images in a batch.",
        minimum=2,  # batch normalisation needs two samples to have a variance
    )
    architecture: str = option("convolutional", TRAINING, "The family of networks, a plugin.")
    width: int = option(
        32, TRAINING, "The number of channels in the narrowest layer of every network.", minimum=1
    )
    latent_dim: int = option(
        64, TRAINING, "The length of the latent vector.", minimum=1, expert=True
    )
    learning_rate: float | None = option(
        BY_RECIPE,
        TRAINING,
        "Adam's learning rate for the discriminator, before the rate schedule. Without one it is "
        "the architecture's own, and 0.003 where that has none.",
        minimum=0,
        maximum=MOST_RATE,
        above=True,
    )
    generator_learning_rate: float | None = option(
        BY_RECIPE,
        TRAINING,
        "Adam's learning rate for the generators; none means the discriminator's.",
        minimum=0,
        maximum=MOST_RATE,
        above=True,
        expert=True,
    )
    classifier_learning_rate: float = option(
        BY_RECIPE,
        TRAINING,
        "Adam's learning rate for the separate classifiers.",
        minimum=0,
        maximum=MOST_RATE,
        above=True,
        expert=True,
    )
    rate_schedule: str = option(
        BY_RECIPE,
        TRAINING,
        "How every learning rate changes over the training: it is constant, or falls to 0 along a "
        "cosine.",
        choices=RATE_SCHEDULES,
        expert=True,
    )
    warm_up: float = option(
        0.0,
        TRAINING,
        "The share of the steps over which learning rates first rise.",
        minimum=0,
        maximum=1,
        below=True,
        expert=True,
    )
    weight_decay: float = option(
        0.0,
        TRAINING,
        "The decoupled weight decay of the discriminator and of classifiers.",
        minimum=0,
        expert=True,
    )
    class_loss: str = option(
        BY_RECIPE,
        TRAINING,
        "The loss by which the discriminator's class head learns from real images: cross-entropy, "
        "as in the paper, or balanced-softmax, which favours classes that are drawn less often.",
        choices=CLASS_LOSSES,
        expert=True,
    )
    tau: float = option(
        1.0,
        TRAINING,
        "The weight of the logarithm of each class's share of the batches, which the balanced "
        "softmax adds to the logits.",
        minimum=0,
        expert=True,
    )
    calibration: str = option(
        "temperature",
        TRAINING,
        "How the probabilities of the run's classifier are calibrated, on held-out images: by a "
        "temperature, which changes no decision; by an offset for each class, which moves "
        "decisions to where all classes count alike; or by offsets that are fitted on images "
        "which the run's own generators make.",
        choices=CALIBRATIONS,
    )
    seed: int = option(
        0,
        TRAINING,
        "The seed of every random draw, including the imbalanced subset and the initial weights.",
        minimum=0,
    )
