"""From labelled image files to a data set: decoded together, then taken apart again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Preprocessing, Source
from geneticgan.data.decoding import Decoding
from geneticgan.data.grouping import check_apart, few_groups
from geneticgan.data.holdout import too_few, with_test_part
from geneticgan.data.notices import Notices
from geneticgan.data.reading import Encoded, decode_files
from geneticgan.errors import DataError


def assemble(
    files: Encoded,
    test: npt.NDArray[np.bool_] | None,
    names: Sequence[str],
    how: Decoding,
    title: str,
    notices: Notices,
    faults: Sequence[str] = (),
) -> Source:
    """Decode image files and return the data set.

    Parameters
    ----------
    files : Encoded
        All image files of all parts: what is chosen by looking at them is the same for all.
    test : array of bool or None
        Shape (N,), which are the test part; None holds one out.
    names : sequence of str
        Of the classes.
    how : Decoding
        Shape, and what to do with bad files.
    title : str
        Of the images, for messages.
    notices : Notices
        Hears of progress and of what is worth knowing.
    faults : sequence of str
        What is known to be wrong already; it is said together with what is found.

    Raises
    ------
    DataError
        If files cannot be read, a class has too few images or groups or none in a part, or a
        group is in both parts.
    """
    few = "" if test is not None else too_few(files.labels, names)
    known = [*faults, *([few] if few else [])]
    try:
        decoded = decode_files(files, how, title, notices)
    except DataError as error:
        raise DataError("; ".join([*known, str(error)])) from error
    if known:
        raise DataError("; ".join(known))
    images = decoded.images
    preprocessing = Preprocessing(decoded.how.fit, decoded.how.window)
    said = few_groups(images, names) if images.groups is not None else ""
    if said:
        notices.note(said)
    if test is None:
        return with_test_part(images, names, preprocessing)
    is_test = test[decoded.kept]
    source = Source(
        images.take(np.flatnonzero(~is_test)),
        images.take(np.flatnonzero(is_test)),
        tuple(names),
        preprocessing=preprocessing,
    )
    check_apart(source.train, source.test)
    return source
