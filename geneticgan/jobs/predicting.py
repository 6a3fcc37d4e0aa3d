"""Writing a run's predictions for new images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geneticgan.files import not_written, written_whole
from geneticgan.inference.files import image_files
from geneticgan.inference.loading import open_networks
from geneticgan.inference.prediction import Prediction, predict_files
from geneticgan.inference.priors import Prior
from geneticgan.inference.rows import make_writer
from geneticgan.jobs.sorting import Sorter


@dataclass(frozen=True)
class Summary:
    """A summary of predictions.

    Attributes
    ----------
    counts : Counter of str
        The numbers of images by predicted class, most frequent first.
    unreadable : int
        The number of images that could not be read.
    """

    counts: Counter[str]
    unreadable: int


@dataclass(frozen=True)
class Deciding:
    """How probabilities and classes are determined.

    Attributes
    ----------
    prior : str or mapping
        The class frequencies; see `geneticgan.inference.priors.make_prior`.
    thresholds : bool
        Whether to decide by the run's thresholds.
    """

    prior: Prior = "balanced"
    thresholds: bool = False


def predict(
    run: str | Path,
    images: Iterable[str],
    out: str | Path,
    how: str,
    device: str,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    deciding: Deciding = Deciding(),  # it is frozen
    sorter: Sorter | None = None,
) -> Summary:
    """Classify images and write a row for each; see `geneticgan.inference.files.image_files`.

    The file is written atomically. A sorter puts files into the folders of their classes once all
    rows are written.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    """
    run, out = Path(run), Path(out)
    networks = open_networks(run, device)
    writer = make_writer(how, networks.facts)
    counts: Counter[str] = Counter()
    unreadable = 0

    def counted() -> Iterator[Prediction]:
        nonlocal unreadable
        found = predict_files(
            networks, image_files(images), deciding.prior, thresholds=deciding.thresholds
        )
        for number, each in enumerate(found, 1):
            if each.label is None:
                unreadable += 1
            else:
                name = networks.facts.class_names[each.label]
                counts[name] += 1
                if sorter:
                    sorter.note(each.name, each.file, each.label)
            yield each
            on_progress(number)

    try:
        with written_whole(out) as temporary:
            writer(temporary, counted())
    except OSError as error:
        raise not_written(out, error) from error
    if sorter:
        sorter.sort(networks.facts.class_names)
    return Summary(Counter(dict(counts.most_common())), unreadable)
