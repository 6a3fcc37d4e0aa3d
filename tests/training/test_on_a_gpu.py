"""A run as the command line makes it, on a GPU: captured, streamed, stopped and taken up again."""

import dataclasses

import pytest
import torch

from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
DEVICE = "cuda"


class Watcher(Observer):
    """Keeps notes, and asks to stop after a generation."""

    def __init__(self, stop, after):
        self.stop, self.after, self.notes = stop, after, []

    def on_note(self, text):
        self.notes.append(text)

    def on_record(self, record):
        if record["step"] == self.after:
            self.stop.signal_number = 2


def train(config, split, path, after=0):
    folder = RunFolder(path) if path.exists() else RunFolder.create(path, config)
    stop = StopRequest()
    watcher = Watcher(stop, after)
    model = Evolution(config, split, folder, [watcher], stop).run()
    assert watcher.notes == []
    return [*model.discriminator.state_dict().values(), *model.population[0].state_tensors()]


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_graph_is_replayed_and_a_stop_changes_nothing(
    precision, tiny_config, split, tmp_path, monkeypatch
):
    replays = []
    replay = torch.cuda.CUDAGraph.replay
    monkeypatch.setattr(
        torch.cuda.CUDAGraph, "replay", lambda graph: replays.append(1) or replay(graph)
    )
    config = dataclasses.replace(
        tiny_config,
        precision=precision,
        device=DEVICE,
        images_on="host",
        steps=40,
        checkpoint_every=10,
        validate_every=20,
    )
    whole = train(config, split, tmp_path / "whole")
    assert len(replays) >= 30
    with pytest.raises(Interrupted):
        train(config, split, tmp_path / "stopped", after=20)
    resumed = train(config, split, tmp_path / "stopped")
    assert all(map(torch.equal, whole, resumed))
