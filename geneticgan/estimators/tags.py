"""What scikit-learn is told of the estimators' input."""

from __future__ import annotations

from typing import Any


class TakesTablesAndImages:
    """Says that X may be a table with text and categories, or three-dimensional."""

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what X may be."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]  # of the estimator beside it
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.three_d_array = True
        return tags
