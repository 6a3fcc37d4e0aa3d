"""The class of each row of a list: a column, columns of ones and zeros, a cut, a part of a name."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from geneticgan.data.tables import Table
from geneticgan.errors import DataError

USUAL = (
    "label", "labels", "class", "class_name", "classname", "category", "dx", "diagnosis", "target",
    "species", "y",
)  # fmt: skip
"""Names that a column of labels has, in any case, the first that is there."""

CUT = re.compile(r"(.+?)(>=|<=|>|<)(-?\d[\d.e+-]*)")
"""A column, a comparison and a number: ``2>0.5``."""

OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}

MANY = 20
"""Different numbers with a fraction from which on a column holds measurements, not classes."""


def labels_of(table: Table, option: str, path_column: int) -> list[str]:
    """Return the class of each row.

    Parameters
    ----------
    table : Table
        The list.
    option : str
        A column by name or number, a cut such as ``2>0.5``, or a regular expression with one part
        in brackets, searched in the path; empty finds the column, or columns of ones and zeros.
    path_column : int
        Place of the column of paths.

    Raises
    ------
    DataError
        If no column can be told, or a row has no class or two, by its line.
    """
    if not option:
        return _guessed(table, path_column)
    place = table.find(option)
    if place is not None:
        return _plain(table, place)
    cut = CUT.fullmatch(option)
    if cut and (place := table.find(cut[1].strip())) is not None:
        return _cut(table, place, cut[2], cut[3])
    return _searched(table, option, path_column)


def in_order(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the classes, numbers by their value, else by the alphabet."""
    names = set(labels)
    if all(_number(name) is not None for name in names):
        return tuple(sorted(names, key=lambda name: (_number(name), name)))
    return tuple(sorted(names))


def _guessed(table: Table, path_column: int) -> list[str]:
    for name in USUAL:
        place = table.find(name)
        if place is not None and place != path_column:
            return _plain(table, place)
    others = [place for place in range(len(table.columns)) if place != path_column]
    flags = [p for p in others if {_number(field) for field in table.column(p)} <= {0.0, 1.0}]
    if len(flags) > 1:
        return _one_hot(table, flags)
    if len(others) == 1:
        return _plain(table, others[0])
    raise DataError(
        f"{table.file}: which column holds the class? It has {table.shown}; name one by its name "
        "or number, as in --dataset csv:label=2"
    )


def _plain(table: Table, place: int) -> list[str]:
    found = table.column(place)
    for line, label in zip(table.lines, found, strict=True):
        if not label:
            raise DataError(f"{table.file}, line {line}: a path or a label is missing")
    numbers = {_number(label) for label in found}
    if None not in numbers and len(numbers) > MANY and any(n and n % 1 for n in numbers):
        name = table.columns[place]
        raise DataError(
            f"{table.file}: column {name!r} holds {len(numbers)} different numbers, no classes; "
            f"say where to cut, as in --dataset 'csv:label={name}>0.5'"
        )
    return found


def _one_hot(table: Table, places: Sequence[int]) -> list[str]:
    found = []
    for line, row in zip(table.lines, table.rows, strict=True):
        positive = [table.columns[p] for p in places if _number(row[p]) == 1]
        if len(positive) != 1:
            which = f"{len(positive)} ({', '.join(positive)})" if positive else "none"
            raise DataError(
                f"{table.file}, line {line}: of the columns of ones and zeros {which} are 1, "
                "where each image has one class; remove the line, or name the column of the class "
                "by csv:label=COLUMN"
            )
        found.append(positive[0])
    return found


def _cut(table: Table, place: int, sign: str, threshold: str) -> list[str]:
    limit = _number(threshold)
    name = table.columns[place]
    if limit is None:
        raise DataError(f"label={name}{sign}{threshold}: {threshold} is no number")
    found = []
    for line, field in zip(table.lines, table.column(place), strict=True):
        value = _number(field)
        if value is None:
            raise DataError(f"{table.file}, line {line}: {field!r} in column {name!r} is no number")
        above = value >= limit if sign in (">=", "<") else value > limit
        holds = above == (sign in (">", ">="))
        found.append(f"{name}{sign if holds else OPPOSITE[sign]}{threshold}")
    return found


def _searched(table: Table, option: str, path_column: int) -> list[str]:
    has = f"{table.file} has no column {option!r} (it has {', '.join(table.columns)})"
    try:
        pattern = re.compile(option)
    except re.error as error:
        raise DataError(f"{has}, and it is no regular expression ({error})") from error
    if pattern.groups != 1:
        raise DataError(
            f"{has}; name one of them by csv:label=COLUMN, or give a regular expression with one "
            "part in brackets, which is searched in the path"
        )
    found = []
    for line, path in zip(table.lines, table.column(path_column), strict=True):
        match = pattern.search(path)
        if not match or not match[1]:
            raise DataError(f"{table.file}, line {line}: label={option} is not found in {path!r}")
        found.append(match[1])
    return found


def _number(field: str) -> float | None:
    try:
        value = float(field)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
