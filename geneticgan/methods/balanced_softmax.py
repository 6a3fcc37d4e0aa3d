"""Balanced softmax: the classifier network with logits adjusted in the loss."""

from __future__ import annotations

from typing import ClassVar

from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.contract import CLASSIFIER_RATES, Trials


class BalancedSoftmax(Adjusted):
    """Balanced softmax (Ren et al. 2020; with tau, the adjusted loss of Menon et al. 2021).

    To the logits of a batch the logarithm of each class's share of the batches is added before the
    cross-entropy. What is left to the network is the likelihood, so that its own logits decide as
    if all classes were equally frequent.

    Parameters
    ----------
    drawing : str
        How labels are drawn: by the square ``root`` of the classes' sizes, or as the data are
        (``natural``). Drawn evenly it would be plain oversampling.
    tau : float
        Strength of the adjustment, >= 0; 1 is the balanced softmax.
    """

    key = "balanced-softmax"
    title = "Balanced softmax"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"drawing": "natural"},
        {"tau": 1.5},
        {"weight_decay": 0.05},
    )

    def __init__(self, drawing: str = "root", tau: float = 1.0) -> None:
        if drawing not in ("root", "natural"):
            raise ValueError(f"drawing must be root or natural, got {drawing!r}")
        super().__init__(drawing, tau)
