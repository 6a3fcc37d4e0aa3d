"""Which GPUs the workers of a benchmark have."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import SemLock

import pytest

from geneticgan.benchmark import launchers, pool
from geneticgan.benchmark.launchers import Local, Ray, make_launcher
from geneticgan.benchmark.pool import VISIBLE


@pytest.fixture
def three(monkeypatch):
    """A machine with three GPUs."""
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.setattr(launchers.torch.cuda, "device_count", lambda: 3)


def test_there_is_a_worker_for_every_gpu(three, monkeypatch):
    assert make_launcher("local", None) == Local(3, ("0", "1", "2"))
    assert make_launcher("local", 6, device="cuda") == Local(6, ("0", "1", "2"))
    assert make_launcher("local", None, device="cuda:1") == Local(1)
    assert make_launcher("local", None, device="cpu") == Local(os.cpu_count())
    monkeypatch.setenv(VISIBLE, "4,5,7")
    assert make_launcher("local", None) == Local(3, ("4", "5", "7"))
    monkeypatch.setattr(launchers.torch.cuda, "device_count", lambda: 0)
    assert make_launcher("local", None) == Local(os.cpu_count())


def test_every_worker_sees_the_next_gpu(three, monkeypatch):
    begun, seen = multiprocessing.Value("i", 0), []
    monkeypatch.setenv(VISIBLE, "0,1,2")
    for _ in range(4):
        pool._see_one(("0", "1", "2"), begun)
        seen.append(os.environ[VISIBLE])
    assert seen == ["0", "1", "2", "0"]
    pool._see_one((), begun)
    assert os.environ[VISIBLE] == "0"


@pytest.mark.parametrize(
    ("there", "device", "share"), [(4, "auto", 1.0), (0, "auto", 0), (4, "cpu", 0)]
)
def test_ray_is_asked_for_a_gpu_a_cell_where_it_has_any(there, device, share, monkeypatch):
    class Cluster:
        def cluster_resources(self):
            return {"CPU": 8, "GPU": there}

    monkeypatch.setattr(Ray, "_connected", lambda self: Cluster())
    launcher = make_launcher("ray", None, device=device)
    assert launcher._share() == share
    assert launcher.workers == (there if share else 8)


def test_nothing_of_an_ended_pool_is_left_to_remove_its_semaphores(monkeypatch):
    removed, removing = [], SemLock._cleanup

    def slowly(name):
        time.sleep(0.05)
        removing(name)
        removed.append(name)

    monkeypatch.setattr(SemLock, "_cleanup", staticmethod(slowly))
    threads, others = set(threading.enumerate()), set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    executor.submit(time.sleep, 600)
    pool._end(executor, set(multiprocessing.active_children()) - others)
    assert set(threading.enumerate()) <= threads
    assert removed
