"""Protocol ``validation``."""

from __future__ import annotations

from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split
from geneticgan.errors import DataError
from geneticgan.protocols.head import Head


class Validation(Head):
    """The class head on the validation part, by which tuning chooses."""

    looks_at = "validation"

    def images(self, source: Source, split: Split) -> Images:
        """Return the validation part; `DataError` if it is empty."""
        if not len(split.validation):
            raise DataError(
                "there are no validation images to judge by; make --validation-fraction larger "
                "than 0"
            )
        return split.validation
