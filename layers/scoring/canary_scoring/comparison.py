"""Both variants side by side on the same records: a chunk as arrays, and what adds up over
chunks.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from canary.domain.plan.quality import QualityGuardSpec
from canary.ports.quality import ScoredPairs
from canary_scoring.classification import BinaryTally, MulticlassTally
from canary_scoring.means import Means, Values
from canary_scoring.regression import RegressionTally

OF_PARTS = {"text", "entities", "multilabel", "ranking", "quantiles", "custom"}
Tally = BinaryTally | MulticlassTally | RegressionTally


@dataclass(frozen=True)
class Chunk:
    """Pairs as arrays: labels, and for baseline and canary the decisions (answers in a regression)
    and scores; values of further metrics beside them.
    """

    labels: NDArray[Any]
    decisions: tuple[NDArray[Any], NDArray[Any]]
    scores: tuple[NDArray[np.float64], NDArray[np.float64]]
    values: Values

    @classmethod
    def of(cls, spec: QualityGuardSpec, pairs: ScoredPairs) -> "Chunk":
        """Return the arrays of some pairs."""
        scores = (
            np.asarray(pairs.baseline[1], dtype=float),
            np.asarray(pairs.canary[1], dtype=float),
        )
        values = {
            name: (np.asarray(one, dtype=float), np.asarray(other, dtype=float))
            for name, (one, other) in pairs.values.items()
        }
        if spec.task == "regression":
            return cls(np.asarray(pairs.labels, dtype=float), scores, scores, values)
        decisions = np.asarray(pairs.baseline[0], dtype=int), np.asarray(pairs.canary[0], dtype=int)
        return cls(np.asarray(pairs.labels).astype(int), decisions, scores, values)

    def taken(self, places: NDArray[Any]) -> "Chunk":
        """Return some of the pairs."""
        (first, second), (one, other) = self.decisions, self.scores
        return Chunk(
            self.labels[places],
            (first[places], second[places]),
            (one[places], other[places]),
            {name: (left[places], right[places]) for name, (left, right) in self.values.items()},
        )


class Comparison:
    """What adds up over chunks, for all records or one slice."""

    def __init__(self, spec: QualityGuardSpec) -> None:
        """Start with no pair."""
        self._spec = spec
        self._tallies, self._means = (_tally(spec), _tally(spec)), Means()
        self.records = self.baseline_only = self.canary_only = 0

    def add(self, chunk: Chunk) -> None:
        """Take one more chunk, at least one pair."""
        self.records += int(chunk.labels.size)
        for tally, decisions, scores in zip(
            self._tallies, chunk.decisions, chunk.scores, strict=True
        ):
            tally.add(chunk.labels, decisions, scores)
        self._means.add(chunk.values)
        if self._spec.task in OF_PARTS:
            self.baseline_only = self._means.baseline_only
            self.canary_only = self._means.canary_only
            return
        baseline, canary = (self._right(chunk.labels, decisions) for decisions in chunk.decisions)
        self.baseline_only += int((baseline & ~canary).sum())
        self.canary_only += int((canary & ~baseline).sum())

    def metrics(self, classes: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the metrics of baseline and canary."""
        first, second = (tally.metrics(classes) for tally in self._tallies)
        return first | self._means.means(0), second | self._means.means(1)

    def _right(self, labels: NDArray[Any], decisions: NDArray[Any]) -> NDArray[np.bool_]:
        if self._spec.task == "regression":
            return np.asarray(np.abs(labels - decisions) <= (self._spec.right_within or 0.0))
        return np.asarray(labels == decisions)


class PartsTally:
    """Nothing but the number of records: the metrics of answers with parts come with them."""

    def __init__(self) -> None:
        """Start with no record."""
        self._records = 0

    def add(self, labels: NDArray[Any], decisions: object, scores: object) -> None:
        """Take one more chunk."""
        del decisions, scores
        self._records += int(labels.size)

    def metrics(self, classes: list[str]) -> dict[str, Any]:
        """Return the number of records."""
        del classes
        return {"records": self._records}


def _tally(spec: QualityGuardSpec) -> Tally | PartsTally:
    if spec.task in OF_PARTS:
        return PartsTally()
    if spec.task == "binary":
        return BinaryTally()
    return (
        MulticlassTally()
        if spec.task == "multiclass"
        else RegressionTally(spec.right_within or 0.0)
    )
