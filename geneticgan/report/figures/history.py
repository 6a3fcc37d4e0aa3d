"""The charts of a run over time and of its objectives (figure 9)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from geneticgan.gan.mutation import Mutation
from geneticgan.report.figures.charts import FloatArray, Line, LineChart
from geneticgan.report.history import SHARES, History

GENERATION = "generation"
LOGITS = 6.0
"""The objectives are drawn between minus and plus this logit."""


def history_charts(history: History) -> list[LineChart]:
    """Return charts of losses, fitness, temperature, acceptance, winners and any validation."""
    count = len(history)
    losses = {k.removeprefix("loss "): history.line(k) for k in history.columns if "loss " in k}
    charts = [
        LineChart(
            "losses",
            "Discriminator's losses",
            f"Losses of the discriminator on {' and '.join(losses)} images over {count} "
            "generations.",
            GENERATION,
            "loss (source + class)",
            losses,
        ),
        LineChart(
            "fitness",
            "Fitness of the parent",
            f"Quality and diversity of the parent over {count} generations.",
            GENERATION,
            "fitness part",
            {"quality": history.line("quality"), "diversity": history.line("diversity")},
        ),
        LineChart(
            "temperature",
            "Temperature, and the fitness differences that selection weighs",
            "The temperature and the size of the difference in fitness between the best offspring "
            "and its parent: while the temperature is above it, nearly every offspring is "
            "accepted; below it, few that are worse.",
            GENERATION,
            "units of fitness",
            {
                "temperature": _positive(history.line("T")),
                "|best offspring - parent|": _positive(
                    history.means(np.abs(history.columns["difference"]))
                ),
            },
            log_y=True,
        ),
        LineChart(
            "acceptance",
            "How often the best offspring replaced its parent",
            f"Share of generations whose best offspring was accepted, over {count} generations.",
            GENERATION,
            "accepted, percent",
            {"accepted": history.means(history.columns["accepted"], SHARES)},
            percent=True,
            whole=True,
        ),
    ]
    if len(history.winners) > 1:
        charts.append(
            LineChart(
                "selection",
                "Which objective made the best offspring",
                f"Share of generations that each of {', '.join(history.winners)} won.",
                GENERATION,
                "won, percent",
                {name: history.means(shares, SHARES) for name, shares in history.winners.items()},
                percent=True,
                whole=True,
                objectives=True,
            )
        )
    if len(history.validation.x) > 0:
        charts.append(
            LineChart(
                "validation",
                "Class head on the validation part",
                "Mean recall of the classes on the validation part, over the generations.",
                GENERATION,
                "ACSA, percent",
                {"validation ACSA": history.validation},
                percent=True,
            )
        )
    return charts


def objective_chart(mutations: Sequence[Mutation]) -> LineChart:
    """Return a chart of each objective's gradient size over the discriminator's output."""
    logits = np.linspace(-LOGITS, LOGITS, 121)
    lines = {
        mutation.label: Line(1 / (1 + np.exp(-logits)), _gradients(mutation, logits))
        for mutation in mutations
    }
    return LineChart(
        "objectives",
        "The objectives' gradients",
        "Size of each objective's gradient with respect to the discriminator's logit, over the "
        "probability that it assigns to a generated image being real. Where the gradient is near "
        "0, the objective teaches the generator nothing.",
        "D(G(z))",
        "size of the gradient",
        lines,
        objectives=True,
    )


def _gradients(mutation: Mutation, logits: FloatArray) -> FloatArray:
    fake = torch.tensor(logits, requires_grad=True)
    loss = mutation.loss(fake, torch.zeros_like(fake))
    (gradient,) = torch.autograd.grad(loss, fake)
    sizes: FloatArray = np.abs(gradient.numpy()) * len(logits)  # the loss is a mean over the batch
    return sizes


def _positive(line: Line) -> Line:
    """Return a line for a logarithmic axis, with gaps where it is 0."""
    return Line(line.x, np.where(line.y > 0, line.y, np.nan))
