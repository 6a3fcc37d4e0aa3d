"""Balanced softmax: the classifier network with logits adjusted in the loss."""

from __future__ import annotations

from typing import ClassVar

from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.contract import CLASSIFIER_RATES, Trials


class BalancedSoftmax(Adjusted):
    """Balanced softmax (Ren et al. 2020; with tau, the adjusted loss of Menon et al. 2021).

    The logarithm of each class's share of the batches is added to the logits before the
    cross-entropy. The network thus learns the likelihood, and its own logits decide as if all
    classes were equally frequent.

    Parameters
    ----------
    drawing : str
        How labels are drawn: in proportion to the square ``root`` of class sizes, or as in the
        data (``natural``). Balanced drawing would be plain oversampling.
    tau : float
        The strength of the adjustment, >= 0; 1 is the balanced softmax.
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
