"""Both variants' predictions column by column: what metrics are computed from, about fifty bytes a record."""

from array import array
from collections.abc import Sequence

from canary.domain.paired import Outcome
from canary.domain.prediction import Label, Prediction
from canary.ports.quality import ScoredPairs

NO_SCORE = float("nan")


class Columns:
    """Predictions on the records both variants answered, and scores for the AUC with errors at their worst."""

    def __init__(self) -> None:
        """Start with no record."""
        self._labels: list[Label] = []
        self._slices: list[str | None] = []
        self._decisions: tuple[list[str], list[str]] = ([], [])
        self._scores = (array("d"), array("d"))
        self._names: dict[str, str] = {}
        self._positive = bytearray()
        self._ranked = (array("d"), array("d"))

    @property
    def records(self) -> int:
        """Return how many records were added."""
        return len(self._positive)

    def add(self, outcome: Outcome, slice_: str | None) -> None:
        """Take one record that at least one variant answered."""
        sides = (outcome.baseline, outcome.canary)
        self._positive.append(outcome.label == 1)
        for ranked, prediction in zip(self._ranked, sides, strict=True):
            ranked.append(_ranking(outcome.label, prediction))
        if outcome.baseline is None or outcome.canary is None:
            return
        self._labels.append(outcome.label if not isinstance(outcome.label, str) else self._name(outcome.label))
        self._slices.append(None if slice_ is None else self._name(slice_))
        for index, prediction in enumerate((outcome.baseline, outcome.canary)):
            self._decisions[index].append(self._name(prediction.decision))
            score = prediction.score_of(outcome.label)
            self._scores[index].append(NO_SCORE if score is None else score)

    def _name(self, text: str) -> str:
        """Return the one copy that is kept of a repeated text."""
        return self._names.setdefault(text, text) if len(self._names) < 10_000 else text

    def pairs(self) -> ScoredPairs:
        """Return what a scorer takes."""
        return ScoredPairs(
            labels=self._labels,
            slices=self._slices,
            baseline=(self._decisions[0], self._scores[0]),
            canary=(self._decisions[1], self._scores[1]),
        )

    def ranked(self) -> tuple[Sequence[int], Sequence[float], Sequence[float]]:
        """Return (1 for a positive, baseline scores, canary scores) of every record added; NaN for a bare label."""
        return self._positive, self._ranked[0], self._ranked[1]


def _ranking(label: Label, prediction: Prediction | None) -> float:
    """Return the score to rank by: an error ranks a positive lowest and a negative highest."""
    if prediction is None:
        return 0.0 if label == 1 else 1.0
    return NO_SCORE if prediction.score is None else prediction.score
