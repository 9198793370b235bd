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
from canary_scoring.regression import RegressionTally

Tally = BinaryTally | MulticlassTally | RegressionTally


@dataclass(frozen=True)
class Chunk:
    """Pairs as arrays: labels, and for baseline and canary the decisions (answers in a regression)
    and scores.
    """

    labels: NDArray[Any]
    decisions: tuple[NDArray[Any], NDArray[Any]]
    scores: tuple[NDArray[np.float64], NDArray[np.float64]]

    @classmethod
    def of(cls, spec: QualityGuardSpec, pairs: ScoredPairs) -> "Chunk":
        """Return the arrays of some pairs."""
        scores = (
            np.asarray(pairs.baseline[1], dtype=float),
            np.asarray(pairs.canary[1], dtype=float),
        )
        if spec.task == "regression":
            return cls(np.asarray(pairs.labels, dtype=float), scores, scores)
        decisions = np.asarray(pairs.baseline[0], dtype=int), np.asarray(pairs.canary[0], dtype=int)
        return cls(np.asarray(pairs.labels).astype(int), decisions, scores)

    def taken(self, places: NDArray[Any]) -> "Chunk":
        """Return some of the pairs."""
        (first, second), (one, other) = self.decisions, self.scores
        return Chunk(
            self.labels[places], (first[places], second[places]), (one[places], other[places])
        )


class Comparison:
    """What adds up over chunks, for all records or one slice."""

    def __init__(self, spec: QualityGuardSpec) -> None:
        """Start with no pair."""
        self._spec = spec
        self._tallies = (_tally(spec), _tally(spec))
        self.records = self.baseline_only = self.canary_only = 0

    def add(self, chunk: Chunk) -> None:
        """Take one more chunk, at least one pair."""
        self.records += int(chunk.labels.size)
        for tally, decisions, scores in zip(
            self._tallies, chunk.decisions, chunk.scores, strict=True
        ):
            tally.add(chunk.labels, decisions, scores)
        baseline, canary = (self._right(chunk.labels, decisions) for decisions in chunk.decisions)
        self.baseline_only += int((baseline & ~canary).sum())
        self.canary_only += int((canary & ~baseline).sum())

    def metrics(self, classes: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the metrics of baseline and canary."""
        return self._tallies[0].metrics(classes), self._tallies[1].metrics(classes)

    def _right(self, labels: NDArray[Any], decisions: NDArray[Any]) -> NDArray[np.bool_]:
        if self._spec.task == "regression":
            return np.asarray(np.abs(labels - decisions) <= (self._spec.right_within or 0.0))
        return np.asarray(labels == decisions)


def _tally(spec: QualityGuardSpec) -> Tally:
    if spec.task == "binary":
        return BinaryTally()
    return (
        MulticlassTally()
        if spec.task == "multiclass"
        else RegressionTally(spec.right_within or 0.0)
    )
