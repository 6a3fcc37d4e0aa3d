"""A benchmark's folder as one small file: ``python -m benchmarks.summarise FOLDER...``.

Writes ``cells.jsonl``, a line for each finished cell with its seed, tuned values, scores and
confusion matrices, and what was measured of its generators. `geneticgan compare` and
`python -m benchmarks.paired` read it where the folder has no file a cell.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from geneticgan.benchmark.layout import BenchmarkFolder, place_of
from geneticgan.config import read_json
from geneticgan.evaluation.spaces import SPACES, scores_file

KEPT = ("width", "augmentation")
"""Of a cell's options, those that tables name; ``benchmark.json`` has all that cells share."""


def main() -> None:
    """Write the file of each folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", help="of benchmarks")
    for folder in parser.parse_args().folders:
        print(f"{summarise(folder)} cells: {BenchmarkFolder(folder).table}")


def summarise(root: Path) -> int:
    """Write a folder's ``cells.jsonl``; returns how many cells it holds."""
    folder = BenchmarkFolder(root)
    lines = []
    for result in folder.results():
        if result.failed:
            continue
        line = result.to_json() | {"curve": []}
        line["config"] = {k: v for k, v in result.config.items() if k in KEPT}
        files = {space: scores_file(folder.generation(place_of(result)), space) for space in SPACES}
        measured = {space: read_json(file) for space, file in files.items() if file.is_file()}
        lines.append(json.dumps(line | ({"generation": measured} if measured else {})))
    folder.table.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


if __name__ == "__main__":
    main()
