"""Opening a list of images: finding it, joining it with others, and correcting its paths."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from geneticgan.data.listing import is_junk, list_images
from geneticgan.data.locating import Locator
from geneticgan.data.naming import OF_NAMES
from geneticgan.data.notices import Notices
from geneticgan.data.tables import Table, join_tables, read_table
from geneticgan.errors import DataError, some

LISTS = (".csv", ".tsv", ".txt", ".lst")
"""The suffixes of lists; of the lists in a folder, the first kind that exists is used."""

FROM_ELSEWHERE = re.compile(r"(/|[A-Za-z]:/|\.\./)")
"""The beginning of paths that may belong to another machine."""

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
"""The beginning of web addresses."""

LOOKED_AT = 20
"""The number of paths that are tried before all are assumed to belong to another machine."""


def open_table(place: Path, name: str) -> Table:
    """Return the table of a list, or of several lists joined by their first columns.

    Parameters
    ----------
    place : Path
        The list, or a folder that contains it.
    name : str
        The name of the list in the folder; empty to detect it. Names joined by ``+``, such as
        ``images.txt+labels.txt``, are lists with the same keys.

    Raises
    ------
    DataError
        As `find_table`, `geneticgan.data.tables.read_table` and
        `geneticgan.data.tables.join_tables` do.
    """
    names = name.split("+") if "+" in name and place.is_dir() else [name]
    tables = [read_table(find_table(place, each)) for each in names]
    return tables[0] if len(tables) == 1 else join_tables(tables)


def find_table(place: Path, name: str) -> Path:
    """Return the path of a list.

    Parameters
    ----------
    place : Path
        The list, or a folder that contains it at any depth.
    name : str
        The name of the list in the folder; empty to detect it.

    Raises
    ------
    DataError
        If the folder contains no list, or several and no name was given.
    """
    if not place.is_dir():
        return place
    found = sorted(path for path in place.rglob(name or "*") if path.is_file())
    if not name:
        found = [p for p in found if not any(map(is_junk, p.relative_to(place).parts))]
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
                f"{place} holds several lists ({names}); choose one with csv:table=NAME, or join "
                "them with csv:table=ONE+OTHER if they have the same first column"
            )
    text = f"{place} holds no list {name or '(csv, tsv, txt or lst)'}; correct --data-root"
    packed = [str(path.relative_to(place)) for path in found if path.suffix.lower() == ".json"]
    if packed and not name:
        text += (
            f". JSON files such as COCO annotations ({some(packed)}) are not read, since an image "
            "may have several classes there: write a csv with two columns, the file_name of each "
            "image and the name of its category"
        )
    if not name and list_images(place).files:
        text += ". If folders or file names contain the class, use --dataset folder"
    raise DataError(text)


def at_home(table: Table, locator: Locator, notices: Notices) -> Table:
    """Return the table with the leading folders of paths from another machine removed.

    If absolute paths such as ``/home/me/images/...`` do not exist, the folders that all paths of a
    column share are removed. If relative paths such as ``Archive-1.0/train/...`` do not exist, as
    many leading folders are removed as needed to find the files.

    Parameters
    ----------
    table : Table
        The list, with or without a header.
    locator : Locator
        Finds the files that fields name.
    notices : Notices
        The listener that is told which folders were removed.
    """
    columns = []
    for place in range(len(table.columns)):
        fields = [without_host(field.replace("\\", "/")) for field in table.column(place)]
        paths = [field for field in fields if FROM_ELSEWHERE.match(field)]
        here = any(locator.find(path) for path in paths[:LOOKED_AT])
        common = ""
        if not here and len(paths) >= max(1, len(fields) - 1):  # the first may be a header
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
            f"The paths in {table.file.name} begin with {common}, which does not exist here; that "
            "beginning is ignored."
        )
    return replace(table, rows=tuple(zip(*columns, strict=True)))


def without_host(field: str) -> str:
    """Return the path in a web address, with a leading slash; other fields are unchanged."""
    if not ADDRESS.match(field):
        return field
    return "/" + re.split(r"[?#]", ADDRESS.sub("", field))[0]


def addresses_said(table: Table) -> str:
    """Return a message that a column holds web addresses; empty if none does."""
    for place in range(len(table.columns)):
        found = [field for field in table.column(place) if ADDRESS.match(field)]
        if found and len(found) >= len(table.rows) - 1:  # the first may be a header
            return (
                f". Column {place + 1} holds web addresses, such as {found[0]}, which are not "
                "downloaded: download the files first, and keep their names"
            )
    return ""


def _leading(paths: list[str], locator: Locator) -> str:
    """Return the leading folders that must be removed to find the files; empty if none."""
    looked = paths[:LOOKED_AT]
    parts = os.path.commonpath([os.path.dirname(path) for path in paths]).split("/")
    for length in range(len(parts)):
        first = "/".join(parts[:length])
        if any(locator.find(path[len(first) + bool(first) :]) for path in looked):
            return first
    return "/".join(parts) if any(locator.find(os.path.basename(p)) for p in looked) else ""
