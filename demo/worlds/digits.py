"""Handwritten digits: 1,797 real images of 8 x 8 pixels (0-16) that ship inside scikit-learn.

Every image has one job: 500 train the models, 900 are the labelled set, 397 are live traffic. No
image is repeated, shifted or shared, so the records of the labelled set are independent of each
other, of the training and of the traffic. Nearly a fifth of live traffic comes from another scanner
whose pixels run 0-255; the labelled set, as happens, was drawn before that scanner was bought.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from demo.worlds.classifier import PIXELS, WHITE, DigitClassifier, beyond_white, intensities

TRAINING, LABELLED = 500, 900
SCANNER_SHARE = 0.18  # of live rows come from the 0-255 scanner
SCANNER_WHITE = 255
FEW = 60  # images the worse candidate was trained on


@dataclass(frozen=True)
class DigitsWorld:
    """Models, traffic and labelled set of one seed. Rows are pixel vectors of 64 numbers, labels
    are 0-9.
    """

    baseline: DigitClassifier
    good: DigitClassifier
    worse: DigitClassifier
    live_rows: NDArray[np.float64]
    live_labels: NDArray[np.int64]
    labelled_rows: NDArray[np.float64]
    labelled_labels: NDArray[np.int64]

    @property
    def labelled_csv(self) -> bytes:
        """Return the labelled set as CSV without header: label first, then 64 pixels, one record a
        line.
        """
        lines = (
            ",".join([str(label), *(f"{pixel:g}" for pixel in row)])
            for label, row in zip(self.labelled_labels, self.labelled_rows, strict=True)
        )
        return ("\n".join(lines) + "\n").encode()

    @property
    def from_new_scanner(self) -> NDArray[np.bool_]:
        """Return which live rows come from the 0-255 scanner."""
        return beyond_white(self.live_rows)


def digits_world(seed: int) -> DigitsWorld:
    """Return the world of this seed, its models freshly trained (well under a second)."""
    rows, labels = load_digits(return_X_y=True)
    order = np.random.default_rng([seed, PIXELS]).permutation(len(rows))
    train, labelled, live = np.split(order, [TRAINING, TRAINING + LABELLED])
    seen, answers = intensities(rows[train]), labels[train]
    few = slice(0, FEW)
    return DigitsWorld(
        baseline=DigitClassifier(LogisticRegression(max_iter=300).fit(seen, answers)),
        good=DigitClassifier(_kernel_model(seed).fit(seen, answers)),
        worse=DigitClassifier(LogisticRegression(max_iter=300).fit(seen[few], answers[few])),
        live_rows=_with_new_scanner(rows[live], seed),
        live_labels=labels[live],
        labelled_rows=rows[labelled],
        labelled_labels=labels[labelled],
    )


def _kernel_model(seed: int) -> Pipeline:
    kernel = Nystroem(gamma=0.15, n_components=100, random_state=seed)
    return make_pipeline(kernel, LogisticRegression(C=30, max_iter=300))


def _with_new_scanner(rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    chosen = np.random.default_rng([seed, SCANNER_WHITE]).permutation(len(rows))[
        : round(SCANNER_SHARE * len(rows))
    ]
    mixed = rows.copy()
    mixed[chosen] = np.rint(rows[chosen] * SCANNER_WHITE / WHITE)
    return mixed
