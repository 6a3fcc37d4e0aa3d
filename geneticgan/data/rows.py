"""The rows of a list of images: the file, the class, the part and the group of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geneticgan.data.grouping import group_codes, groups_by_pattern
from geneticgan.data.labelling import in_lines, labels_of, may_group
from geneticgan.data.locating import Locator
from geneticgan.data.naming import named
from geneticgan.data.notices import Notices
from geneticgan.data.opening import addresses_said, at_home
from geneticgan.data.partition import parts_of
from geneticgan.data.tables import QUOTES, Table
from geneticgan.errors import DataError, some

LOOKED_AT = 50
"""The number of rows by which the column of paths is detected."""

MANY_COLUMNS = 50
"""With more than this many columns, the columns may be pixels."""

NAMED = 10
"""The maximal number of missing files that a message names."""


@dataclass(frozen=True)
class Wanted:
    """The columns that the user named; each may be empty. See `geneticgan.data.sets.csv.Csv`."""

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
        The path of the file.
    label, part : str
        The class and the part; the part may be empty.
    group : int
        The number of the group.
    spelt : str
        The path as it is written in the list.
    """

    path: Path
    label: str
    part: str
    group: int
    spelt: str = field(default="", compare=False)


@dataclass(frozen=True)
class Listed:
    """The images of a list, and the name of a column that may hold their groups, or nothing."""

    rows: list[Row]
    grouped_by: str


def rows_of(table: Table, wanted: Wanted, skip: bool, notices: Notices) -> Listed:
    """Return the images of a list.

    Parameters
    ----------
    table : Table
        The list, with its header, if it has one, as the first row.
    wanted : Wanted
        The columns that the user named.
    skip : bool
        Whether to leave out rows whose file is missing, with a notice, instead of raising an error.
    notices : Notices
        The listener that is told what was left out.

    Raises
    ------
    DataError
        If a column cannot be detected, rows have no path or no class, files are missing, or an
        image has several classes. The message names all these faults together.
    """
    folder = table.file.parent / Path(wanted.images).expanduser()
    if not folder.is_dir():
        raise DataError(
            f"csv:images={wanted.images}: the folder {folder} does not exist; correct the path"
        )
    locator = Locator(folder)
    web = addresses_said(table)
    home = at_home(table, locator, notices)
    table, path_column = _with_paths(home, wanted.path, locator, web)
    if not table.rows:
        raise DataError(f"{table.file} lists no image; add a line for each image")
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
        faults.append(f"{table.file}: {_at(table, empty)} has no path; add it or remove such lines")
    if again:
        i, before = again[0]
        now = (
            f"({before.label}, then {labels[i]})"
            if before.label != labels[i]
            else "(another part or group)"
        )
        faults.append(
            f"{table.file}: {_at(table, [i for i, _ in again])} repeats an image with another "
            f"class, part or group, such as {table.rows[i][path_column]} {now}; keep one line for "
            "each image"
        )
    count = f"{len(missing)} of {len(table.rows)} files in {table.file.name}"
    gone = some([table.rows[i][path_column] for i in missing], NAMED)
    if missing and not skip:
        faults.append(
            f"{count} are missing: {gone}; paths are relative to {folder}: name another folder "
            f"with csv:images=FOLDER, or leave the missing files out with --skip-corrupt{web}"
        )
    if faults:
        raise DataError("; ".join(faults))
    if missing:
        notices.note(f"Left out {count} that are missing: {gone}.")
    more = len(table.rows) - len(missing) - len(rows)
    if more:
        notices.note(f"{more} lines of {table.file.name} repeat an image; each image counts once.")
    return Listed(list(rows.values()), "" if wanted.group else _grouped_column(table))


def _at(table: Table, rows: Sequence[int]) -> str:
    return in_lines([table.lines[i] for i in rows])


def _with_paths(table: Table, option: str, locator: Locator, web: str) -> tuple[Table, int]:
    """Return the table with its header, if any, as column names, and the column of the paths.

    ``web``, a message about web addresses, is added to the error if there is no such column.
    """
    headed = table.with_header()
    place = headed.find(option or "path")
    if place is not None and not (option or "path").isdecimal():
        return headed, place
    if option and not option.isdecimal():
        raise DataError(
            f"{table.file} has no column {option!r} (it has {some(headed.columns)}); give the name "
            "or the number of a column, as in --dataset csv:path=FILE,label=CLASS"
        )
    rows = headed.rows[:: max(1, len(headed.rows) // LOOKED_AT)] or table.rows
    places = [int(option) - 1] if option else range(len(table.columns))
    if option and place is None:
        raise DataError(
            f"{table.file} has {len(table.columns)} columns, so csv:path={option} is none of them; "
            f"give a number from 1 to {len(table.columns)}"
        )
    shares = {p: sum(locator.find(row[p]) is not None for row in rows) for p in places}
    best = max(shares, key=lambda p: shares[p])
    if not shares[best] and not headed.rows:
        raise DataError(
            f"{table.file} has one line, which names no image file; add a line for each image"
        )
    if not shares[best] and not option:
        raise DataError(
            f"{table.file}: no column holds the paths of image files (the columns: "
            f"{headed.shown}); name the column with csv:path=COLUMN, and the folder of the images "
            f"with csv:images=FOLDER{_elsewhere(table)}{_with_blanks(table, locator)}{web}"
        )
    is_header = locator.find(table.rows[0][best]) is None
    return (headed if is_header else table), best


def _with_blanks(table: Table, locator: Locator) -> str:
    """Return a hint about quotes if the first fields of a row together are the path of a file."""
    first = table.rows[-1]
    joined = (" ".join(first[:count]) for count in range(2, len(first) + 1))
    return QUOTES if any(locator.find(path) is not None for path in joined) else ""


def _elsewhere(table: Table) -> str:
    """Return a further hint for a table without a column of paths; may be empty."""
    if len(table.columns) > MANY_COLUMNS:
        return ". If the columns are pixels, save them as arrays and use --dataset npz"
    for name in ("images", "imgs", "img", "JPEGImages"):
        if (table.file.parent.parent / name).is_dir():
            return f", such as csv:images=../{name}"
    return ""


def _groups(table: Table, option: str, path_column: int) -> list[int]:
    """Return the number of each row's group, or zeros if there are no groups."""
    if not option:
        return [0] * len(table.rows)
    place = table.find(option)
    if place is None:
        try:
            found = groups_by_pattern(option, table.column(path_column))
        except DataError as error:
            raise DataError(
                f"{error} (nor does {table.file.name} have a column of that name; it has "
                f"{some(table.columns)})"
            ) from error
        return list(map(int, group_codes(found)))
    fields = table.column(place)
    empty = [i for i, field in enumerate(fields) if not field]
    if empty:
        raise DataError(
            f"{table.file}: {_at(table, empty)} has no group in column {option!r}; fill it in"
        )
    return list(map(int, group_codes(fields)))


def _grouped_column(table: Table) -> str:
    """Return the name of a column that may hold the groups; empty if there is none."""
    places = range(len(table.columns))
    return next((table.columns[place] for place in places if may_group(table, place)), "")
