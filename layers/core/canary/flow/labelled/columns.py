"""Both variants' predictions column by column, handed to the report in chunks, so that memory does
not grow.

The AUC's test needs scores side by side: it rests on the first 50,000 records of the seeded order,
which are a random sample of the set.
"""

from array import array
from collections.abc import Sequence

from pydantic import JsonValue

from canary.domain.labelled.metrics import value_of
from canary.domain.labelled.paired import AUC, AnswerPair
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.metric_keys import SCORER
from canary.labelled.tasks.labels import is_of_parts
from canary.ports.quality import NO_SLICE, ScoredPairs, Scoring

NO_SCORE = float("nan")
CHUNK_RECORDS = 50_000
RANKED_RECORDS = 50_000
MOST_SLICES = 1_000
OTHER_SLICES = "(others)"
REPORTED_ANYWAY = {"accuracy", "within", "recall", "log_loss", "brier", "roc_auc"}
"""Deciding metrics that the report computes from decisions and scores."""


class Columns:
    """Predictions on the records both variants answered, and scores for the AUC with errors at
    their worst.
    """

    def __init__(self, spec: QualityGuardSpec, scoring: Scoring | None) -> None:
        """Start with no record; without `scoring` no report is made."""
        self._scoring = scoring
        self._classes = _Names()
        self._slice_names = _Names()
        self._spec = spec
        self._coded = spec.task == "multiclass"
        self._decided = spec.task in {"binary", "multiclass"}
        self._parts = is_of_parts(spec.task)
        self._valued = [name for name in spec.chosen_metrics if name not in REPORTED_ANYWAY]
        self._empty()
        self._ranks = AUC in spec.chosen_metrics
        self._positive = bytearray()
        self._ranked = (array("d"), array("d"))
        self.records = self.pairs = 0

    def _empty(self) -> None:
        self._labels, self._slices = array("d"), array("i")
        self._decisions = (array("i"), array("i"))
        self._scores = (array("d"), array("d"))
        self._values = {name: (array("d"), array("d")) for name in self._valued}

    def add(self, outcomes: Sequence[AnswerPair]) -> None:
        """Take records that at least one variant answered; of a whole batch, column by column."""
        if self._ranks and self.records < RANKED_RECORDS:
            self._rank(outcomes[: RANKED_RECORDS - self.records])
        self.records += len(outcomes)
        paired = [one for one in outcomes if one.baseline is not None and one.canary is not None]
        self.pairs += len(paired)
        while self._scoring is not None and paired:
            room = CHUNK_RECORDS - len(self._labels)
            self._append(paired[:room])
            paired = paired[room:]
            if len(self._labels) >= CHUNK_RECORDS:
                self._hand_over()

    def _rank(self, outcomes: Sequence[AnswerPair]) -> None:
        self._positive.extend([one.label == 1 for one in outcomes])
        self._ranked[0].extend([_ranking(one.label, one.baseline) for one in outcomes])
        self._ranked[1].extend([_ranking(one.label, one.canary) for one in outcomes])

    def _append(self, paired: Sequence[AnswerPair]) -> None:
        labels = [one.label for one in paired]
        self._slices.extend([self._slice(one.slice) for one in paired])
        sides = [one.baseline for one in paired], [one.canary for one in paired]
        told = [[one for one in side if one is not None] for side in sides]
        if self._coded:
            # Codes are given in the order of the records, whoever names a class first.
            for label, one, other in zip(labels, *told, strict=True):
                self._classes.code(str(label))
                self._classes.code(one.decision)
                self._classes.code(other.decision)
        self._labels.extend(self._label_codes(labels))
        for side, predictions in enumerate(told):
            self._decisions[side].extend(self._decision_codes(predictions))
            self._scores[side].extend(_scores(labels, predictions))
            for name, columns in self._values.items():
                columns[side].extend([self._value(name, one, side) for one in paired])

    def _label_codes(self, labels: Sequence[Label]) -> list[float]:
        if self._parts:
            return [0.0] * len(labels)
        code = self._classes.code
        return [code(str(one)) for one in labels] if self._coded else list(map(float, labels))

    def _decision_codes(self, predictions: Sequence[Prediction]) -> list[int]:
        if self._coded:
            return [self._classes.code(one.decision) for one in predictions]
        decided = self._decided
        return [int(one.decision) if decided else 0 for one in predictions]

    def _value(self, name: str, outcome: AnswerPair, side: int) -> float:
        """Return one variant's value of a metric; NaN where it does not speak of the record."""
        prediction = outcome.canary if side else outcome.baseline
        if name == SCORER:
            return NO_SCORE if outcome.scores is None else outcome.scores[side]
        found = value_of(name, outcome.label, prediction, self._spec) if prediction else None
        return NO_SCORE if found is None else found

    def _slice(self, name: str | None) -> int:
        if name is None:
            return NO_SLICE
        known = len(self._slice_names.all) < MOST_SLICES or name in self._slice_names.all
        return self._slice_names.code(name if known else OTHER_SLICES)

    def _hand_over(self) -> None:
        """Give the report what came in since the last chunk."""
        if self._scoring is not None:
            self._scoring.add(
                ScoredPairs(
                    classes=list(self._classes.all),
                    labels=self._labels,
                    slice_names=list(self._slice_names.all),
                    slices=self._slices,
                    baseline=(self._decisions[0], self._scores[0]),
                    canary=(self._decisions[1], self._scores[1]),
                    values=self._values,
                )
            )
        self._empty()

    def report(self, *, ranks_only: bool = False) -> dict[str, JsonValue] | None:
        """Return the report on all pairs; None without any, or where none is made. With
        `ranks_only` it holds the order alone: no decision and no probability was told.
        """
        if self._scoring is None or not self.pairs:
            return None
        self._hand_over()
        report = dict(self._scoring.report())
        return _order_of(report) if ranks_only else report

    def ranked(self) -> tuple[Sequence[int], Sequence[float], Sequence[float]]:
        """Return (1 for a positive, baseline scores, canary scores) of the first records; NaN for a
        bare label.
        """
        return self._positive, self._ranked[0], self._ranked[1]


class _Names:
    """Texts by number, in order of first appearance."""

    def __init__(self) -> None:
        self.all: dict[str, int] = {}

    def code(self, text: str) -> int:
        return self.all.setdefault(text, len(self.all))


def _order_of(report: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what a report says of the order of records."""
    kept: dict[str, JsonValue] = {**report, "discordant": None, "slices": []}
    for part in ("baseline", "canary", "difference"):
        whole = report.get(part)
        if isinstance(whole, dict):
            kept[part] = {name: whole[name] for name in _OF_THE_ORDER if name in whole}
    return kept


_OF_THE_ORDER = ("records", "roc_auc", "roc_curve")


def _scores(labels: Sequence[Label], predictions: Sequence[Prediction]) -> list[float]:
    found = [one.score_of(label) for label, one in zip(labels, predictions, strict=True)]
    return [NO_SCORE if score is None else score for score in found]


def _ranking(label: Label, prediction: Prediction | None) -> float:
    """Return the score to rank by: an error ranks a positive lowest and a negative highest."""
    if prediction is None:
        return 0.0 if label == 1 else 1.0
    return NO_SCORE if prediction.score is None else prediction.score
