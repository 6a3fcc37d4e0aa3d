"""A run's model as a file that other programs can run, with its model card."""

from __future__ import annotations

from pathlib import Path

from geneticgan.errors import RunError
from geneticgan.files import not_written, write_whole
from geneticgan.inference.card import MARK, model_card
from geneticgan.inference.formats import encode
from geneticgan.inference.loading import open_networks
from geneticgan.inference.parts import make_part
from geneticgan.training.results import read_results
from geneticgan.training.run_folder import RunFolder


def export_model(run: str | Path, how: str, part: str, out: str | Path) -> Path:
    """Write a part of a run and its model card.

    Parameters
    ----------
    run : str or Path
        The run folder.
    how : str
        One of `geneticgan.inference.formats.FORMATS`.
    part : str
        One of `geneticgan.inference.parts.PARTS`.
    out : str or Path
        The file to write, atomically; the card is written beside it, with the suffix ``.md``.

    Returns
    -------
    Path
        The path of the card.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.
    """
    run, out = Path(run), Path(out)
    card = out.with_suffix(".md")
    try:
        if card == out or (card.exists() and MARK not in card.read_text(encoding="utf-8")):
            raise RunError(f"{card} would be overwritten by the model card; choose another --out")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{card} cannot be read, but the model card would replace it") from error
    networks = open_networks(run, "cpu")
    chosen = make_part(networks, part)
    rows = read_results(RunFolder(run).results)
    try:
        write_whole(out, encode(chosen, how))
        write_whole(card, model_card(networks, chosen, rows, out.name).encode())
    except OSError as error:
        raise not_written(out, error) from error
    return card
