"""The numbers of a screen."""

from types import SimpleNamespace

import pytest

from geneticgan.training.monitor import Monitor


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr("geneticgan.training.monitor.time.perf_counter", lambda: now.time)
    return now


def live(monitor, step, settled=True):
    survivor = SimpleNamespace(fitness=SimpleNamespace(values=(0.5, 1.0)))
    generation = SimpleNamespace(
        settled=settled, accepted=[True], temperature=1.0, survivors=[survivor], offspring=[]
    )
    return monitor.update(generation, {"step": step, "families": []})


def test_the_speed_does_not_jump_where_a_device_tells_of_portions(clock):
    monitor = Monitor(1000, batch_size=50)
    monitor.start_clock()
    speeds = []
    for step in range(1, 401):
        if step % 20 == 1:
            clock.time += 2.0  # for the device, which then tells of 20 generations at once
        speeds.append(live(monitor, step, settled=step % 20 == 0).images_per_second)
    assert set(speeds[:19]) == {0.0}
    assert speeds[19:] == pytest.approx([500.0] * len(speeds[19:]))
    assert monitor.seconds() == pytest.approx(40.0)


def test_the_speed_is_that_of_the_last_hundred_generations(clock):
    monitor = Monitor(1000, batch_size=50)
    monitor.start_clock()
    for step in range(1, 301):
        clock.time += 1.0 if step <= 200 else 0.1
        status = live(monitor, step)
    assert status.images_per_second == pytest.approx(500.0)
    assert status.seconds_left == pytest.approx(70.0)


def test_a_run_that_is_taken_up_adds_its_seconds_and_begins_its_speed_anew(clock):
    first = Monitor(1000, batch_size=50)
    first.start_clock()
    clock.time += 10.0
    live(first, 5)
    again = Monitor(1000, batch_size=50)
    again.restore(first.state())
    clock.time += 1000.0
    again.start_clock()
    clock.time += 1.0
    assert live(again, 6).images_per_second == pytest.approx(50.0)
    assert again.seconds() == pytest.approx(11.0)
