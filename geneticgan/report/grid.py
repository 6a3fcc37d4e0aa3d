"""The report of a benchmark or a sweep, made from nothing but its folder."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geneticgan.benchmark.compare import PAPER, Comparison, budget, comparison_note, read_benchmark
from geneticgan.benchmark.keeping import read_sheet
from geneticgan.benchmark.layout import BenchmarkFolder, place_of
from geneticgan.benchmark.result import CellResult
from geneticgan.config import read_json
from geneticgan.data.imbalance import smallest_class
from geneticgan.errors import RunError, typed
from geneticgan.evaluation.spaces import SPACES, scores_file
from geneticgan.report.figures.bars import draw_costs
from geneticgan.report.figures.charts import Line, LineChart
from geneticgan.report.figures.confusion import draw_confusions
from geneticgan.report.figures.dots import draw_class_scores
from geneticgan.report.figures.fonts import figure_names, key_to_numbers
from geneticgan.report.figures.heat import draw_grid
from geneticgan.report.figures.samples import draw_samples
from geneticgan.report.generation_table import GENERATION_HEADS, GENERATION_TEXT, generation_cells
from geneticgan.report.grid_cells import Group, read_groups, title_of
from geneticgan.report.page import Item, Section, Table
from geneticgan.report.parts import plane_section, software_table
from geneticgan.report.ranking import rank_sections
from geneticgan.specs import parse_specs

CONVERGING = ("acgan", "lsgan", "wgan", "egan", "aggan")
"""The methods of the paper's figure 8."""

BEFORE, AFTER = "cn", "aggan"
"""The methods of the paper's figure 6."""


def benchmark_sections(path: Path) -> tuple[str, list[Section]]:
    """Return a one-sentence summary of a benchmark, and the sections of its report.

    Raises
    ------
    RunError
        If the benchmark has no finished cell.
    """
    groups = list(read_groups(path))
    if not groups:
        raise RunError(f"{path} holds no finished cell of a benchmark")
    comparisons: dict[tuple[str, str], list[Comparison]] = defaultdict(list)
    cells = [cell for group in groups for runs in group.cells.values() for cell in runs.values()]
    for protocol in dict.fromkeys(name for cell in cells for name in cell.scores):
        for comparison in read_benchmark(path, protocol):
            comparisons[comparison.dataset, comparison.imbalance].append(comparison)
    sections = []
    for group in groups:
        parts = [
            _tables(comparisons[group.dataset, group.imbalance]),
            *_sweep(group),
            _samples(group),
            _classes(group),
            _convergence(group),
            _generation(group),
            _plane(group),
        ]
        if len(groups) > 1:
            for part in parts:
                part.title = f"{group.dataset}, {group.imbalance}: {part.title}"
        sections += parts
    sections += rank_sections([each for found in comparisons.values() for each in found])
    any_group = groups[0]
    seeds = {seed for group in groups for by_seed in group.cells.values() for seed in by_seed}
    methods = {method for group in groups for method in group.cells}
    lead = (
        f"{len(methods)} methods, {len(seeds)} seeds, on "
        f"{' and '.join(f'{g.dataset} ({g.imbalance})' for g in groups)}; for each method, "
        f"{budget(any_group.any_cell)}."
    )
    return lead, [*sections, _made(path)]


def _tables(comparisons: list[Comparison]) -> Section:
    quoted = any(each.quotes for each in comparisons)
    section = Section("Methods", [comparison_note(comparisons, quoted=quoted)])
    for comparison in comparisons:
        heads, rows = comparison.heads, list(comparison.cells())
        shown = [i for i, head in enumerate(heads) if i and (quoted or head != PAPER)]
        cells = [[row[i] for i in shown] for row in rows]
        section.items.append(Table([heads[i] for i in shown], cells, caption=comparison.title))
    return section


def _sweep(group: Group) -> Iterator[Section]:
    """Yield the grid over T and alpha, where there is one (figure 10)."""
    values = {}
    for method, by_seed in group.cells.items():
        (spec,) = parse_specs(method)
        if spec.name == AFTER and {"T", "alpha"} <= spec.options.keys():
            acsa = [100 * r.scores["head"].acsa for r in by_seed.values() if "head" in r.scores]
            if not acsa:
                continue
            spread = statistics.stdev(acsa) if len(acsa) > 1 else 0.0
            place = float(spec.options["T"]), float(spec.options["alpha"])
            values[place] = statistics.fmean(acsa), spread
    if len(values) > 1:
        text = "ACSA of AGGAN's class head by initial temperature and annealing coefficient."
        yield Section("Temperature and cooling", [text], [draw_grid(values, "ACSA")])


def _samples(group: Group) -> Section:
    section = Section("Samples")
    classes, counts, names = len(group.counts), group.counts, group.class_names
    order = sorted(range(classes), key=lambda label: (counts[label], -label))[:2]
    seed = min(seed for by_seed in group.cells.values() for seed in by_seed)
    shown_first = [by_seed[seed] for by_seed in group.cells.values() if seed in by_seed]
    folder, real = group.folder, place_of(shown_first[0], "real")
    sources = [("real", folder.sheet(real))]
    for method, by_seed in group.cells.items():
        if seed in by_seed:
            sources.append((title_of(method, by_seed), folder.sheet(place_of(by_seed[seed]))))
    sheets = [(title, read_sheet(path, classes)) for title, path in sources if path.is_file()]
    if len(sheets) < 2:
        section.text.append(
            "There are no samples to show: either no method here keeps a generator, or the folder "
            f"{folder.sheet(real).parents[1]} is missing from this copy."
        )
        return section
    panels = [
        [
            (title, sheet[label, : counts[label] if title == "real" else None])
            for title, sheet in sheets
        ]
        for label in order
    ]
    shown = " and ".join(f"{names[label]} ({counts[label]} training images)" for label in order)
    section.text.append(f"The smallest classes, {shown}: real images, and those of each method.")
    alt = f"Images of {shown}, by method: {', '.join(title for title, _ in sheets)}."
    section.items.append(draw_samples(panels, "samples", "The smallest classes by method", alt))
    return section


def _classes(group: Group) -> Section:
    section = Section("Classes")
    counts, names = group.counts, figure_names(group.class_names)
    if key := key_to_numbers(group.class_names):
        section.text.append(key)
    smallest = smallest_class(counts)
    largest = max(range(len(counts)), key=lambda label: counts[label])
    confusions = {
        title_of(method, by_seed): [
            result.scores["head"].confusion
            for result in by_seed.values()
            if "head" in result.scores
        ]
        for method, by_seed in group.cells.items()
    }
    confusions = {title: found for title, found in confusions.items() if found}
    if not confusions:
        section.text.append("No cell was evaluated with the protocol head.")
        return section
    classes = {
        f"smallest: {names[smallest][:16]} ({counts[smallest]})": smallest,
        f"largest: {names[largest][:16]} ({counts[largest]})": largest,
    }
    section.items.append(draw_class_scores(confusions, classes, "classes"))
    titles = [title_of(m, group.cells[m]) for m in (BEFORE, AFTER) if m in group.cells]
    pair = {t: np.sum(confusions[t], axis=0).tolist() for t in titles if t in confusions}
    if len(pair) == 2:
        section.text.append("Confusion matrices are summed over the seeds.")
        section.items.append(draw_confusions(pair, group.class_names))
    else:
        section.text.append("Confusion matrices are drawn only if both CN and AGGAN were run.")
    return section


def _convergence(group: Group) -> Section:
    """Accuracy over epochs and seconds, and the cost of an epoch (figure 8)."""
    section = Section("Convergence and cost")
    by_epoch, by_second, costs = {}, {}, {}
    for title, by_seed in group.of_kind(*CONVERGING):
        cells = [cell for cell in by_seed.values() if cell.curve]
        if not cells:
            continue
        epochs = cells[0].images_seen / sum(cells[0].train_counts)
        shares = np.array([look.share for look in cells[0].curve])
        acsa = np.array([[look.validation_acsa for look in c.curve] for c in cells])
        seconds = np.array([[look.seconds for look in c.curve] for c in cells])
        spread = acsa.std(axis=0) if len(cells) > 1 else None
        by_epoch[title] = Line(shares * epochs, acsa.mean(axis=0), spread)
        by_second[title] = Line(seconds.mean(axis=0), acsa.mean(axis=0), spread)
        costs[title] = statistics.median(cell.seconds for cell in cells) / epochs
    if not costs:
        section.text.append("No GAN was trained here, or none had a validation part.")
        return section
    section.text.append(
        "On the validation part, with the deviation over seeds. An epoch is as many real images "
        "as the training part has. Each cell uses one thread; cells ran in parallel."
    )
    alt = f"Mean validation ACSA of {', '.join(costs)}"
    for unit, lines in (("epochs", by_epoch), ("seconds", by_second)):
        title, label = f"Accuracy over {unit}", "validation ACSA, percent"
        chart = LineChart(unit, title, f"{alt}, over {unit}.", unit, label, lines, percent=True)
        section.items.append(chart)
    section.items.append(draw_costs(costs))
    return section


def _generation(group: Group) -> Section:
    section = Section("Generated images, measured")
    counts = group.counts
    smallest = smallest_class(counts)
    for space in SPACES:
        rows, caption = [], ""
        for method, by_seed in group.cells.items():
            places = [place_of(by_seed[seed]) for seed in sorted(by_seed)]
            files = [scores_file(group.folder.generation(at), space) for at in places]
            found = [read_json(file) for file in files if file.is_file()]
            if not found:
                continue
            caption = f"Features: {found[0]['features']}. Medians over {len(found)} seeds."
            title = title_of(method, by_seed)
            overall = _median([each["overall"] for each in found])
            own = _median([each["classes"][smallest] for each in found])
            rows.append([title, "all", *generation_cells(overall)])
            rows.append(["", group.class_names[smallest], *generation_cells(own)])
        if rows:
            section.items.append(
                Table(["method", "class", *GENERATION_HEADS], rows, caption=caption)
            )
    if section.items:
        section.text.append(GENERATION_TEXT)
    else:
        section.text.append(
            f"They have not been measured; do it with: {typed('measure', group.folder.root)}"
        )
    return section


def _median(found: list[Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    scores = [each for each in found if each is not None]
    if not scores:
        return None
    values = {key: [each[key] for each in scores] for key in scores[0]}
    return {k: None if None in v else statistics.median(v) for k, v in values.items()}


def _plane(group: Group) -> Section:
    first = [group.folder.generation(place_of(r)) for r in _firsts(group) if _is_aggan(r)]
    files = [target.with_name(f"{target.name}-embedding.npz") for target in first]
    found = next((file for file in files if file.is_file()), group.folder.generation(Path("none")))
    hint = f"{typed('measure', group.folder.root)}"
    return plane_section(found, group.class_names, hint)


def _firsts(group: Group) -> list[CellResult]:
    return [by_seed[0] for by_seed in group.cells.values() if 0 in by_seed]


def _is_aggan(result: CellResult) -> bool:
    return result.method.partition(":")[0] == AFTER


def _made(path: Path) -> Section:
    saved = read_json(BenchmarkFolder(path).head)
    rows = [[key.rstrip("_"), "-" if v is None else str(v)] for key, v in saved["config"].items()]
    tables: list[Item] = [Table(["option", "value"], rows)]
    if "versions" in saved:
        tables.append(software_table(saved))
    command = [f"Command: {saved['command']}"] if saved.get("command") else []
    return Section("How it was made", command, tables, folded=True)
