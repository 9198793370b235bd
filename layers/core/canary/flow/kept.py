"""Predictions kept from earlier calls, so that no record is paid for twice.

Rules: keeping saves money and is never needed, so a store that fails is left alone from then on. Kept under a key of
set version, model behind the variant, and everything that shapes request and answer; where the model cannot be told,
under the rollout's own id. Errors are never kept. Twelve bytes a record and side in memory.
"""

import hashlib
import json
from array import array
from collections.abc import Sequence

from canary.domain.errors import AwsDenied, AwsUnavailable, CanaryError
from canary.domain.prediction import Label, Prediction
from canary.domain.quality import QualityGuardSpec
from canary.flow.evaluation import EvaluationPorts, EvaluationRequest
from canary.ports.quality import KeptPrediction, PredictionStore

PART_RECORDS = 1_000
_DECISION_ONLY = {
    "labelled_set", "metrics", "on_inconclusive", "concurrency", "max_requests_per_second", "request_timeout_seconds",
    "right_within", "slice_column", "id_column",
}  # fmt: skip


class KeptPredictions:
    """One variant's predictions by row; empty and forgetful without a store."""

    def __init__(self, store: PredictionStore | None, key: str, records: int, owner: str) -> None:
        """Load what is kept under the key; `owner` names the parts written by this evaluation."""
        self._store, self._key, self._owner = store, key, owner
        self._fresh: list[KeptPrediction] = []
        self._codes = array("i", [0]) * (records + 1 if store else 0)
        self._scores = array("d", [float("nan")]) * (records + 1 if store else 0)
        self._names: list[str] = [""]
        self._code_of: dict[str, int] = {"": 0}
        self.problem = ""
        try:
            for kept in store.load(key) if store else ():
                if 0 < kept.row <= records:
                    self._put(kept)
        except (AwsDenied, AwsUnavailable) as error:
            self._give_up(error)

    def known(self, row: int) -> Prediction | None:
        """Return the kept prediction for a row (from 1), if there is one."""
        if not self._codes or not self._codes[row]:
            return None
        score = self._scores[row]
        return Prediction(self._names[self._codes[row]], None if score != score else score)  # noqa: PLR0124 - NaN

    def keep(self, row: int, label: Label, prediction: Prediction) -> None:
        """Keep a prediction that is not kept yet; written once a thousand are new, or when flushed."""
        if self._store is None or self._codes[row]:
            return
        kept = KeptPrediction(row, prediction.decision, prediction.score_of(label))
        self._put(kept)
        self._fresh.append(kept)
        if len(self._fresh) >= PART_RECORDS:
            self.flush()

    def flush(self) -> None:
        """Write what is new as one part, named so that a repeated write replaces itself."""
        if self._store is not None and self._fresh:
            part = f"{self._owner}-{self._fresh[0].row:09d}-{len(self._fresh):04d}"
            try:
                self._store.append(self._key, part, self._fresh)
            except (AwsDenied, AwsUnavailable) as error:
                self._give_up(error)
            self._fresh = []

    def _give_up(self, error: CanaryError) -> None:
        self._store, self.problem = None, f"predictions are not kept: {error}"

    def _put(self, kept: KeptPrediction) -> None:
        code = self._code_of.setdefault(kept.decision, len(self._names))
        if code == len(self._names):
            self._names.append(kept.decision)
        self._codes[kept.row] = code
        self._scores[kept.row] = float("nan") if kept.score is None else kept.score


def kept_predictions(
    request: EvaluationRequest, ports: EvaluationPorts, set_version: str, records: int
) -> tuple[KeptPredictions, KeptPredictions]:
    """Return what is kept for baseline and canary."""

    def of(variant: str) -> KeptPredictions:
        model = ports.identity.identify(request.endpoint, variant) if ports.predictions and ports.identity else None
        key = _key(request.spec, set_version, variant, model or f"rollout {request.rollout}")
        return KeptPredictions(
            ports.predictions, key, records, hashlib.sha256(request.rollout.encode()).hexdigest()[:16]
        )

    return of(request.baseline), of(request.canary)


def _key(spec: QualityGuardSpec, set_version: str, variant: str, model: str) -> str:
    shape = spec.model_dump(mode="json", exclude=_DECISION_ONLY)
    parts: Sequence[object] = (set_version, variant, model, shape)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
