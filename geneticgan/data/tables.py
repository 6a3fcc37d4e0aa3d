"""Reading lists with any separator and any usual encoding, with or without a header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneticgan.data.files import cause
from geneticgan.errors import DataError
from geneticgan.files import read_regular

SEPARATORS = ",;\t|"
"""The separators of fields, in the order in which they are tried; the last resort are spaces."""

LOOKED_AT = 200
"""The number of lines by which the separator is detected."""

DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
"""A comma between digits, which separates no fields if the list has another separator."""

QUOTES = "; in a list whose fields are separated by spaces, put paths that contain spaces in quotes"
"""A hint in messages about lists without a separator."""

COLUMNS_SHOWN, FIELD_SHOWN = 8, 30
"""The maximal number of columns, and of characters of a field, that a message shows."""

OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"\x1f\x8b", "packed by gzip"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
"""The beginnings of other kinds of files that people pass as lists, and what these are."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # must precede UTF-16, whose mark begins the same
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The byte order marks and the encodings that they stand for."""


@dataclass(frozen=True)
class Table:
    """The rows of a list, each with one field for each column.

    Attributes
    ----------
    file : Path
        The file, for messages.
    columns : tuple of str
        The names of the columns, or their numbers from 1 if there is no header.
    rows : tuple of tuple of str
        The fields of each row, without surrounding spaces.
    lines : tuple of int
        The line number of each row in the file, from 1.
    """

    file: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def find(self, name: str) -> int | None:
        """Return the position (from 0) of a column by its name or its number (from 1), or None.

        An exact name is preferred to one that differs in upper and lower case.
        """
        if name in self.columns:
            return self.columns.index(name)
        lower = [column.lower() for column in self.columns]
        if name.lower() in lower:
            return lower.index(name.lower())
        if name.isdecimal() and 1 <= int(name) <= len(self.columns):
            return int(name) - 1
        return None

    def column(self, place: int) -> list[str]:
        """Return the fields of a column."""
        return [row[place] for row in self.rows]

    @property
    def shown(self) -> str:
        """The columns for a message, each with the field of the first row."""
        first = self.rows[0] if self.rows else ()
        pairs = list(zip(self.columns, first, strict=False))
        shown = [f"{name}, such as {field[:FIELD_SHOWN]!r}" for name, field in pairs]
        more = len(shown) - COLUMNS_SHOWN
        return "; ".join(shown[:COLUMNS_SHOWN]) + (f"; and {more} more columns" * (more > 0))

    def with_header(self) -> Table:
        """Return the table with its first row as the names of the columns."""
        names = tuple(n or str(i) for i, n in enumerate(self.rows[0], start=1))
        return Table(self.file, names, self.rows[1:], self.lines[1:])


def read_table(file: Path) -> Table:
    """Read a list; a header, if there is one, becomes the first row.

    Lines that are empty, contain only separators or begin with ``#`` are skipped, except that a
    first line beginning with ``#`` may be a header. As in files written by R, the header may lack
    the name of the first column.

    Parameters
    ----------
    file : Path
        The list.

    Raises
    ------
    DataError
        If the file cannot be read or is not text, or if a line has another number of fields than
        most; the message names the line.
    """
    try:
        data = read_regular(file)
    except OSError as error:
        raise DataError(
            f"{file} cannot be read as a list ({cause(error)}); correct --data-root"
        ) from error
    text, commented = _without_comments(_decoded(file, data))
    numbered = [(i, line) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    separator = _separator([line for _, line in numbered[:LOOKED_AT]])
    if separator:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            found = [(reader.line_num, [field.strip() for field in row]) for row in reader]
        except csv.Error as error:
            raise DataError(
                f"{file} cannot be read as a list ({error}); save it again as csv"
            ) from error
    else:
        found = [(number, _fields(line)) for number, line in numbered]
    found = [(number, row) for number, row in found if any(row)]
    if not found:
        raise DataError(f"{file} lists no image; add a line for each image")
    ((width, _),) = Counter(len(row) for _, row in found).most_common(1)
    if commented and len(found[0][1]) != width:
        del found[0]
    elif len(found[0][1]) == width - 1 and len(found) > 1:
        found[0][1].insert(0, "")
    rows = []
    for number, row in found:
        while len(row) > width and not row[-1]:  # a separator at the end
            row.pop()
        if len(row) != width:
            raise DataError(
                f"{file}, line {number} has {len(row)} fields, but most lines have {width}; "
                f"correct or remove the line{'' if separator else QUOTES}"
            )
        rows.append(tuple(row))
    columns = tuple(str(i) for i in range(1, width + 1))
    return Table(file, columns, tuple(rows), tuple(number for number, _ in found))


def join_tables(tables: Sequence[Table]) -> Table:
    """Join tables whose first columns hold the same keys, in the order of the first table.

    Parameters
    ----------
    tables : sequence of Table
        The tables, at least two.

    Raises
    ------
    DataError
        If a table lacks keys of the first.
    """
    first, *others = tables
    rows = first.rows
    for other in others:
        known = {row[0]: row[1:] for row in other.rows}
        lacking = [row[0] for row in rows if row[0] not in known]
        if lacking:
            raise DataError(
                f"{other.file} lacks {len(lacking)} of the {len(rows)} keys in the first column of "
                f"{first.file.name}, such as {lacking[0]!r}; add these lines, or join other lists"
            )
        rows = tuple(row + known[row[0]] for row in rows)
    columns = tuple(str(i) for i in range(1, len(rows[0]) + 1))
    return Table(first.file, columns, rows, first.lines)


def _without_comments(text: str) -> tuple[str, bool]:
    """Return the text with empty lines for comments, and whether the first line, kept, was one."""
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    commented = bool(lines) and lines[first].startswith("#")
    if not any(line.startswith("#") for line in lines):
        return text, False
    kept = ["" if line.startswith("#") else line for line in lines]
    if commented:
        kept[first] = lines[first].lstrip("# ")
    return "\n".join(kept), commented


def _decoded(file: Path, data: bytes) -> str:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{file} is not valid {encoding} text ({error.reason}); save it again as UTF-8"
                ) from error
    beginning = data[:LOOKED_AT].lstrip()
    for mark, kind in OTHER_FILES:
        if beginning.startswith(mark):
            raise DataError(f"{file} is {kind} instead of a text file; save it as csv")
    for encoding, zeros in (("utf-16-le", data[1:LOOKED_AT:2]), ("utf-16-be", data[:LOOKED_AT:2])):
        if 2 * zeros.count(0) > len(zeros) > 1:
            return data.decode(encoding, errors="replace")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise DataError(f"{file}, line {line} contains a NUL byte; save the list again as UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError:
        # The usual encoding on Windows; bytes that it does not define are replaced.
        return data.decode("cp1252", errors="replace")


def _fields(line: str) -> list[str]:
    """Return the fields of a line separated by spaces; quoted text is one field."""
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"(?!\S)|(\S+)', line)]


def _separator(lines: Sequence[str]) -> str:
    """Return the separator that splits most lines into equally many fields, or nothing."""
    best, most = "", 0.8
    for separator in SEPARATORS:
        divided = lines
        if separator == "," and any(_shares(lines, other)[1] > most for other in ";\t"):
            divided = [DECIMAL_COMMA.sub(".", line) for line in lines]
        width, share = _shares(divided, separator)
        if width > 1 and share > most:
            best, most = separator, share
    return best


def _shares(lines: Sequence[str], separator: str) -> tuple[int, float]:
    """Return the most frequent number of fields of a line, and the share of such lines."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
    ((width, count),) = widths.most_common(1) or [(1, 0)]
    return width, count / max(1, widths.total()) if width > 1 else 0.0
