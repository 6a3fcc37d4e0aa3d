"""A classifier network trained on batches, as most methods do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

import torch
from torch.nn.functional import cross_entropy

from geneticgan.config import TrainConfig
from geneticgan.data.augmentation import Augmentation
from geneticgan.data.splits import Split
from geneticgan.data.stores import Batches
from geneticgan.errors import RunError
from geneticgan.methods.contract import OF_GANS, Fitted, Method, Task
from geneticgan.methods.network import build_classifier
from geneticgan.networks import Discriminator
from geneticgan.training.beginning import begin
from geneticgan.training.frozen import fill_pretrained
from geneticgan.training.model import make_adam
from geneticgan.training.precision import multiplying
from geneticgan.training.rates import RateSchedule, set_rate

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Maps class logits (B, K) and labels (B,) to a scalar."""

Objective = Callable[[int], torch.Tensor]
"""Maps the number of a step to the scalar that it minimises."""

Rate = Callable[[int], float]
"""Maps the number of a step to a factor of the learning rate."""


class ClassifierMethod(Method):
    """A way to train the classifier network (`geneticgan.methods.network.build_classifier`).

    Attributes
    ----------
    key : str
        A short name for files.
    """

    key: str
    goes_on = True
    unused: ClassVar[frozenset[str]] = OF_GANS

    @abstractmethod
    def batches(self, task: Task) -> Batches:
        """Return a function that draws batch n: images (B, C, H, W) in [-1, 1] and labels (B,)."""

    def loss(self, task: Task) -> Loss:
        """Return the loss to minimise; the cross-entropy unless a method overrides it."""
        return cross_entropy

    def steps(self, task: Task) -> int:
        """Return the number of batches that are drawn."""
        return task.config.steps

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> Discriminator:
        """Return the network before training; all methods with the same seed start alike."""
        return self.headed(build_classifier(split, config, device), config)

    def unfilled(self, split: Split, config: TrainConfig, device: torch.device) -> Discriminator:
        """Return the network for weights from a file; a method that overrides `build` uses that."""
        if type(self).build is not ClassifierMethod.build:
            return self.build(split, config, device)
        return self.headed(build_classifier(split, config, device, unfilled=True), config)

    def headed(self, network: Discriminator, config: TrainConfig) -> Discriminator:
        """Return a network with the class head that this method trains; unchanged by default."""
        return network

    def rate(self, task: Task) -> Rate:
        """Return the learning rate's factor as a function of the step; the config's schedule."""
        config = task.config
        return RateSchedule(config.rate_schedule, self.steps(task), config.warm_up).factor

    def fit(self, task: Task) -> Fitted:
        """Train a classifier and return it as it is after the last step."""
        network = self._fresh(task)
        begin(network, task.beginning)
        self.train_network(network, task)
        return Fitted(network)

    def _fresh(self, task: Task) -> Discriminator:
        """Return the network before training, with the run's published weights if there are any."""
        shape = task.split, task.config, task.device
        if task.pretrained is not None:
            network = self.unfilled(*shape)
            if fill_pretrained(task.pretrained, network):
                return network
        return self.build(*shape)

    def train_network(self, network: Discriminator, task: Task) -> None:
        """Train a network; raises as `train` does."""
        objective = self.objective(network, task)
        train(network, objective, self.title, self.steps(task), task, rate=self.rate(task))

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return what each step minimises: the loss on an augmented batch."""
        draw, loss = self.batches(task), self.loss(task)
        augment = augmentation_of(task)

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            with autocast(task):
                _, logits = network(augment(images, "classifier", step))
            return loss(logits.float(), labels)

        return objective


def augmentation_of(task: Task) -> Augmentation:
    """Return the augmentation of the images that a task's networks learn from."""
    return Augmentation(task.config.augmentation, task.config.seed)


def autocast(task: Task) -> torch.autocast:
    """Return the context of a forward pass in the task's precision."""
    bf16 = task.config.precision == "bf16"
    return torch.autocast(task.device.type, torch.bfloat16, enabled=bf16)


def train(
    network: torch.nn.Module,
    objective: Objective,
    title: str,
    steps: int,
    task: Task,
    *,
    classifies: bool = True,
    rate: Rate | None = None,
    optimizer: torch.optim.Optimizer | None = None,
) -> None:
    """Minimise an objective of the step's number with Adam, with observers and a stop request.

    Observers are shown the network only if it classifies. The learning rate follows the config's
    schedule over all steps, unless another is given; an ``optimizer`` that is passed in keeps its
    own rates, multiplied by the schedule's factor.

    Raises
    ------
    Interrupted
        If a stop was requested.
    RunError
        If the loss is no longer finite.
    """
    config = task.config
    optimizer = optimizer or make_adam(
        network.parameters(), config.classifier_learning_rate, config.weight_decay
    )
    full = [float(group["lr"]) for group in optimizer.param_groups]
    rate = rate or RateSchedule(config.rate_schedule, steps, config.warm_up).factor
    for observer in task.observers:
        observer.on_phase(title, steps)
    for step in range(steps):
        set_rate(optimizer, [each * rate(step) for each in full])
        with multiplying(config.precision):
            loss = objective(step)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        task.stop.check()
        for observer in task.observers:
            observer.on_progress(step + 1)
            if classifies and _looks(step, steps, config):
                observer.on_network(step + 1, network)
        if _looks(step, steps, config) and not torch.isfinite(loss):
            raise RunError(
                f"{title}: the loss is {loss.item():g} after {step + 1} steps; lower "
                "classifier_learning_rate or use --precision float32"
            )


def _looks(step: int, steps: int, config: TrainConfig) -> bool:
    return step + 1 == steps or (step + 1) % config.validate_every == 0
