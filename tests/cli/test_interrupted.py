"""Ctrl-C before anything computes in other processes."""

import signal

import pytest
from click.testing import CliRunner

from geneticgan_cli import grids
from geneticgan_cli.main import cli


@pytest.fixture(autouse=True)
def own_handler():
    """Leave the handler as it was."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_choose_says_what_is_lost_while_it_plans(monkeypatch, tmp_path):
    def interrupted(*_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("geneticgan.training.setup.load_source", interrupted)
    words = ["choose", "--dataset", "digits", "--out", str(tmp_path / "c")]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 130
    assert "Stopped; nothing has been trained yet. Start again with: geneticgan" in result.output
    assert not (tmp_path / "c").exists()


def test_the_cursor_is_shown_before_a_second_one_can_end_all(monkeypatch):
    written = []
    monkeypatch.setattr("os.isatty", lambda number: number == 1)
    monkeypatch.setattr("os.write", lambda number, data: written.append((number, data)))
    grids.second_ends_all()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert written == [(1, grids.SHOW_CURSOR)]
    assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL
