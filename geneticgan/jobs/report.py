"""One self-contained page about runs and benchmarks, and its figures as files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from geneticgan.benchmark.layout import no_results
from geneticgan.files import check_writable, not_written, own_folder, write_whole
from geneticgan.report.figures.charts import LineChart, one_colour_each
from geneticgan.report.grid import benchmark_sections
from geneticgan.report.history import lost_records
from geneticgan.report.page import Item, Page, Section, Table
from geneticgan.report.ranking import joint_ranks
from geneticgan.report.run import run_sections
from geneticgan.training.run_folder import RunFolder

FIGURES = "figures"
ELSEWHERE = "write the report elsewhere with --out FOLDER"


def write_report(paths: Sequence[str | Path], out: str | Path | None = None) -> Path:
    """Write ``report.html`` and the folder ``figures``.

    Parameters
    ----------
    paths : sequence of str or Path
        The folders of runs and benchmarks, at least one.
    out : str, Path or None
        The folder to write to; by default the only path, or the current folder for several.

    Returns
    -------
    Path
        The path of the page.

    Raises
    ------
    RunError
        If a path is neither a run nor a benchmark, is damaged, or nothing can be written.
    """
    places = [Path(path) for path in paths]
    out = None if out is None else Path(out)
    check_report(places, out)
    folder = _place(places, out)
    leads, sections = [], []
    for number, path in enumerate(places, start=1):
        lead, own = _sections(path)
        leads.append(lead)
        if len(places) > 1:
            own = [_told_apart(section, f"{path.name}: ", f"{number}-") for section in own]
        sections += own
    benchmarks = [path for path in places if _is_benchmark(path)]
    sections += joint_ranks(benchmarks) if len(benchmarks) > 1 else []
    title = places[0].resolve().name if len(places) == 1 else f"{len(places)} results side by side"
    page = Page(title, " ".join(leads), _coloured(_unique(sections)))
    target = folder / "report.html"
    try:
        figures = own_folder(folder / FIGURES)
        for picture in page.pictures.values():
            picture.save(figures)
        write_whole(target, page.html().encode())
    except OSError as error:
        raise not_written(folder, error, ELSEWHERE) from error
    return target


def check_report(paths: Sequence[Path], out: Path | None = None) -> None:
    """Raise `RunError` if there is nothing to report or no place for it; see `write_report`."""
    folder = _place(paths, out)
    for path in paths:
        if not (path / "config.json").is_file() and not _is_benchmark(path):
            raise no_results(path)
    check_writable(folder, ELSEWHERE)


def damaged_logs(paths: Sequence[Path]) -> list[str]:
    """Return a sentence for each run among the paths whose curves are not whole."""
    runs = [RunFolder.open(path) for path in paths if (path / "config.json").is_file()]
    found = [(folder.path, lost_records(folder, config)) for folder, config in runs]
    return [f"{path}: {lost}" for path, lost in found if lost]


def _place(paths: Sequence[Path], out: Path | None) -> Path:
    return out or (paths[0] if len(paths) == 1 else Path())


def _coloured(sections: list[Section]) -> list[Section]:
    """Give each objective the same colour in all charts of the page."""
    charts = [item for each in sections for item in each.items if isinstance(item, LineChart)]
    recoloured = iter(one_colour_each(charts))
    for section in sections:
        section.items[:] = [
            next(recoloured) if isinstance(item, LineChart) else item for item in section.items
        ]
    return sections


def _is_benchmark(path: Path) -> bool:
    return (path / "benchmark.json").is_file()


def _sections(path: Path) -> tuple[str, list[Section]]:
    if (path / "config.json").is_file():
        return run_sections(path)
    return benchmark_sections(path)


def _unique(sections: Sequence[Section]) -> list[Section]:
    """Return sections in which no two figures have the same name."""
    taken: set[str] = set()
    result = []
    for section in sections:
        number = 1
        while any(_named(item, _prefix(number)) in taken for item in section.items):
            number += 1
        section = _told_apart(section, "", _prefix(number))
        taken |= {item.name for item in section.items if not isinstance(item, Table)}
        result.append(section)
    return result


def _prefix(number: int) -> str:
    return "" if number == 1 else f"{number}-"


def _named(item: Item, prefix: str) -> str:
    return "" if isinstance(item, Table) else prefix + item.name


def _told_apart(section: Section, title: str, name: str) -> Section:
    items = [
        item if isinstance(item, Table) else dataclasses.replace(item, name=name + item.name)
        for item in section.items
    ]
    return dataclasses.replace(section, title=title + section.title, items=items)
