"""What one variant predicted for one record."""

from collections.abc import Mapping
from typing import NamedTuple

Label = str | int | float
"""Binary: 0 or 1. Multiclass: the class name. Regression: the number. Any other task: a text of
`canary.domain.labelled.scorers.values`.
"""


class Prediction(NamedTuple):
    """A decision and what it rests on; a tuple, for a set has two a record.

    `decision`: "0" or "1" for binary, the class for multiclass, the number for regression, the text
    of the value for any other task. `score`:
    the probability of the positive class, or the regression value; None when the model answers with
    a label alone. `probabilities`: by class, multiclass only.
    """

    decision: str
    score: float | None = None
    probabilities: Mapping[str, float] | None = None

    def score_of(self, label: Label) -> float | None:
        """Return the kept score: of the true label in a multiclass task, else the prediction's
        own.
        """
        return self.score if self.probabilities is None else self.probabilities.get(str(label), 0.0)
