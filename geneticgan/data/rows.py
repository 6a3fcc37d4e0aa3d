"""The rows of a list of images: which file, which class, which part, which group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geneticgan.data.grouping import group_codes, groups_by_pattern
from geneticgan.data.labelling import in_lines, labels_of
from geneticgan.data.locating import Locator
from geneticgan.data.naming import named
from geneticgan.data.notices import Notices
from geneticgan.data.opening import addresses_said, at_home
from geneticgan.data.partition import parts_of
from geneticgan.data.tables import QUOTES, Table
from geneticgan.errors import DataError, some

GROUPED = ("patient", "subject", "lesion", "case", "participant", "person", "specimen", "smear",
           "slide", "animal", "lot")  # fmt: skip
"""Words in the name of a column that may tell which images show the same thing."""

LOOKED_AT = 50
"""Rows by which the column of paths is told."""

MANY_COLUMNS = 50
"""Columns from which on they may be pixels."""

NAMED = 10
"""Missing files that a message names."""

FEWEST_GROUPS = 4
"""Values that a column must have to be proposed as one of groups."""


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
    """An image of a list.

    Attributes
    ----------
    path : Path
        Its file.
    label, part : str
        The part may be empty.
    group : int
        The number of its group.
    spelt : str
        Its path as it stands in the list.
    """

    path: Path
    label: str
    part: str
    group: int
    spelt: str = field(default="", compare=False)


@dataclass(frozen=True)
class Listed:
    """The images of a list, and a column that seems to group them; empty without one."""

    rows: list[Row]
    grouped_by: str


def rows_of(table: Table, wanted: Wanted, skip: bool, notices: Notices) -> Listed:
    """Return the images of a list.

    Parameters
    ----------
    table : Table
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
        Naming all at once, if a column cannot be told, rows lack a path or a class, files are
        missing, or images have two classes.
    """
    folder = table.file.parent / Path(wanted.images).expanduser()
    if not folder.is_dir():
        raise DataError(f"csv:images={wanted.images}: there is no folder {folder}")
    locator = Locator(folder)
    web = addresses_said(table)
    home = at_home(table, locator, notices)
    table, path_column = _with_paths(home, wanted.path, locator, web)
    if not table.rows:
        raise DataError(f"{table.file} lists no image")
    faults: list[str] = []
    try:
        labels = named(table.file, labels_of(table, wanted.label, path_column), notices)
    except DataError as error:
        faults.append(str(error))
        labels = [""] * len(table.rows)
    parts = parts_of(table, wanted.part)
    groups = _groups(table, wanted.group, path_column)
    rows: dict[Path, Row] = {}
    empty: list[int] = []
    missing: list[int] = []
    again: list[tuple[int, Row]] = []
    for i, value in enumerate(table.column(path_column)):
        path = locator.find(value)
        if path is None:
            (missing if value else empty).append(i)
            continue
        row = Row(path, labels[i], parts[i], groups[i], value)
        if rows.setdefault(path, row) != row:
            again.append((i, rows[path]))
    if empty:
        faults.append(f"{table.file}: {_at(table, empty)} has no path")
    if again:
        i, before = again[0]
        now = (
            f"({before.label}, now {labels[i]})" if before.label != labels[i] else "(another part)"
        )
        faults.append(
            f"{table.file}: {_at(table, [i for i, _ in again])} lists an image again with another "
            f"class, part or group, such as {table.rows[i][path_column]} {now}; each image has one"
        )
    said = _missing(table, [table.rows[i][path_column] for i in missing])
    if missing and not skip:
        faults.append(
            f"{said}; paths begin at {folder}, another folder is named by csv:images=FOLDER, or go "
            f"on without them by --skip-corrupt{web}"
        )
    if faults:
        raise DataError("; ".join(faults))
    if missing:
        notices.note(f"Left out {said}.")
    more = len(table.rows) - len(missing) - len(rows)
    if more:
        notices.note(f"{more} lines of {table.file.name} list an image again; each counts once.")
    return Listed(list(rows.values()), "" if wanted.group else _grouped_column(table))


def _at(table: Table, rows: Sequence[int]) -> str:
    return in_lines([table.lines[i] for i in rows])


def _missing(table: Table, values: Sequence[str]) -> str:
    return (
        f"{len(values)} of {len(table.rows)} files that {table.file.name} lists are not there: "
        f"{some(values, NAMED)}"
    )


def _with_paths(table: Table, option: str, locator: Locator, web: str) -> tuple[Table, int]:
    """Return the table, its header taken off if it has one, and the place of the paths.

    What is said of addresses on the web is part of the message where there are no paths.
    """
    headed = table.with_header()
    place = headed.find(option or "path")
    if place is not None and not (option or "path").isdecimal():
        return headed, place
    if option and not option.isdecimal():
        raise DataError(
            f"{table.file} has no column {option!r} (it has {some(headed.columns)}); name "
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
            f"csv:images=FOLDER{_with_blanks(table, locator)}{_elsewhere(table)}{web}"
        )
    is_header = locator.find(table.rows[0][best]) is None
    return (headed if is_header else table), best


def _with_blanks(table: Table, locator: Locator) -> str:
    """Say so if the first fields of a row together are the path of a file."""
    first = table.rows[-1]
    joined = (" ".join(first[:count]) for count in range(2, len(first) + 1))
    return QUOTES if any(locator.find(path) is not None for path in joined) else ""


def _elsewhere(table: Table) -> str:
    """Return what else may help where no column names image files."""
    if len(table.columns) > MANY_COLUMNS:
        return ". Pixels in columns are no files: save them as arrays, for --dataset npz"
    for name in ("images", "imgs", "img", "JPEGImages"):
        if (table.file.parent.parent / name).is_dir():
            return f", such as csv:images=../{name}"
    return ""


def _groups(table: Table, option: str, path_column: int) -> list[int]:
    """Return the number of each row's group; zeros without groups."""
    if not option:
        return [0] * len(table.rows)
    place = table.find(option)
    if place is None:
        try:
            found = groups_by_pattern(option, table.column(path_column))
        except DataError as error:
            raise DataError(
                f"{error} (and {table.file.name} has no column of that name, but "
                f"{some(table.columns)})"
            ) from error
        return list(map(int, group_codes(found)))
    fields = table.column(place)
    empty = [i for i, field in enumerate(fields) if not field]
    if empty:
        raise DataError(f"{table.file}: {_at(table, empty)} has no group in column {option!r}")
    return list(map(int, group_codes(fields)))


def _grouped_column(table: Table) -> str:
    """Return the name of a column that seems to tell what belongs together; empty without one."""
    for place, name in enumerate(table.columns):
        if any(word in name.lower() for word in GROUPED):
            values = len(set(table.column(place)))
            if FEWEST_GROUPS <= values < len(table.rows):
                return name
    return ""
