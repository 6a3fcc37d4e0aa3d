"""What the discriminator learns besides real classes, and what generators learn from it."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.options.definition import BY_RECIPE, option
from geneticgan.options.learning import TRAINING

ADVERSARIES = ("logistic", "least-squares", "wasserstein")
WEIGHTINGS = ("auto", "even", "confidence")
GUIDANCES = ("auto", "shared", "real")


@dataclass(frozen=True)
class AdversaryOptions:
    """The discriminator's adversarial loss, and the part of generated images in the class loss."""

    adversary: str = option(
        "logistic",
        TRAINING,
        "The discriminator's adversarial loss; logistic is the paper's. WGAN and LSGAN are "
        "methods that set it.",
        choices=ADVERSARIES,
        expert=True,
    )
    clip: float = option(
        0.01,
        TRAINING,
        "The largest absolute weight of a wasserstein critic; 0 does not clip.",
        minimum=0,
        expert=True,
    )
    critic_steps: int = option(
        1,
        TRAINING,
        "The number of discriminator steps in a generation, each on a real batch of its own.",
        minimum=1,
        expert=True,
    )
    gradient_penalty: float = option(
        0.0,
        TRAINING,
        "The weight of the gradient penalty in the discriminator's loss.",
        minimum=0,
        expert=True,
    )
    source_weight: float = option(
        BY_RECIPE,
        TRAINING,
        "The weight of the adversarial loss in what the discriminator learns, beside the class "
        "loss on real images: 1 in the paper. Both heads share a trunk; the smaller the weight, "
        "the less the class head suffers.",
        minimum=0,
        above=True,
        expert=True,
    )
    generated_class_weight: float = option(
        BY_RECIPE,
        TRAINING,
        "The weight of the class loss on generated images in what the discriminator learns: 1 in "
        "the paper; with 0, its class head learns only from real images.",
        minimum=0,
        expert=True,
    )
    generated_class_weighting: str = option(
        BY_RECIPE,
        TRAINING,
        "The weight of each generated image in that loss: even weights all equally, as in the "
        "paper; confidence weights each by the probability that the guiding class head gives to "
        "its label. auto is even with two classes and confidence with more.",
        choices=WEIGHTINGS,
        expert=True,
    )
    class_guidance: str = option(
        BY_RECIPE,
        TRAINING,
        "The class head that generators learn from: shared is the classifier itself, as in the "
        "paper; real is a second one that learns only from real images. auto is shared with two "
        "classes and real with more.",
        choices=GUIDANCES,
        expert=True,
    )
