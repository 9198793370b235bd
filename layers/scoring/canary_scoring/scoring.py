"""The report of an evaluation: metrics per variant, paired differences, slices, from chunks of
pairs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import JsonValue

from canary.domain.plan.quality import QualityGuardSpec
from canary.ports.quality import NO_SLICE, ScoredPairs
from canary_scoring.comparison import Chunk, Comparison
from canary_scoring.distributions import score_shift
from canary_scoring.ranks import roc
from canary_scoring.sample import Rows, Sample

MOST_SLICES = 50
_BULKY = ("roc_curve", "confusion")
_SAMPLED = ["roc_auc", "roc_curve", "score_shift"]


class SklearnScoring:
    """One report while its pairs come in."""

    def __init__(self, spec: QualityGuardSpec) -> None:
        """Start with no pair."""
        self._spec, self._sample = spec, Sample()
        self._all, self._slices = Comparison(spec), dict[int, Comparison]()
        self._classes: list[str] = []
        self._slice_names: list[str] = []

    def add(self, pairs: ScoredPairs) -> None:
        """Take one more chunk of pairs."""
        if not len(pairs.labels):
            return
        chunk, slices = Chunk.of(self._spec, pairs), np.asarray(pairs.slices, dtype=int)
        self._classes, self._slice_names = list(pairs.classes), list(pairs.slice_names)
        self._all.add(chunk)
        for code in np.unique(slices[slices != NO_SLICE]).tolist():
            self._slices.setdefault(code, Comparison(self._spec)).add(chunk.taken(slices == code))
        labels = np.asarray(pairs.labels, dtype=float)
        self._sample.add(Rows(labels, slices, chunk.scores[0], chunk.scores[1]))

    def report(self) -> Mapping[str, JsonValue]:
        """Return {"records", "baseline", "canary", "difference", "discordant", "score_shift",
        "slices"}.

        `difference` is canary minus baseline in each metric's own unit, for reading only. Beyond
        50,000 records `sample` names the metrics that speak of a part of them, and how many.
        """
        rows = self._sample.rows
        report = self._compared(self._all, rows)
        report["score_shift"] = score_shift(rows.baseline, rows.canary)
        largest = sorted(self._slices.items(), key=lambda entry: (-entry[1].records, entry[0]))[
            :MOST_SLICES
        ]
        report["slices"] = [self._slice(code, found, rows) for code, found in largest]
        if self._sample.is_partial:
            report["sample"] = {
                "metrics": list(_SAMPLED),
                "records": int(rows.labels.size),
                "of": self._sample.seen,
            }
        return report

    def _slice(self, code: int, found: Comparison, rows: Rows) -> dict[str, Any]:
        """Return the comparison in one slice, without what is too long to read for each."""
        compared = self._compared(found, rows.taken(rows.slices == code))
        for side in ("baseline", "canary"):
            compared[side] = {
                name: value for name, value in compared[side].items() if name not in _BULKY
            }
        return {"slice": self._slice_names[code] or "(empty)", **compared}

    def _compared(self, found: Comparison, rows: Rows) -> dict[str, Any]:
        sides = found.metrics(self._classes)
        if self._spec.task == "binary":
            for side, scores in zip(sides, (rows.baseline, rows.canary), strict=True):
                side.update(roc(rows.labels, scores))
        return {
            "records": found.records,
            "baseline": sides[0],
            "canary": sides[1],
            "difference": _difference(*sides),
            "discordant": {"baseline_only": found.baseline_only, "canary_only": found.canary_only},
        }


def _difference(baseline: dict[str, Any], canary: dict[str, Any]) -> dict[str, float]:
    return {
        name: canary[name] - value
        for name, value in baseline.items()
        if isinstance(value, float) and isinstance(canary.get(name), float)
    }
