"""Predictions kept from earlier calls, so that no record is paid for twice.

Rules: keeping saves money and is never needed, so a store that fails is left alone from then on.
Kept under a key of set version, deployed model behind the variant, and everything that shapes
request and answer; where the model cannot be told, under the rollout's own id. Failures are kept
for the rollout itself alone, under a key of its own: what failed once counts as failed, whichever
call saw it, and the next rollout asks again.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Sequence

from pydantic import ValidationError

from canary.domain.errors import AwsDenied, AwsUnavailable, CanaryError, Refused
from canary.domain.labelled.contract import AnswerContract, Reading
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.prediction import Label
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.flow.labelled.answers.in_time import in_time
from canary.flow.labelled.answers.prediction_file import Failed, PredictionFile, Told
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.ports.quality import KeptPrediction

PART_RECORDS = 1_000
CHILD_PART_RECORDS = 10_000
"""Records a part of a child execution has: ten million are read again from two thousand objects a
variant, not from twenty thousand.
"""
_OF_PLACES = re.compile(r"(?P<owner>[0-9a-f]+)-(?P<start>\d{9,})to(?P<end>\d{9,})-")
WITHOUT_PARTS = ("binary", "multiclass", "regression")
_DECISION_ONLY = {
    "labelled_set",
    "metrics",
    "on_inconclusive",
    "concurrency",
    "max_requests_per_second",
    "request_timeout_seconds",
    "right_within",
    "slice_column",
    "id_column",
    "min_usable",
    "slices",
    "weight_cap",
    "costs",
    "ndcg_at",
    "scorer",
    "scorer_batch",
    "scorer_timeout_seconds",
    "latency",
    "size",
    "tokens",
}


class KeptPredictions:
    """One variant's predictions by row; empty and forgetful without a store."""

    def __init__(
        self,
        ports: EvaluationPorts,
        key: str,
        records: int,
        owner: str,
        places: range | None = None,
        part_records: int = PART_RECORDS,
    ) -> None:
        """Load what is kept under the key; `owner` is this evaluation, which failures are kept
        for. One shard's `places` leave out what other shards of the evaluation kept.

        Raises Refused where that takes all of a call's time.
        """
        self._places, self._part_records = places, part_records
        self._ports, self._store = ports, ports.predictions
        self._key, self._owner = key, owner
        self._failures_key = hashlib.sha256(f"{key} failures {owner}".encode()).hexdigest()
        self._fresh: dict[str, list[KeptPrediction]] = {key: []}
        self._file = PredictionFile() if self._store else None
        self.problem = ""
        try:
            self._load(records)
        except (AwsDenied, AwsUnavailable) as error:
            self._give_up(error)
        except Refused:
            self.close()
            raise

    def _load(self, records: int) -> None:
        """Take what is stored; an answer counts for more than a failure."""
        for key in (self._failures_key, self._key):
            stored = self._store.load(key, self._is_anothers) if self._store else ()
            for kept in in_time(stored, self._ports, records):
                if 0 < kept.row <= records:
                    self._put(key, kept)

    def known(self, row: int) -> Told | None:
        """Return the kept prediction for a row (from 1), or what went wrong on it, if there is
        either.
        """
        return None if self._file is None else self._file.get(row)

    def failed(self, row: int) -> Failed | None:
        """Return what went wrong on a row, if that is known."""
        known = self.known(row)
        return known if isinstance(known, Failed) else None

    def keep(self, row: int, label: Label, told: Told) -> None:
        """Keep what is not kept yet; written once a thousand are new, or when flushed."""
        if self._store is None or self._file is None or self._file.get(row) is not None:
            return
        if not isinstance(told, Failed):
            self._take(self._key, KeptPrediction(row, told.decision, told.score_of(label)))
        else:
            self._take(self._failures_key, KeptPrediction(row, told.text, None))

    def _take(self, key: str, kept: KeptPrediction) -> None:
        self._put(key, kept)
        fresh = self._fresh.setdefault(key, [])
        fresh.append(kept)
        if len(fresh) >= self._part_records:
            self.flush()

    def _is_anothers(self, part: str) -> bool:
        """Return whether a part was kept by a shard of this evaluation for other places alone."""
        named = _OF_PLACES.match(part)
        if self._places is None or named is None or named["owner"] != self._owner:
            return False
        start, end = int(named["start"]), int(named["end"])
        return end <= self._places.start or self._places.stop <= start

    def _part(self, fresh: Sequence[KeptPrediction]) -> str:
        places = self._places
        of = "" if places is None else f"-{places.start:09d}to{places.stop:09d}"
        return f"{self._owner}{of}-{fresh[0].row:09d}-{len(fresh):04d}"

    def flush(self) -> None:
        """Write what is new as parts, named so that a repeated write replaces itself."""
        for key, fresh in self._fresh.items():
            if self._store is not None and fresh:
                try:
                    self._store.append(key, self._part(fresh), fresh)
                except (AwsDenied, AwsUnavailable) as error:
                    self._give_up(error)
        self._fresh = {}

    def close(self) -> None:
        """Give the disk back; nothing is known any more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _give_up(self, error: CanaryError) -> None:
        self._store, self.problem = None, f"predictions are not kept: {error}"

    def _put(self, key: str, kept: KeptPrediction) -> None:
        if self._file is not None and key == self._failures_key:
            self._file.put_failure(kept.row, kept.decision)
        elif self._file is not None:
            self._file.put(kept.row, kept.decision, kept.score)


def kept_predictions(
    request: EvaluationRequest,
    ports: EvaluationPorts,
    evidence: QualityEvidence,
    records: int,
    places: range | None = None,
) -> tuple[KeptPredictions, KeptPredictions]:
    """Return what is kept for baseline and canary, read as the evidence's contract reads it; for
    one shard what concerns its places.
    """
    owner = hashlib.sha256(request.rollout.encode()).hexdigest()[:16]
    set_version = evidence.kept_as or evidence.set_version
    contract = None if evidence.contract_from else evidence.contract

    def of(role: Role) -> KeptPredictions:
        variant = request.baseline if role == "baseline" else request.canary
        model = _model(request, ports, variant)
        reading = None if contract is None else contract.of(role)
        key = _key(request.spec, set_version, variant, model, reading)
        size = CHILD_PART_RECORDS if places and evidence.child_shards else PART_RECORDS
        return KeptPredictions(ports, key, records, owner, places, size)

    with contextlib.ExitStack() as unless_both:
        baseline = unless_both.enter_context(contextlib.closing(of("baseline")))
        canary = of("canary")
        unless_both.pop_all()
    return baseline, canary


def _model(request: EvaluationRequest, ports: EvaluationPorts, variant: str) -> str:
    found = (
        ports.identity.identify(request.endpoint, variant)
        if ports.predictions and ports.identity
        else None
    )
    return found or f"rollout {request.rollout}"


def _key(
    spec: QualityGuardSpec, set_version: str, variant: str, model: str, reading: Reading | None
) -> str:
    shape = spec.model_dump(mode="json", exclude=_DECISION_ONLY)
    parts: list[object] = [set_version, variant, model, shape]
    if reading is not None:
        left_out = {"rounded", "unread"} | (set() if reading.form else {"form"})
        parts.append(reading.model_dump(mode="json", exclude=left_out))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class KeptContract:
    """The contract that an earlier evaluation of the same set, models and spec agreed on."""

    def __init__(
        self, request: EvaluationRequest, ports: EvaluationPorts, evidence: QualityEvidence
    ) -> None:
        """Know where it would be kept; nowhere without a store."""
        self._store = ports.predictions
        self._key = ""
        if self._store is not None:
            version = evidence.kept_as or evidence.set_version
            models = [
                _key(request.spec, version, variant, _model(request, ports, variant), None)
                for variant in (request.baseline, request.canary)
            ]
            metrics = sorted(request.spec.deciding)
            # Contracts of answers of several parts tell their form since they are checked by it.
            kind = "contract" if request.spec.task in WITHOUT_PARTS else "contract with a form"
            told = json.dumps([kind, *models, *metrics]).encode()
            self._key = hashlib.sha256(told).hexdigest()

    def load(self) -> AnswerContract | None:
        """Return it; None where there is none, or where it cannot be read."""
        try:
            kept = list(self._store.load(self._key)) if self._store is not None else []
            return AnswerContract.model_validate_json(kept[-1].decision) if kept else None
        except (AwsDenied, AwsUnavailable, ValidationError):
            return None

    def keep(self, contract: AnswerContract) -> None:
        """Keep it; where that fails the next evaluation probes for itself."""
        if self._store is not None:
            with contextlib.suppress(AwsDenied, AwsUnavailable):
                kept = KeptPrediction(0, contract.model_dump_json(), None)
                self._store.append(self._key, "contract", [kept])
