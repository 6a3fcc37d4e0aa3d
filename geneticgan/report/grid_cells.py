"""The finished cells of a benchmark as its report needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.result import CellResult


@dataclass(frozen=True)
class Group:
    """Finished cells of one data set and imbalance: results by method and seed."""

    folder: BenchmarkFolder
    dataset: str
    imbalance: str
    cells: Mapping[str, Mapping[int, CellResult]]

    @property
    def any_cell(self) -> CellResult:
        """Any one of the cells, for what all have in common."""
        return next(iter(next(iter(self.cells.values())).values()))

    @property
    def class_names(self) -> list[str]:
        """The classes, in the order of their labels."""
        return list(self.any_cell.class_names)

    @property
    def counts(self) -> list[int]:
        """Number of training images of each class."""
        return list(self.any_cell.train_counts)

    def of_kind(self, *names: str) -> Iterator[tuple[str, Mapping[int, CellResult]]]:
        """Yield title and results of the methods with the given names, in that order."""
        for name in names:
            for method, by_seed in self.cells.items():
                if method.partition(":")[0] == name:
                    yield title_of(method, by_seed), by_seed


def read_groups(path: Path) -> Iterator[Group]:
    """Yield the finished cells of a benchmark's folder, by data set and imbalance."""
    folder = BenchmarkFolder(path)
    found: dict[tuple[str, str], dict[str, dict[int, CellResult]]] = {}
    for result in folder.results():
        if not result.failed:
            group = found.setdefault((result.dataset, result.imbalance), {})
            group.setdefault(result.method, {})[result.seed] = result
    for (dataset, imbalance), cells in sorted(found.items()):
        yield Group(folder, dataset, imbalance, cells)


def title_of(method: str, by_seed: Mapping[int, CellResult]) -> str:
    """Return a method's title with its options."""
    options = method.partition(":")[2]
    title = next(iter(by_seed.values())).title
    return f"{title} ({options})" if options else title
