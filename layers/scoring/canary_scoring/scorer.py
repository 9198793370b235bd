"""The report of an evaluation: metrics per variant, paired differences, slices."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from canary.domain.quality import QualityGuardSpec
from canary.ports.quality import NO_SLICE, ScoredPairs
from canary_scoring.classification import binary_metrics, multiclass_metrics
from canary_scoring.distributions import score_shift
from canary_scoring.regression import regression_metrics

MOST_SLICES = 50
_BULKY = ("roc_curve", "confusion")


class SklearnScorer:
    """Computes the report with scikit-learn."""

    def report(self, spec: QualityGuardSpec, pairs: ScoredPairs) -> Mapping[str, JsonValue]:
        """Return {"records", "baseline", "canary", "difference", "discordant", "score_shift", "slices"}.

        `difference` is canary minus baseline in each metric's own unit, for reading only.
        """
        everything = np.arange(len(pairs.labels))
        columns = _Columns(spec, pairs)
        report = columns.compared(everything, spec)
        report["score_shift"] = score_shift(columns.scores[0], columns.scores[1])
        report["slices"] = _slices(spec, pairs, columns)
        return report


class _Columns:
    """The pairs as arrays; labels and decisions are numbers, or class names in a multiclass task."""

    def __init__(self, spec: QualityGuardSpec, pairs: ScoredPairs) -> None:
        sides = (pairs.baseline, pairs.canary)
        self.scores = [np.asarray(side[1], dtype=float) for side in sides]
        labels, decisions = np.asarray(pairs.labels), [np.asarray(side[0], dtype=int) for side in sides]
        self.labels: NDArray[Any] = labels
        self.decisions: list[NDArray[Any]] = self.scores if spec.task == "regression" else decisions
        if spec.task == "binary":
            self.labels = labels.astype(int)
        if spec.task == "multiclass":
            names = np.array([*pairs.classes, ""], dtype=object)
            self.labels, self.decisions = names[labels.astype(int)], [names[codes] for codes in decisions]

    def compared(self, rows: NDArray[np.int_], spec: QualityGuardSpec) -> dict[str, Any]:
        baseline, canary = self._metrics(0, rows, spec), self._metrics(1, rows, spec)
        right = [_right(self.labels[rows], decisions[rows], spec) for decisions in self.decisions]
        return {
            "records": int(rows.size),
            "baseline": baseline,
            "canary": canary,
            "difference": _difference(baseline, canary),
            "discordant": {
                "baseline_only": int((right[0] & ~right[1]).sum()),
                "canary_only": int((right[1] & ~right[0]).sum()),
            },
        }

    def _metrics(self, side: int, rows: NDArray[np.int_], spec: QualityGuardSpec) -> dict[str, Any]:
        labels, decisions, scores = self.labels[rows], self.decisions[side][rows], self.scores[side][rows]
        if spec.task == "binary":
            return binary_metrics(labels, decisions, scores)
        if spec.task == "multiclass":
            return multiclass_metrics(labels, decisions, scores)
        return regression_metrics(labels, decisions, spec.right_within or 0.0)


def _right(labels: NDArray[Any], decisions: NDArray[Any], spec: QualityGuardSpec) -> NDArray[np.bool_]:
    if spec.task == "regression":
        return np.asarray(np.abs(labels - decisions) <= (spec.right_within or 0.0))
    return np.asarray(labels == decisions)


def _difference(baseline: dict[str, Any], canary: dict[str, Any]) -> dict[str, float]:
    return {
        name: canary[name] - value
        for name, value in baseline.items()
        if isinstance(value, float) and isinstance(canary.get(name), float)
    }


def _slices(spec: QualityGuardSpec, pairs: ScoredPairs, columns: _Columns) -> list[dict[str, Any]]:
    """Return the comparison in each slice, the largest first, at most fifty."""
    codes = np.asarray(pairs.slices, dtype=int)
    found, sizes = np.unique(codes[codes != NO_SLICE], return_counts=True)
    largest = sorted(zip(found.tolist(), sizes.tolist(), strict=True), key=lambda entry: (-entry[1], entry[0]))
    return [
        {"slice": pairs.slice_names[code] or "(empty)"}
        | _without_bulk(columns.compared(np.flatnonzero(codes == code), spec))
        for code, _ in largest[:MOST_SLICES]
    ]


def _without_bulk(compared: dict[str, Any]) -> dict[str, Any]:
    for side in ("baseline", "canary"):
        compared[side] = {name: value for name, value in compared[side].items() if name not in _BULKY}
    return compared
