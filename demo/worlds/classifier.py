"""A digit classifier as a SageMaker container would hold it: checks the row, brings it to one
scale, answers 0-9.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.serving.models import Rows

PIXELS = 64
WHITE = 16  # the brightest pixel of the original scanner
TEN_BITS = 1023


def intensities(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return pixels as 0-1, whichever scanner they come from: rows brighter than 16 are read as
    0-255.
    """
    scale = np.where(rows.max(axis=1, keepdims=True) > WHITE, 255, WHITE)
    return np.asarray(rows / scale, dtype=np.float64)


def beyond_white(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows have a pixel the original scanner cannot make."""
    beyond: NDArray[np.bool_] = np.greater(rows.max(axis=1), WHITE)
    return beyond


def as_ten_bits(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows as a preparation sees them that takes pixels beyond 16 for 0-1023: those of
    the 0-255 scanner a quarter as bright, the others as they are.
    """
    dimmed = rows * (WHITE / TEN_BITS)
    return np.asarray(np.where(beyond_white(rows)[:, None], dimmed, rows), dtype=np.float64)


def pixels(rows: Rows) -> NDArray[np.float64]:
    """Return the rows as a matrix of 64 columns. Raises ModelFailure 400 when they are not that."""
    try:
        matrix = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ModelFailure(f"pixels must be numbers: {error}", 400) from error
    if matrix.ndim != 2 or matrix.shape[1] != PIXELS:
        raise ModelFailure(f"expected {PIXELS} pixels a row, got {matrix.shape}", 400)
    return matrix


@dataclass(frozen=True)
class DigitClassifier:
    """A fitted scikit-learn classifier behind its preprocessing. `probabilities` answers ten
    numbers, not one class.
    """

    fitted: Any
    probabilities: bool = False

    @property
    def answers_alike(self) -> bool:
        """True: a row's answer is a function of the row."""
        return True

    def predict_batch(self, rows: Rows) -> NDArray[Any]:
        """Return one class (0-9), or one row of ten probabilities, for each row of pixels. Raises
        ModelFailure.
        """
        matrix = intensities(pixels(rows))
        answers: NDArray[Any] = (
            self.fitted.predict_proba(matrix) if self.probabilities else self.fitted.predict(matrix)
        )
        return answers
