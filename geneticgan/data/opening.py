"""The list of a folder or an archive: found, joined with others, its paths brought home."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from geneticgan.data.listing import list_images
from geneticgan.data.locating import Locator
from geneticgan.data.naming import OF_NAMES
from geneticgan.data.notices import Notices
from geneticgan.data.tables import Table, join_tables, read_table
from geneticgan.errors import DataError, some

LISTS = (".csv", ".tsv", ".txt", ".lst")
"""How lists in a folder are told, the first kind that is there."""

FROM_ELSEWHERE = re.compile(r"(/|[A-Za-z]:/|\.\./)")
"""How paths begin that may be of another machine."""

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
"""How addresses on the web begin."""

LOOKED_AT = 20
"""Paths by which it is told that they are of another machine."""


def open_table(place: Path, name: str) -> Table:
    """Read the list that is meant: the file itself, or the one in a folder.

    Names that are divided by ``+`` are lists of the same keys, such as ``images.txt+labels.txt``,
    which are joined. Raises as `find_table` and `read_table`.
    """
    names = name.split("+") if "+" in name and place.is_dir() else [name]
    tables = [read_table(find_table(place, each)) for each in names]
    return tables[0] if len(tables) == 1 else join_tables(tables)


def find_table(place: Path, name: str) -> Path:
    """Return the path of a list: the file itself, or the one in a folder.

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
        lists = [path for path in lists if path.name.lower() not in OF_NAMES] or lists
        if len(lists) == 1:
            return lists[0]
        if lists:
            names = some([str(path.relative_to(place)) for path in lists])
            raise DataError(
                f"{place} holds several lists ({names}); say csv:table=NAME, or "
                "csv:table=ONE+OTHER if they share their first column"
            )
    text = f"{place} holds no list {name or '(csv, tsv, txt or lst)'}; check --data-root"
    packed = [str(path.relative_to(place)) for path in found if path.suffix.lower() == ".json"]
    if packed and not name:
        text += (
            f". JSON, as COCO keeps its annotations ({some(packed)}), is not read, since an image "
            "may be of several classes there: write a csv of two columns, an image's file_name "
            "and the name of its one category"
        )
    if not name and list_images(place).files:
        text += ". If folders or names of files tell the class, say --dataset folder"
    raise DataError(text)


def at_home(table: Table, locator: Locator, notices: Notices) -> Table:
    """Return the table with paths of another machine, ``/home/me/images/...``, cut to their end.

    What all paths of a column begin with is cut off, where they lead nowhere. Of relative paths,
    such as ``Archive-1.0/train/...``, the first folders are, if they lead somewhere without them.
    """
    columns = []
    for place in range(len(table.columns)):
        fields = [without_host(field.replace("\\", "/")) for field in table.column(place)]
        paths = [field for field in fields if FROM_ELSEWHERE.match(field)]
        here = any(locator.find(path) for path in paths[:LOOKED_AT])
        common = ""
        if not here and len(paths) >= max(1, len(fields) - 1):  # a header is no path
            common = os.path.commonpath([os.path.dirname(path) for path in paths])
        elif not paths:
            paths = [field for field in fields if "/" in field]
            if len(paths) >= max(1, len(fields) - 1):
                common = _leading(paths, locator)
        if not common:
            columns.append(table.column(place))
            continue
        columns.append([f[len(common) + 1 :] if f in set(paths) else f for f in fields])
        notices.note(
            f"Paths of {table.file.name} are taken from below {common}, which is not here."
        )
    return replace(table, rows=tuple(zip(*columns, strict=True)))


def without_host(field: str) -> str:
    """Return an address on the web as the path of a file; another field as it is."""
    if not ADDRESS.match(field):
        return field
    return "/" + re.split(r"[?#]", ADDRESS.sub("", field))[0]


def addresses_said(table: Table) -> str:
    """Say which column holds addresses on the web; empty if none does."""
    for place in range(len(table.columns)):
        found = [field for field in table.column(place) if ADDRESS.match(field)]
        if found and len(found) >= len(table.rows) - 1:  # a header is none
            return (
                f". Column {place + 1} holds addresses on the web, such as {found[0]}, and none is "
                "downloaded: fetch the files first, under the names that the addresses end with"
            )
    return ""


def _leading(paths: list[str], locator: Locator) -> str:
    """Return the folders that relative paths begin with and that are not here; empty if none."""
    looked = paths[:LOOKED_AT]
    parts = os.path.commonpath([os.path.dirname(path) for path in paths]).split("/")
    for length in range(len(parts)):
        first = "/".join(parts[:length])
        if any(locator.find(path[len(first) + bool(first) :]) for path in looked):
            return first
    return "/".join(parts) if any(locator.find(os.path.basename(p)) for p in looked) else ""
