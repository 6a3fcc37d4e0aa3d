"""What others have written acts on no terminal, whichever screen shows it."""

import io
import json

import pytest
from rich.table import Table

from geneticgan.config import TrainConfig
from geneticgan.jobs.checking import Finding
from geneticgan.jobs.watching import View
from geneticgan.report.history import read_history
from geneticgan_cli.console import Console
from geneticgan_cli.grid_screen import GridScreen
from geneticgan_cli.main import PLAIN
from geneticgan_cli.screen import LiveScreen, PlainScreen, watching
from geneticgan_cli.tables import print_findings
from geneticgan_cli.watch_screen import overview

EVIL = "\x1b]0;owned\x07\x9b2J\u202e[/red][bold]"


def console(**options):
    return Console(file=io.StringIO(), width=120, **options)


def shown(screen):
    text = screen.file.getvalue()
    assert "owned" in text
    assert "[/red][bold]" in text
    assert not set(text) & set("\x1b\x07\x9b\u202e")
    return text


def test_what_is_printed_is_text():
    screen = console()
    table = Table(title=EVIL)
    table.add_column(EVIL)
    table.add_row(EVIL)
    screen.print(EVIL)
    screen.print(table)
    # rich leaves out the bell itself
    assert shown(screen).count(r"\x1b]0;owned\x9b2J") == 4


def test_signs_that_an_encoding_lacks_are_spelt_or_escaped():
    assert "9.0±1 日é…".encode("ascii", PLAIN) == rb"9.0+-1 \u65e5\xe9..."
    assert "9.0±1 é日".encode("cp1252", PLAIN) == "9.0±1 é".encode("cp1252") + rb"\u65e5"


def test_colours_of_our_own_are_left_on_a_terminal():
    screen = console(force_terminal=True, color_system="standard")
    screen.print("a", style="bold")
    assert screen.file.getvalue() == "\x1b[1ma\x1b[0m\n"


def test_names_in_a_log_and_in_results_are_text(tmp_path):
    part = {"quality": 0.5, "diversity": 1.0, "fitness": 1.5}
    family = {
        "parent": part,
        "offspring": [{"mutation": EVIL, **part}],
        "winner": EVIL,
        "accepted": True,
    }
    record = {"step": 1, "T": 1.0, "families": [family], "loss": {"real": 1.0}, "seconds": 1.0}
    record |= {"validation_acsa": 0.75, "validation_smallest": 0.0}
    (tmp_path / "log.jsonl").write_text(json.dumps(record) + "\n")
    history = read_history(tmp_path / "log.jsonl", 1.0)
    results = [{"method": EVIL, "acsa": 0.5, "f1": 0.5, "g_mean": 0.5}]
    screen = console()
    screen.print(overview(View(tmp_path / EVIL, TrainConfig(), history, results)))
    text = shown(screen)
    assert text.count("owned") == 3
    assert any(line.split() == ["over", "time", "last"] for line in text.splitlines())
    assert [line.split()[-1] for line in text.splitlines() if "▅" in line][-2:] == ["75.0%", "0.0%"]


def test_titles_of_phases_and_cells_are_text():
    screen = console(force_terminal=True, color_system=None)
    live = LiveScreen(screen)
    with live.live:
        live.on_phase(EVIL, 3)
        live.on_note(EVIL)
        live.live.refresh()
    GridScreen(screen, 1).tell(EVIL)
    text = screen.file.getvalue()
    assert "\x1b]0" not in text
    assert "\x9b" not in text
    assert text.count("[/red][bold]") >= 2


@pytest.mark.parametrize("terminal", [False, True])
def test_a_note_is_said_once_by_all_screens_of_a_command(terminal):
    shown = console(force_terminal=terminal)
    for _ in range(2):
        with watching(shown) as screen:
            screen.on_note("Left out 9 images as masks.")
            screen.on_note("Left out 8 images as masks.")
    text = shown.file.getvalue()
    assert text.count("Left out 9 images as masks.") == 1
    assert text.count("Left out 8 images as masks.") == 1


def test_a_terminal_divides_sentences_between_words_and_no_commands():
    for terminal in (False, True):
        shown = Console(file=io.StringIO(), width=20, force_terminal=terminal, color_system=None)
        shown.say("A sentence of words.")
        shown.say("Another sentence of words.")
        shown.whole("Next: geneticgan predict runs/pets")
        lines = ["A sentence of words.", "Another sentence of words."]
        if terminal:
            lines = ["A sentence of words.", "Another sentence of ", "words."]
        said = shown.file.getvalue().splitlines()
        assert [line.rstrip() for line in said[:-1]] == [line.rstrip() for line in lines]
        assert said[-1] == "Next: geneticgan predict runs/pets"


def test_findings_are_lines_and_on_a_terminal_rows_of_its_width():
    found = [Finding("size", "warning", "images are small: four.png, five.png")]
    plain, terminal = console(), Console(file=io.StringIO(), width=40, force_terminal=True)
    for shown in (plain, terminal):
        print_findings(shown, found)
    assert plain.file.getvalue() == "warning size      images are small: four.png, five.png\n"
    rows = [line.rstrip() for line in terminal.file.getvalue().splitlines()]
    assert rows == ["warning size images are small: four.png,", " " * 13 + "five.png"]


def test_a_slow_phase_says_how_long_each_takes(monkeypatch):
    shown, now = console(), [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    screen = PlainScreen(shown)
    screen.on_phase("Timing the methods", 8)
    for step in (1, 2, 3):
        now[0] += 40
        screen.on_progress(step)
    assert "Timing the methods: 3 of 8, 40 s each, about 200 s left" in shown.file.getvalue()
