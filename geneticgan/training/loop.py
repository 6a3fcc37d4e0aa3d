"""Training an annealing genetic GAN: Algorithm 1 on a data set, watched, saved and resumable."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from deap import tools

from geneticgan.annealing.algorithm import Generation
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError, DivergedError, RunError
from geneticgan.gan.generations import Generations
from geneticgan.gan.individual import same_weights
from geneticgan.gan.processes import ALONE, Processes
from geneticgan.gan.splitting import why_whole
from geneticgan.training.beginning import begin_model
from geneticgan.training.build import build_machine, real_images
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.held_out import held_out_scores
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.model import Model, build_model
from geneticgan.training.monitor import Monitor
from geneticgan.training.plugins import Plugins, make_plugins
from geneticgan.training.precision import multiplying
from geneticgan.training.rates import RunRates
from geneticgan.training.recorder import NoRecorder, Recorder, generation_record
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.state import check_reach, restore_schedule

MAX_ROLLBACKS = 3
MAX_FRUITLESS = 10
"""The number of consecutive generations without a working offspring after which a run returns to
a checkpoint."""

ROLLBACK_FACTOR = 0.5
"""The factor of the discriminator's learning rate at each return to a checkpoint."""


class Evolution:
    """One run of Algorithm 1.

    Parameters
    ----------
    config, split, folder
        The options, the images and the run folder.
    observers : sequence of Observer
        Observers of every generation.
    stop : StopRequest
        A stop request that is checked after every generation.
    plugins : Plugins, optional
        The plugins of the config; made from it if not given.
    processes : Processes
        The processes of the run, which all compute the same result.

    Attributes
    ----------
    model : Model
        The networks.
    machine : Machine
        The parts of the run.
    discriminator : DiscriminatorTraining
        The machine's discriminator.
    rollbacks : int
        How often the run returned to a checkpoint.
    """

    def __init__(
        self,
        config: TrainConfig,
        split: Split,
        folder: RunFolder,
        observers: Sequence[Observer],
        stop: StopRequest,
        plugins: Plugins | None = None,
        processes: Processes = ALONE,
    ) -> None:
        self._processes = processes
        self._config = config
        self._split = split
        self._stop = stop
        self._checkpoint = Checkpoint(folder.checkpoint)
        self._plugins = plugins or make_plugins(config)
        self._begun = self._checkpoint.exists()
        self.model = build_model(config, split, self._plugins.architecture, unfilled=self._begun)
        real = real_images(config, split, self.model.device)
        self.machine = build_machine(config, self._plugins, self.model, real, processes)
        self._rates = RunRates(config, self.model.rates, self.machine.discriminator.optimizer)
        self.machine.set_rates = self._rates
        self.discriminator = self.machine.discriminator
        self._hall_of_fame = tools.HallOfFame(1, similar=same_weights)
        self._monitor = Monitor(config.steps, config.batch_size)
        self.rollbacks = 0
        self._fruitless = 0
        self._first, position = 0, 0
        if self._begun:
            self._first, position = self._resume()
        else:
            begin_model(self.model, folder)
        if reason := why_whole(self.machine):
            raise ConfigError(f"several processes cannot share this run: {reason}")
        self._recorder = Recorder(folder.log, position) if processes.leads else NoRecorder()
        self._observers = [self._recorder, *observers]

    def run(self) -> Model:
        """Evolve to the last generation and return the networks.

        Raises
        ------
        Interrupted
            If a stop was requested; a checkpoint has been written.
        RunError
            If the discriminator diverged repeatedly.
        """
        for observer in self._observers:
            observer.on_phase("AGGAN, generation", self._config.steps)
            observer.on_progress(self._first)
        for notice in (self._checkpoint.notice, self._recorder.notice):
            if notice:
                self._note(f"{notice}.")
        try:
            if not self._begun:
                self._save(0)  # so that even the first generation can be rolled back
            with multiplying(self._config.precision):
                while not self._evolve():
                    pass
        finally:
            self._recorder.close()
        if self._is_to_stop():
            self._stop.check()
        return self.model

    def _evolve(self) -> bool:
        """Run the remaining generations; returns False after a rollback, to be called again."""
        config = self._config
        self._monitor.start_clock()
        evolution = Generations(self.machine, config.breeding, self._note)
        left = config.steps - self._first
        try:
            evolution.run(self._first, left, self._hall_of_fame, self.after, self._pauses)
        except DivergedError as error:
            self._roll_back(error)
            return False
        return True

    def _roll_back(self, error: DivergedError) -> None:
        """Return to the last checkpoint with a lower learning rate of the discriminator.

        The generations since then are run again; only the number of rollbacks is remembered.
        Raises `RunError` after `MAX_ROLLBACKS` rollbacks.
        """
        rollbacks = self.rollbacks + 1
        if rollbacks > MAX_ROLLBACKS:
            raise RunError(
                f"{error}, after {MAX_ROLLBACKS} returns to a checkpoint, each with a lower "
                "learning rate of the discriminator; lower --learning-rate, use --precision "
                "float32, or leave out the mutation that causes it (the run's log shows the losses)"
            ) from error
        self._hall_of_fame.clear()
        self._first, position = self._resume()
        self._recorder.rewind(position)
        self._slow_down(rollbacks)
        self._save(self._first)  # so that the count survives a kill
        rate = self.model.rates.of_discriminator * self._rates.slowing
        self._note(
            f"Rolled back to generation {self._first} ({rollbacks} of {MAX_ROLLBACKS} times): "
            f"{error}; the discriminator's learning rate now begins at {rate:g}."
        )

    def _slow_down(self, rollbacks: int) -> None:
        """Set the number of rollbacks, each of which lowers the discriminator's learning rate."""
        self.rollbacks = rollbacks
        self._rates.slowing = ROLLBACK_FACTOR**rollbacks

    def _note(self, text: str) -> None:
        for observer in self._observers:
            observer.on_note(text)

    def _pauses(self, generation: int) -> bool:
        """Tell whether `after` needs the networks after a generation; the same in all processes."""
        step, config = generation + 1, self._config
        looks = (config.validate_every, config.checkpoint_every)
        asked = self._stop.requested and self._processes.size == 1
        return asked or any(step % every == 0 for every in looks)

    def _count_fruitless(self, generation: Generation) -> None:
        """Report if every offspring failed; raises `DivergedError` if that happens repeatedly."""
        offspring = generation.offspring
        if not offspring or not all(child.failure for child in offspring):
            self._fruitless = 0
            return
        self._fruitless += 1
        causes = ", ".join(sorted({f"{each.mutation}: {each.failure}" for each in offspring}))
        if self._fruitless == 1:
            self._note(
                f"Every offspring of generation {generation.number + 1} failed ({causes}), so the "
                f"parent stays; after {MAX_FRUITLESS} such generations in a row, the run returns "
                "to its last checkpoint."
            )
        if self._fruitless == MAX_FRUITLESS:
            self._fruitless = 0
            raise DivergedError(
                f"every offspring of the last {MAX_FRUITLESS} generations failed ({causes})"
            )

    def after(self, generation: Generation) -> bool:
        """Evaluate, record and save after a generation; returns whether the run should stop.

        Raises
        ------
        DivergedError
            If all offspring failed in too many generations, or a value to be saved is not finite.
        """
        step = generation.number + 1
        self._count_fruitless(generation)
        record = generation_record(generation, self.discriminator.last_losses)
        last = step == self._config.steps
        if last or step % self._config.validate_every == 0:
            record |= held_out_scores(self.model, self._split)
            for observer in self._observers:
                observer.on_network(step, self.model.discriminator)
                observer.on_population(step, self.model.generators)
        status = self._monitor.update(generation, record)
        record["images_per_second"] = round(status.images_per_second, 1)
        record["seconds"] = round(self._monitor.seconds(), 3)
        for observer in self._observers:
            observer.on_record(record)
            observer.on_status(status)
        stopping = self._is_to_stop() and generation.settled
        due = step % self._config.checkpoint_every == 0 and not self._fruitless
        if last or stopping or due:
            self._save(step)
        return stopping

    def _is_to_stop(self) -> bool:
        """Tell whether a stop was requested from any process."""
        # The request may come from a time limit instead of a signal.
        own = self._stop.signal_number or int(self._stop.requested)
        asked = self._processes.most(own)
        if asked > own:
            self._stop.signal_number = asked
        return asked > 0

    def _save(self, step: int) -> None:
        self.check()  # never save a broken state
        self._processes.wait()  # until no process reads the last one
        if self._processes.leads:
            self._write(step)
        self._processes.wait()
        self._checkpoint.follow()

    def _write(self, step: int) -> None:
        state = {
            "next_generation": step,
            "log_position": self._recorder.position(),
            "metropolis": self.machine.rng.bit_generator.state,
            "monitor": self._monitor.state(),
            "schedule": self.machine.schedule.state(),
            "rollbacks": self.rollbacks,
        }
        self._checkpoint.save(
            state,
            self.model.population,
            self._hall_of_fame[0] if len(self._hall_of_fame) else None,
            self.model.discriminator,
            self.discriminator.optimizer,
        )

    def check(self) -> None:
        """Raise `DivergedError` if a value that a checkpoint would save is not finite."""
        self.discriminator.check()
        moments = self.discriminator.optimizer.state.values()
        tensors = [
            *self.model.discriminator.buffers(),
            *(each for kept in moments for each in kept.values() if torch.is_tensor(each)),
            *(each for one in self.model.population for each in one.state_tensors()),
        ]
        if not all(torch.isfinite(each).all() for each in tensors):
            raise DivergedError("a value in a network or its optimizer is not finite")

    def _resume(self) -> tuple[int, int]:
        state = self._checkpoint.load(
            self.model.population, self.model.discriminator, self.discriminator.optimizer
        )
        architecture = self._plugins.architecture
        best = build_model(self._config, self._split, architecture, unfilled=True).population[0]
        if self._checkpoint.load_best(best):
            self._hall_of_fame.insert(best)
        check_reach(state, self._config.steps, MAX_ROLLBACKS, self._checkpoint.path)
        self.machine.rng.bit_generator.state = state["metropolis"]
        self._monitor.restore(state["monitor"])
        restore_schedule(self.machine.schedule, state["schedule"], self._checkpoint.path)
        self._slow_down(state["rollbacks"])
        return state["next_generation"], state["log_position"]
