"""Both variants' predictions column by column: what metrics are computed from, 36 bytes a record (53 with the AUC)."""

from array import array
from collections.abc import Sequence

from canary.domain.paired import AUC, Outcome
from canary.domain.prediction import Label, Prediction
from canary.domain.quality import QualityGuardSpec
from canary.ports.quality import NO_SLICE, ScoredPairs

NO_SCORE = float("nan")
MOST_SLICES = 1_000
OTHER_SLICES = "(others)"


class Columns:
    """Predictions on the records both variants answered, and scores for the AUC with errors at their worst."""

    def __init__(self, spec: QualityGuardSpec) -> None:
        """Start with no record."""
        self._classes = _Names()
        self._slice_names = _Names()
        self._coded = spec.task == "multiclass"
        self._decided = spec.task != "regression"
        self._labels, self._slices = array("d"), array("i")
        self._decisions = (array("i"), array("i"))
        self._scores = (array("d"), array("d"))
        self._ranks = AUC in spec.metrics
        self._positive = bytearray()
        self._ranked = (array("d"), array("d"))
        self.records = 0

    def add(self, outcome: Outcome, slice_: str | None) -> None:
        """Take one record that at least one variant answered."""
        self.records += 1
        label = outcome.label
        if self._ranks:
            self._positive.append(label == 1)
            self._ranked[0].append(_ranking(label, outcome.baseline))
            self._ranked[1].append(_ranking(label, outcome.canary))
        if outcome.baseline is None or outcome.canary is None:
            return
        self._labels.append(self._classes.code(str(label)) if self._coded else float(label))
        self._slices.append(NO_SLICE if slice_ is None else self._slice_names.code(self._known_slice(slice_)))
        for index, prediction in enumerate((outcome.baseline, outcome.canary)):
            self._decisions[index].append(self._decision(prediction))
            score = prediction.score_of(label)
            self._scores[index].append(NO_SCORE if score is None else score)

    def _decision(self, prediction: Prediction) -> int:
        if self._coded:
            return self._classes.code(prediction.decision)
        return int(prediction.decision) if self._decided else 0

    def _known_slice(self, name: str) -> str:
        return name if len(self._slice_names.all) < MOST_SLICES or name in self._slice_names.all else OTHER_SLICES

    def pairs(self) -> ScoredPairs:
        """Return what a scorer takes."""
        return ScoredPairs(
            classes=list(self._classes.all),
            labels=self._labels,
            slice_names=list(self._slice_names.all),
            slices=self._slices,
            baseline=(self._decisions[0], self._scores[0]),
            canary=(self._decisions[1], self._scores[1]),
        )

    def ranked(self) -> tuple[Sequence[int], Sequence[float], Sequence[float]]:
        """Return (1 for a positive, baseline scores, canary scores) of every record added; NaN for a bare label."""
        return self._positive, self._ranked[0], self._ranked[1]


class _Names:
    """Texts by number, in order of first appearance."""

    def __init__(self) -> None:
        self.all: dict[str, int] = {}

    def code(self, text: str) -> int:
        return self.all.setdefault(text, len(self.all))


def _ranking(label: Label, prediction: Prediction | None) -> float:
    """Return the score to rank by: an error ranks a positive lowest and a negative highest."""
    if prediction is None:
        return 0.0 if label == 1 else 1.0
    return NO_SCORE if prediction.score is None else prediction.score
