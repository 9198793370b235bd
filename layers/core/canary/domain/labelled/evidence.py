"""What an evaluation of the labelled set leaves behind: tallies, findings, and where to go on.

Rules: frozen values that serialise to one DynamoDB item (well under 400 KB: every list in it is
capped); the state of each paired test is kept whole, so that a continuation or newly arrived labels
go on instead of starting again.
"""

import math
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, JsonValue, model_validator

from canary.domain.finding import Finding, FindingLabel
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.plausibility.counts import AnswerTally, Failure
from canary.domain.labelled.side_by_side import Measured, in_words
from canary.domain.model import Frozen
from canary.domain.plan.quality import QualityMargin
from canary.stats.paired import PairedBets

Answer = Literal["better", "not worse", "worse", "not enough evidence"]

DISAGREEMENTS_KEPT = 100
NOTES_KEPT = 50
CALLED_MINUTES_KEPT = 1_440
FIRST_LOG_LOSS_CAP = math.log(99)


class QualityFinding(Frozen):
    """What the labelled set says about one deciding metric, with a reason a person can read.

    `drop` is baseline minus canary in the metric's unit (positive: the canary is worse); evidence
    is given as natural logarithms beside the logarithms of their thresholds; `records_needed`
    estimates the records that would decide.
    """

    metric: str
    slice: str | None = None
    label: FindingLabel
    answer: Answer
    reason: str
    records: int
    discordant: int | None = None
    baseline: float | None = None
    canary: float | None = None
    drop: float | None = None
    max_worse: float
    log_roll_back: float = 0.0
    log_roll_back_threshold: float
    log_advance: float = 0.0
    log_advance_threshold: float
    records_needed: int | None = None
    smallest_drop_shown: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_first_written(cls, stored: Any) -> Any:
        """Return what was stored under the names of today: `log_rollback` was the first one."""
        if isinstance(stored, dict):
            return {key.replace("log_rollback", "log_roll_back"): stored[key] for key in stored}
        return stored


class PairedState(Frozen):
    """One deciding test as it stands: sums for the reader, bets for the continuation.

    `metric` over all records, or over one `slice`, with its `margin` (None: as the spec says, in
    evidence of early versions). `cap` is what a loss is divided by, None until the baseline's first
    errors, gathered in `learning`, have set it. `baseline_only` and `canary_only` count the records
    on which that variant was better (for accuracy: alone right); `moved` is for the AUC the records
    that the variants place differently. The sums are of scores times weight and `weight` is the
    sum of weights (None: one each), so sum / weight is the metric; `squares` is the sum of squared
    drops. `beyond` is what a learnt cap cut off the losses of baseline and canary times weight, of
    `clipped` records. `copies` is how many times every record of the set is there. `roll_back`,
    `advance` and `improve` are logarithms of the bets of `canary.stats.paired`, against worse, for
    not worse, and for better. `worse`, `passed` and `better` are sticky: a test that crossed its
    threshold has decided. A `problem` is why the test can say nothing, whatever comes.
    """

    metric: str
    slice: str | None = None
    margin: QualityMargin | None = None
    cap: float | None = 1.0
    learning: tuple[float, ...] = ()
    records: int = 0
    baseline_only: int = 0
    canary_only: int = 0
    moved: int | None = None
    baseline_sum: float = 0.0
    canary_sum: float = 0.0
    weight: float | None = None
    squares: float = 0.0
    beyond: tuple[float, float] = (0.0, 0.0)
    clipped: tuple[int, int] = (0, 0)
    copies: int = 1
    roll_back: tuple[float, ...] = PairedBets().roll_back
    advance: tuple[float, ...] = PairedBets().advance
    improve: tuple[float, ...] = PairedBets().roll_back
    worse: bool = False
    passed: bool = False
    better: bool = False
    problem: str = ""

    @model_validator(mode="before")
    @classmethod
    def _as_first_written(cls, stored: Any) -> Any:
        """Return what was stored before losses had a cap: log loss was clipped at .01."""
        if isinstance(stored, dict) and stored.get("metric") == "log_loss" and "cap" not in stored:
            return {**stored, "cap": FIRST_LOG_LOSS_CAP}
        return stored

    @property
    def total_weight(self) -> float:
        """Return what the sums are divided by."""
        return float(self.records) if self.weight is None else self.weight


def hides_a_drop(state: PairedState) -> bool:
    """Return whether the canary would be worse by its margin or more, had no loss been cut off at
    the cap.
    """
    if state.margin is None or not state.total_weight or state.beyond == (0.0, 0.0):
        return False
    drop = (state.baseline_sum - state.canary_sum) * (state.cap or 1.0)
    whole = drop + state.beyond[1] - state.beyond[0]
    return whole / state.total_weight >= state.margin.max_worse


def copies_in(states: tuple[PairedState, ...]) -> int:
    """Return how many times every record of the set is there."""
    return max((state.copies for state in states), default=1)


class Disagreement(Frozen):
    """One record on which the variants' decisions differ; `record` is the id column's value or the
    row number.
    """

    record: str
    label: str
    baseline: str
    canary: str


class Note(Frozen):
    """Something seen during the evaluation that a person should know; `row` counts the set's
    records from 1.
    """

    kind: str
    text: str
    row: int | None = None


class CallCounts(Frozen):
    """How the calls of an evaluation went, in records: pairs used, errors by side, and pairs left
    out.
    """

    used: int = 0
    errors_baseline: int = 0
    errors_canary: int = 0
    failed_on_both: int = 0
    unusable_rows: int = 0


class QualityEvidence(Frozen):
    """The labelled set's evidence for one rollout, complete enough to continue and to recompute its
    findings.

    `set_version` is the ETag or content hash of the set, `kept_as` the version under which its
    predictions are kept (the first one: appended records leave the others' rows alone),
    `content_digest` the hash of its records and `records_total` their number. `first_record` is
    where the records of this round begin: 0, or after new labels arrived the number that were there
    before, of which `not_asked_before` were never asked. `position` is how many records of the
    round's seeded order were taken. `exhausted`: every one was. `concluded`: no further record is
    worth asking about. `called_minutes`: the minutes (epoch seconds / 60) in which the endpoint was
    called, which are not evidence for the count guards, `called_until` when an evaluation had no
    call under way any more. `measured` is what the answers cost on both
    sides, `weight_scale` the weight that counts 1. `shard_records` is how many places of the order
    a shard has, 0 where calls follow one another; `child_shards` how many of them a child execution
    takes, 0 where they are items of the execution itself. The wave sent off last reaches from the
    place `sharded_from` to `sharded_until`, at the minute `sharded_at`. `revision` counts the
    writes.
    `contract` is how answers are read, None before the first one was; `contract_from` is above 0
    where answers before it were read without one. `tally` is what both variants decided in counts,
    `failures` what went wrong by variant and cause.
    """

    version: Literal[1] = 1
    rollout: str
    revision: int = 0
    endpoint: str
    baseline: str
    canary: str
    labelled_set: str
    set_version: str
    kept_as: str = ""
    content_digest: str = ""
    first_record: int = 0
    not_asked_before: int = 0
    records_total: int
    position: int = 0
    contract: AnswerContract | None = None
    contract_from: int = 0
    counts: CallCounts = CallCounts()
    tally: AnswerTally = AnswerTally()
    failures: tuple[Failure, ...] = ()
    states: tuple[PairedState, ...] = ()
    findings: tuple[QualityFinding, ...] = ()
    measured: tuple[Measured, ...] = ()
    weight_scale: float | None = None
    concluded: bool = False
    exhausted: bool = False
    shard_records: int = 0
    child_shards: int = 0
    sharded_from: int = 0
    sharded_until: int = 0
    sharded_at: int | None = None
    report: JsonValue = None
    disagreements: tuple[Disagreement, ...] = Field(default=(), max_length=DISAGREEMENTS_KEPT)
    notes: tuple[Note, ...] = Field(default=(), max_length=NOTES_KEPT)
    called_minutes: tuple[int, ...] = Field(default=(), max_length=CALLED_MINUTES_KEPT)
    called_until: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_what_was_not_asked(cls, stored: Any) -> Any:
        """Return what was stored before `not_asked_before` was counted, with that number."""
        if not isinstance(stored, dict) or not stored.get("first_record"):
            return stored
        if "not_asked_before" in stored:
            return stored
        counts = CallCounts.model_validate(stored.get("counts", {}))
        taken = counts.used + counts.failed_on_both + counts.unusable_rows
        before = stored["first_record"] - (taken - stored.get("position", 0))
        return {**stored, "not_asked_before": before}

    @property
    def round_records(self) -> int:
        """Return how many records this round has."""
        return self.records_total - self.first_record

    @property
    def label(self) -> FindingLabel:
        """Return the guard's finding: FAIL if any metric fails, PASS only if every metric
        passes.
        """
        labels = {finding.label for finding in self.findings}
        for label in ("FAIL", "NO_DATA", "INCONCLUSIVE"):
            if label in labels:
                return label
        return "PASS" if labels else "NO_DATA"


NOTHING_YET = "no labelled record was answered yet"


def finding_of_quality(evidence: QualityEvidence) -> Finding:
    """Return the quality guard's finding from what an evaluation left behind."""
    reasons = [finding.reason.removesuffix(".") for finding in evidence.findings]
    if reasons:
        reasons += [in_words(one) for one in evidence.measured]
    told = "" if evidence.contract is None else f" {evidence.contract.told}"
    return Finding(
        guard="quality",
        label=evidence.label,
        reason=(f"{'; '.join(reasons)}." if reasons else NOTHING_YET) + told,
    )
