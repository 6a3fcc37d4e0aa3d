"""Every call that changes a run folder fails once, or is the last before a kill."""

import builtins
import dataclasses
import errno
import io
import itertools
import json
import os
import pathlib
import shutil

import pytest
import torch

from geneticgan.errors import GeneticGanError
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder


class Killed(BaseException):
    """Stands for SIGKILL: no ``except Exception`` catches it."""


class Faults:
    """Counts the calls about paths below a folder, and puts a fault in place of the n-th."""

    def __init__(self, under, at=None, fault=None):
        self.under, self.at, self.fault = str(under), at, fault
        self.names = []

    def call(self, name, path, do):
        if not str(path).startswith(self.under):
            return do()
        self.names.append(name)
        if len(self.names) - 1 == self.at:
            self.fault(do)
        return do()

    def inject(self, patch):
        for owner, name, path_of in [
            (pathlib.Path, "rename", lambda path, *_: path),
            (pathlib.Path, "replace", lambda path, *_: path),
            (pathlib.Path, "mkdir", lambda path, *_: path),
            (os, "fsync", lambda number: os.readlink(f"/proc/self/fd/{number}")),
            (shutil, "rmtree", lambda path: path),
        ]:
            self._wrap(patch, owner, name, path_of)
        plain = io.open

        def opened(path, mode="r", *args, **kwargs):
            if isinstance(path, int) or not set(mode) & set("wax+"):
                return plain(path, mode, *args, **kwargs)
            return self.call("open", path, lambda: plain(path, mode, *args, **kwargs))

        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        low = os.open

        def opened_low(path, flags, *args, **kwargs):
            if not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return low(path, flags, *args, **kwargs)
            return self.call("open", path, lambda: low(path, flags, *args, **kwargs))

        patch.setattr(os, "open", opened_low)

    def _wrap(self, patch, owner, name, path_of):
        plain = getattr(owner, name)

        def call(*args, **kwargs):
            return self.call(name, path_of(*args), lambda: plain(*args, **kwargs))

        patch.setattr(owner, name, call)


def close(result):
    if isinstance(result, io.IOBase):
        result.close()
    elif isinstance(result, int):
        os.close(result)


def kill_before(do):
    raise Killed


def kill_after(do):
    close(do())  # as the kernel closes a killed process's files
    raise Killed


def full(do):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken(do):
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def short(do):
    """Do it, cut what was written in half, and say that the disk is full."""
    close(do())
    full(do)


@pytest.fixture
def config(tiny_config):
    return dataclasses.replace(tiny_config, imbalance="auto", steps=2, checkpoint_every=1)


def live(config, split, path):
    folder = RunFolder.open(path)[0] if path.exists() else RunFolder.create(path, config)
    model = Evolution(config, split, folder, (), StopRequest()).run()
    tensors_ = dict(model.discriminator.state_dict())
    for index, individual in enumerate(model.population):
        tensors_ |= {f"{index}.{k}": v for k, v in individual.to_tensors()[0].items()}
    records = [json.loads(line) for line in folder.log.read_text().splitlines()]
    for record in records:
        del record["images_per_second"], record["seconds"]
    return tensors_, records


@pytest.mark.parametrize(
    "fault",
    [
        kill_before,
        kill_after,
        *(pytest.param(fault, marks=pytest.mark.long) for fault in (full, broken, short)),
    ],
)
def test_after_a_fault_at_any_call_a_run_goes_on_to_the_same_bits(
    config, split, tmp_path, monkeypatch, fault, record_property
):
    wanted, log = live(config, split, tmp_path / "whole")
    counting = Faults(tmp_path / "counted")
    with monkeypatch.context() as patch:
        counting.inject(patch)
        live(config, split, tmp_path / "counted")
    assert len(counting.names) > 40
    assert {"rename", "replace", "mkdir", "fsync", "open"} <= set(counting.names)
    struck = begun = 0
    # What is on the disk before a call is what was there after the one before it: killed before
    # every second call and after every second one, a run is killed everywhere.
    every = {kill_before: 2, kill_after: 2, full: 1}.get(fault, 3)
    for at, name in list(enumerate(counting.names))[::every]:
        path = tmp_path / f"run-{at}"
        with monkeypatch.context() as patch:
            Faults(path, at, fault).inject(patch)
            try:
                live(config, split, path)
            except (Killed, OSError, GeneticGanError):
                struck += 1
        if not (path / "config.json").is_file():
            continue  # not begun: nothing could be lost
        begun += 1
        found, records = live(config, split, path)
        assert records == log, f"after call {at}, {name}"
        assert all(torch.equal(wanted[key], found[key]) for key in wanted), f"call {at}, {name}"
    # Some faults are survived without a stop, such as one in removing what is no longer needed.
    assert struck >= 0.8 * len(counting.names) / every
    print(f"{fault.__name__}: {len(counting.names)} calls, {struck} stops, {begun} resumed, 0 lost")


class PowerCut:
    """Knows of every file below a folder what is on the disk for sure: what was synced."""

    def __init__(self, under, at):
        self.under, self.at = under, at
        self.calls, self.synced = 0, {}
        self.plain = os.fsync

    def fsync(self, number):
        place = pathlib.Path(os.readlink(f"/proc/self/fd/{number}"))
        if self.under in place.parents and place.is_file():
            self.calls += 1
            if self.calls == self.at:
                raise Killed
            self.synced[place.stat().st_ino] = place.read_bytes()
        return self.plain(number)

    def strike(self):
        """Leave NUL bytes where nothing was synced, as file systems do that keep sizes first."""
        for path in self.under.rglob("*"):
            if path.is_file():
                known = self.synced.get(path.stat().st_ino, b"")
                path.write_bytes(known.ljust(path.stat().st_size, b"\0"))


def test_after_a_power_cut_a_run_goes_on_to_the_same_bits(config, split, tmp_path, monkeypatch):
    wanted, log = live(config, split, tmp_path / "whole")
    begun = 0
    for call in itertools.count(1, 2):  # what a call syncs is struck by the one after the next
        path = tmp_path / f"run-{call}"
        cut = PowerCut(path, call)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", cut.fsync)
            try:
                live(config, split, path)
                break
            except Killed:
                pass
        cut.strike()
        if not (path / "config.json").is_file():
            continue
        begun += 1
        found, records = live(config, split, path)
        assert records == log, f"cut at call {call}"
        assert all(torch.equal(wanted[key], found[key]) for key in wanted), f"cut at call {call}"
    assert call > begun > 5
