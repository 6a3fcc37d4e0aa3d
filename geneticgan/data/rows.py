"""The rows of a list of images: which file, which class, which part, which group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneticgan.data.grouping import group_codes, groups_by_pattern
from geneticgan.data.labelling import labels_of
from geneticgan.data.locating import Locator
from geneticgan.data.notices import Notices
from geneticgan.data.parts import part_of
from geneticgan.data.tables import Table, read_table
from geneticgan.errors import DataError

PART_COLUMNS = ("part", "split", "subset", "partition")
"""Names that a column of parts has."""

LISTS = (".csv", ".tsv", ".txt", ".lst")
"""How lists in a folder are told, the first kind that is there."""

LOOKED_AT = 50
"""Rows by which the column of paths is told."""

NAMED = 10
"""Missing files that a message names."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for; each may be empty. See `geneticgan.data.sets.csv.Csv`."""

    path: str = ""
    label: str = ""
    part: str = ""
    group: str = ""
    images: str = ""


@dataclass(frozen=True)
class Row:
    """An image of a list: its file, its class, its part (may be empty), its group's number."""

    path: Path
    label: str
    part: str
    group: int


def find_table(place: Path, name: str) -> Path:
    """Return the list that is meant: the file itself, or the one in a folder.

    Raises
    ------
    DataError
        If there is none, or several.
    """
    if not place.is_dir():
        return place
    found = sorted(path for path in place.rglob(name or "*") if path.is_file())
    if name and found:
        return found[0]
    for suffix in LISTS:
        lists = [path for path in found if path.suffix.lower() == suffix]
        if len(lists) == 1:
            return lists[0]
        if lists:
            names = ", ".join(str(path.relative_to(place)) for path in lists)
            raise DataError(f"{place} holds several lists ({names}); say csv:table=NAME")
    raise DataError(f"{place} holds no list {name or '(csv, tsv, txt or lst)'}; check --data-root")


def rows_of(file: Path, wanted: Wanted, skip: bool, notices: Notices) -> list[Row]:
    """Return the rows of a list.

    Parameters
    ----------
    file : Path
        The list.
    wanted : Wanted
        Its columns.
    skip : bool
        Leave out rows whose file is not there, and say so, instead of an error.
    notices : Notices
        Hears what was left out.

    Raises
    ------
    DataError
        If a column cannot be told, files are missing, or an image has two classes.
    """
    locator = Locator(file.parent / Path(wanted.images).expanduser())
    table, path_column = _with_paths(read_table(file), wanted.path, locator)
    if not table.rows:
        raise DataError(f"{file} lists no image")
    values = table.column(path_column)
    labels = labels_of(table, wanted.label, path_column)
    parts = _parts(table, wanted.part)
    groups = _groups(table, wanted.group, values)
    rows: dict[Path, Row] = {}
    missing = []
    for i, value in enumerate(values):
        if not value:
            raise DataError(f"{file}, line {table.lines[i]}: a path or a label is missing")
        path = locator.find(value)
        if path is None:
            missing.append(value)
            continue
        row = Row(path, labels[i], parts[i], groups[i])
        if rows.setdefault(path, row) != row:
            raise DataError(
                f"{file}, line {table.lines[i]}: {value} was listed before with another class, "
                f"part or group ({rows[path].label}, now {row.label}); each image has one"
            )
    if missing:
        shown = ", ".join(missing[:NAMED]) + (", ..." if len(missing) > NAMED else "")
        text = (
            f"{len(missing)} of {len(values)} files that {file.name} lists are not there: {shown}"
        )
        if not skip:
            raise DataError(
                f"{text}; paths begin at {file.parent / wanted.images}, another folder is named "
                "by csv:images=FOLDER, or go on without them by --skip-corrupt"
            )
        notices.note(f"Left out {text}.")
    if len(rows) + len(missing) < len(values):
        more = len(values) - len(missing) - len(rows)
        notices.note(f"{more} lines of {file.name} list an image again; each counts once.")
    return list(rows.values())


def _with_paths(table: Table, option: str, locator: Locator) -> tuple[Table, int]:
    """Return the table, its header taken off if it has one, and the place of the paths."""
    headed = table.with_header()
    place = headed.find(option or "path")
    if place is not None and not (option or "path").isdecimal():
        return headed, place
    if option and not option.isdecimal():
        raise DataError(
            f"{table.file} has no column {option!r} (it has {', '.join(headed.columns)}); name "
            "yours, as in --dataset csv:path=FILE,label=CLASS, or by its number"
        )
    rows = headed.rows[:: max(1, len(headed.rows) // LOOKED_AT)] or table.rows
    places = [int(option) - 1] if option else range(len(table.columns))
    if option and place is None:
        raise DataError(f"{table.file} has {len(table.columns)} columns, no number {option}")
    shares = {p: sum(locator.find(row[p]) is not None for row in rows) for p in places}
    best = max(shares, key=lambda p: shares[p])
    if not shares[best] and not option:
        raise DataError(
            f"{table.file}: no column names image files; it has {headed.shown}. Name the column "
            "by csv:path=COLUMN, and the folder of the images, if it is another, by "
            "csv:images=FOLDER"
        )
    is_header = locator.find(table.rows[0][best]) is None
    return (headed if is_header else table), best


def _parts(table: Table, option: str) -> list[str]:
    """Return train, validation or test for each row, or nothing throughout."""
    for name in (option,) if option else PART_COLUMNS:
        place = table.find(name)
        if place is None:
            if option:
                raise DataError(
                    f"{table.file} has no column {option!r} ({', '.join(table.columns)})"
                )
            continue
        found = [part_of(field) for field in table.column(place)]
        if all(found):
            return found
        if option or name == PART_COLUMNS[0]:
            i = found.index("")
            raise DataError(
                f"{table.file}, line {table.lines[i]}: {table.rows[i][place]!r} in column {name!r} "
                "is none of train, validation, test"
            )
    return [""] * len(table.rows)


def _groups(table: Table, option: str, paths: Sequence[str]) -> list[int]:
    """Return the number of each row's group; zeros without groups."""
    if not option:
        return [0] * len(table.rows)
    place = table.find(option)
    if place is None:
        try:
            return list(map(int, group_codes(groups_by_pattern(option, paths))))
        except DataError as error:
            raise DataError(
                f"{error} (and {table.file.name} has no column of that name, but "
                f"{', '.join(table.columns)})"
            ) from error
    fields = table.column(place)
    for line, field in zip(table.lines, fields, strict=True):
        if not field:
            raise DataError(f"{table.file}, line {line}: column {option!r} is empty")
    return list(map(int, group_codes(fields)))
