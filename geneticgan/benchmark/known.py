"""What other data sets have shown about a method, weighed with what the user's own images show."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from geneticgan.evaluation.resampled import Resampled


@dataclass(frozen=True)
class Known:
    """A method's lead over plain oversampling on other data sets.

    Attributes
    ----------
    method : str
        The method's spec.
    leads : tuple of float
        Its mean lead in ACSA, in percentage points, on two or more data sets.
    """

    method: str
    leads: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean of the leads."""
        return statistics.fmean(self.leads)

    def expected(self, lead: Resampled) -> float:
        """Return the lead to expect on images on which it was measured, in percentage points.

        The data set is taken for one more of the same kind, so the mean of the others is the best
        guess before anything is measured, and their variance says how good a guess that is. The
        two are weighted by the inverse of their variances, as for a normal mean with a normal prior
        (Gelman et al. 2013, Bayesian Data Analysis, eq. 2.12).

        Parameters
        ----------
        lead : Resampled
            As measured on at least two splits.
        """
        between = statistics.variance(self.leads)
        within = lead.corrected_error**2
        return (between * lead.mean + within * self.mean) / (between + within)
