"""The part of each row of a list: from words, from yes and no, or from one value of a column."""

from __future__ import annotations

from geneticgan.data.labelling import in_lines, is_flag
from geneticgan.data.parts import part_of
from geneticgan.data.tables import Table
from geneticgan.errors import DataError, some

COLUMNS = ("part", "split", "subset", "partition", "usage", "phase", "set", "data_split")
"""The usual names of a column of parts, in lower case."""


def parts_of(table: Table, option: str) -> list[str]:
    """Return ``train``, ``validation`` or ``test`` for each row, or empty texts without parts.

    Parameters
    ----------
    table : Table
        The list.
    option : str
        A column by name or number. ``COLUMN=VALUE`` makes the rows with that value the test part.
        An empty text detects one of `COLUMNS`, or a column such as ``is_valid``.

    Raises
    ------
    DataError
        If the column does not exist, or contains anything else than the names of parts.
    """
    if option:
        return _asked(table, option)
    for name in COLUMNS:
        place = table.find(name)
        if place is None:
            continue
        found = [part_of(field) for field in table.column(place)]
        if all(found):
            return found
        if name == COLUMNS[0]:
            return _asked(table, name)
    for place, name in enumerate(table.columns):
        flags = [is_flag(field) for field in table.column(place)]
        if name.lower().startswith("is_") and part_of(name) and {True, False} == set(flags):
            return _by_flags(name, flags)
    return [""] * len(table.rows)


def _asked(table: Table, option: str) -> list[str]:
    name, _, value = option.partition("=")
    place = table.find(name)
    if place is None:
        raise DataError(
            f"{table.file} has no column {name!r}; name one of these with csv:part=COLUMN: "
            f"{some(table.columns)}"
        )
    fields = table.column(place)
    if value:
        if value not in fields:
            raise DataError(
                f"{table.file}: no line has {value!r} in column {name!r}; choose one of its "
                f"values: {some(sorted(set(fields)))}"
            )
        return ["test" if field == value else "train" for field in fields]
    found = [part_of(field) for field in fields]
    if all(found):
        return found
    flags = [is_flag(field) for field in fields]
    if part_of(table.columns[place]) and {True, False} == set(flags):
        return _by_flags(table.columns[place], flags)
    wrong = [i for i, part in enumerate(found) if not part]
    raise DataError(
        f"{table.file}: {in_lines([table.lines[i] for i in wrong])} has {fields[wrong[0]]!r} in "
        f"column {name!r} instead of train, validation or test; name the value that means the "
        f"test part with csv:part={name}=VALUE"
    )


def _by_flags(name: str, flags: list[bool | None]) -> list[str]:
    """Return the parts by a column of yes and no whose name is that of a part."""
    part = part_of(name)
    other = "test" if part == "train" else "train"
    return [part if flag else other for flag in flags]
