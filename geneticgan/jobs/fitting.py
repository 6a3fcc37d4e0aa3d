"""A run of a classifier: any method without an evolutionary core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.evaluation.scoring import score_network
from geneticgan.inference.choice import Choice
from geneticgan.inference.facts import read_facts, write_facts
from geneticgan.jobs.calibrating import calibrate_run
from geneticgan.jobs.networks import trained
from geneticgan.jobs.outcome import Report, Row
from geneticgan.methods.contract import Task
from geneticgan.methods.of_run import RunMethod
from geneticgan.training.device import resolve_device
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.run_folder import RunFolder, write_json


def fit(
    folder: RunFolder,
    config: TrainConfig,
    own: RunMethod,
    split: Split,
    observers: Sequence[Observer],
    stop: StopRequest,
) -> Report:
    """Train the method of a run, unless the folder has its network already, and score it.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    Interrupted
        If a stop was requested.
    """
    method, key = own.method, own.name
    device = resolve_device(config.device)
    task = Task(split, own.config, device, folder.path / "work", observers, stop, own.given)
    network = trained(method, key, folder, task)
    row = Row(method.title, score_network(network, split.test, split, task.device))
    scores = {}
    if len(split.validation):
        scores[key] = score_network(network, split.validation, split, task.device).acsa
    facts = read_facts(folder.path)
    found = calibrate_run(facts, folder.path, network, split, config, row.title)
    choice = Choice(key, scores, before=True).to_json()
    more = {**found.more, "classifier": {**choice, "title": found.title}}
    write_facts(folder.path, replace(facts, more=more))
    rows = (row, *found.rows)
    write_json(folder.results, [{"method": each.title, **each.scores.to_json()} for each in rows])
    return Report(folder, config, split, rows, None, found.title)
