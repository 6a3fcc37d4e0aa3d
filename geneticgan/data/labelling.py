"""The class of each row of a list: from a column, 0/1 columns, a threshold, or part of a path."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from geneticgan.data.tables import DECIMAL_COMMA, Table
from geneticgan.errors import DataError, some

USUAL = (
    "label", "labels", "class", "class_name", "classname", "category", "dx", "diagnosis", "target",
    "species", "y",
)  # fmt: skip
"""The usual names of a column of labels, in lower case; the first that exists is used."""

CUT = re.compile(r"(.+?)(>=|<=|>|<)(-?\d[\d.e+-]*)")
"""A threshold: a column, a comparison and a number, as in ``2>0.5``."""

OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
"""The negation of each comparison."""

YES, NO = ("true", "yes", "t", "y"), ("false", "no", "f", "n", "-1", "-1.0")
"""The values besides 1 and 0 that mean yes and no, in lower case."""

BETWEEN = "|;,/+&"
"""The characters that separate the names of several classes in one field."""

GROUPED = ("patient", "subject", "lesion", "case", "participant", "person", "specimen", "smear",
           "slide", "animal", "lot")  # fmt: skip
"""The words in the name of a column that may hold the group of each image."""

FEWEST_GROUPS = 4
"""The minimal number of different values in a column that may hold groups."""

MANY = 20
"""With more than this many different numbers, some with a fraction, a column holds no classes."""

ALONE = 3
"""In a list of more than this many rows, a column that differs in every row holds no classes."""


def labels_of(table: Table, option: str, path_column: int) -> list[str]:
    """Return the class of each row.

    Parameters
    ----------
    table : Table
        The list.
    option : str
        A column by name or number, a threshold such as ``2>0.5``, or a regular expression with
        one group, which is searched in the path. An empty text detects the column, or several
        columns of ones and zeros.
    path_column : int
        The position of the column of paths, from 0.

    Raises
    ------
    DataError
        If the column cannot be detected, or if a row has no class or more than one; the message
        names the line.
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


def may_group(table: Table, place: int) -> bool:
    """Return whether a column may hold groups: by its name, and as some of its values repeat."""
    named = any(word in table.columns[place].lower() for word in GROUPED)
    return named and FEWEST_GROUPS <= len(set(table.column(place))) < len(table.rows)


def in_order(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the sorted class names, by value if all are numbers, otherwise alphabetically."""
    names = set(labels)
    if all(number_of(name) is not None for name in names):
        return tuple(sorted(names, key=lambda name: (number_of(name), name)))
    return tuple(sorted(names))


def _guessed(table: Table, path_column: int) -> list[str]:
    others = [place for place in range(len(table.columns)) if place != path_column]
    for name in USUAL:
        place = table.find(name)
        if place in others:
            return _plain(table, place)
    flags = [p for p in others if _is_flags(table.column(p))]
    if len(flags) > 1:
        return _one_hot(table, flags)
    for name in USUAL[:-1]:
        named = [p for p in others if name in re.findall("[a-z]+", table.columns[p].lower())]
        if len(named) == 1:
            return _plain(table, named[0])
    # A column whose value differs in every row is an identifier and holds no classes.
    telling = [p for p in others if len(set(table.column(p))) < len(table.rows)] or others
    if len(others) > 1:
        telling = [p for p in telling if not may_group(table, p)]
    if len(telling) == 1 and (len(others) == 1 or telling != others):
        _check_measured(table, telling[0])
        if telling == others and len(set(table.column(others[0]))) == len(table.rows) > ALONE:
            name = table.columns[others[0]]
            raise DataError(
                f"{table.file}: the only column besides the paths, {name!r}, has a different value "
                "in every line, so it cannot hold the classes; use csv:label=EXPRESSION if the "
                "paths contain the class, or csv:table=ONE+OTHER to join lists with the same keys"
            )
        return _plain(table, telling[0])
    raise DataError(
        f"{table.file}: it is not clear which column holds the classes; name one by its name or "
        f"number, as in --dataset csv:label=2. The columns: {table.shown}"
    )


def _plain(table: Table, place: int) -> list[str]:
    found = table.column(place)
    empty = [line for line, label in zip(table.lines, found, strict=True) if not label]
    if empty:
        raise DataError(
            f"{table.file}: {in_lines(empty)} has no class in column {table.columns[place]!r}; "
            "add it, or remove such lines"
        )
    _check_measured(table, place)
    _check_single(table, found)
    return found


def _check_measured(table: Table, place: int) -> None:
    """Raise `DataError` if a column holds measurements: many numbers, some with a fraction."""
    numbers = {number_of(field) for field in table.column(place)}
    if None not in numbers and len(numbers) > MANY and any(n and n % 1 for n in numbers):
        name = table.columns[place]
        raise DataError(
            f"{table.file}: column {name!r} holds {len(numbers)} different numbers instead of "
            f"classes; give a threshold, as in --dataset 'csv:label={name}>0.5'"
        )


def _check_single(table: Table, found: Sequence[str]) -> None:
    """Raise `DataError` if a field names several classes that other rows name alone."""
    single = {label for label in found if not any(sign in label for sign in BETWEEN)}
    several = [
        (line, label)
        for line, label in zip(table.lines, found, strict=True)
        if label not in single and _names_several(label, single)
    ]
    if several:
        raise DataError(
            f"{table.file}: {in_lines([line for line, _ in several])} names several classes "
            f"({several[0][1]!r}), but an image can have only one; remove such lines, or keep one "
            "class in each"
        )


def _names_several(label: str, single: set[str]) -> bool:
    """Return whether a field names several classes; between two of them a bar always does."""
    parts = {part.strip() for part in re.split(f"[{BETWEEN}]", label)}
    return parts <= single or ("|" in label and bool(parts & single))


def _check_certain(table: Table, places: Sequence[int]) -> None:
    """Raise `DataError` if 0/1 columns also hold -1, which then means that a class is uncertain."""
    numbers = [{number_of(row[place]) for row in table.rows} for place in places]
    if not set.union(*numbers) & {0, None}:
        return
    columns = [table.columns[p] for p, found in zip(places, numbers, strict=True) if -1 in found]
    lines = [
        line
        for line, row in zip(table.lines, table.rows, strict=True)
        if any(number_of(row[place]) == -1 for place in places)
    ]
    if lines:
        raise DataError(
            f"{table.file}: {in_lines(lines)} has -1 in a column of ones and zeros "
            f"({some(columns)}), which means that the class is uncertain; write 1 or 0 instead, "
            "remove such lines, or name the column of the class with csv:label=COLUMN"
        )


def _one_hot(table: Table, places: Sequence[int]) -> list[str]:
    _check_certain(table, places)
    found, wrong = [], []
    for line, row in zip(table.lines, table.rows, strict=True):
        positive = [table.columns[p] for p in places if is_flag(row[p])]
        if len(positive) != 1:
            wrong.append((line, positive))
        found.append("".join(positive[:1]))
    if wrong:
        line, positive = wrong[0]
        which = f"{len(positive)} columns ({some(positive)}) are" if positive else "no column is"
        more = f" ({len(wrong)} lines have such a fault)" if len(wrong) > 1 else ""
        raise DataError(
            f"{table.file}, line {line}: {which} 1, but an image must have exactly one class{more}"
            "; correct or remove the line, or name the column of the class with csv:label=COLUMN"
        )
    return found


def _cut(table: Table, place: int, sign: str, threshold: str) -> list[str]:
    limit = number_of(threshold)
    name = table.columns[place]
    if limit is None:
        raise DataError(
            f"label={name}{sign}{threshold}: {threshold!r} is not a number; write one there"
        )
    found = []
    wrong = [i for i, field in enumerate(table.column(place)) if number_of(field) is None]
    if wrong:
        raise DataError(
            f"{table.file}: {in_lines([table.lines[i] for i in wrong])} has no number in column "
            f"{name!r}, but {table.rows[wrong[0]][place]!r}; correct or remove such lines"
        )
    for field in table.column(place):
        value = number_of(field) or 0.0
        above = value >= limit if sign in (">=", "<") else value > limit
        holds = above == (sign in (">", ">="))
        found.append(f"{name}{sign if holds else OPPOSITE[sign]}{threshold}")
    return found


def _searched(table: Table, option: str, path_column: int) -> list[str]:
    has = f"{table.file} has no column {option!r} (it has {', '.join(table.columns)})"
    try:
        pattern = re.compile(option)
    except re.error as error:
        raise DataError(
            f"{has}, and it is not a valid regular expression ({error}); name a column with "
            "csv:label=COLUMN"
        ) from error
    if pattern.groups != 1:
        raise DataError(
            f"{has}; name one of them with csv:label=COLUMN, or give a regular expression with one "
            "group in brackets, which is searched in the path"
        )
    paths = table.column(path_column)
    matches = [pattern.search(path) for path in paths]
    wrong = [i for i, match in enumerate(matches) if not match or not match[1]]
    if wrong:
        raise DataError(
            f"{table.file}: {in_lines([table.lines[i] for i in wrong])} has a path that "
            f"label={option} does not match ({paths[wrong[0]]!r}); change the expression or "
            "remove such lines"
        )
    return [match[1] for match in matches if match]


def in_lines(lines: Sequence[int]) -> str:
    """Return line numbers as the subject of a sentence, as in ``each of 2 lines (3, 5)``."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"each of {len(lines)} lines ({some([str(line) for line in lines])})"


def is_flag(field: str) -> bool | None:
    """Return whether a field means yes; None if it means neither yes nor no."""
    number = number_of(field)
    if number in (0, 1):
        return bool(number)
    lower = field.lower()
    return True if lower in YES else False if lower in NO else None


def _is_flags(fields: Sequence[str]) -> bool:
    """Return whether a column holds only yes and no; empty fields count as no beside a yes."""
    said = {is_flag(field) for field in fields if field}
    return None not in said and (True in said or "" not in fields)


def number_of(field: str) -> float | None:
    """Return the finite number in a field, with a decimal point or comma; otherwise None."""
    try:
        value = float(DECIMAL_COMMA.sub(".", field, count=1))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
