"""Evidence growing: answers in, one look and one save a batch. The only mutable thing of an
evaluation.
"""

from collections.abc import Sequence

from canary.domain.labelled import paired_auc
from canary.domain.labelled.account import account_of
from canary.domain.labelled.by_request.whole_requests import Whole
from canary.domain.labelled.evidence import (
    CALLED_MINUTES_KEPT,
    DISAGREEMENTS_KEPT,
    NOTES_KEPT,
    CallCounts,
    Note,
    PairedState,
    QualityEvidence,
    QualityFinding,
)
from canary.domain.labelled.findings import findings
from canary.domain.labelled.paired import AnswerPair, advanced, has_decided
from canary.domain.labelled.plausibility.failures import counted
from canary.domain.labelled.plausibility.gate import gated, is_held_back
from canary.domain.labelled.plausibility.tally import tallied
from canary.domain.labelled.side_by_side import Figure, Measuring
from canary.domain.plan.quality.answer_keys import Role
from canary.domain.time import minute_of
from canary.flow.labelled.answers.answered import (
    Answered,
    broken_told,
    disagreement_of,
    prediction_in,
    whole_in,
)
from canary.flow.labelled.answers.prediction_file import Failed, Told
from canary.flow.labelled.columns import RANKED_RECORDS, Columns
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.flow.labelled.looks import (
    BELIEVED_WITHIN,
    HOPELESS_AFTER,
    LOOK_EVERY_SECONDS,
    look_every,
)
from canary.flow.labelled.scores.own_scores import OwnScores
from canary.flow.labelled.scores.standing import has_failed, with_problem
from canary.labelled.examples import Example
from canary.labelled.own_scores import ScorerFailed

WARM_UP_REQUESTS = 10


class Gathering:
    """The evidence of one evaluation while it grows."""

    def __init__(
        self,
        request: EvaluationRequest,
        ports: EvaluationPorts,
        evidence: QualityEvidence,
        columns: Columns,
        own_scores: OwnScores | None = None,
    ) -> None:
        """Go on from this evidence; `columns` holds the predictions it rests on, as far as they are
        known. `own_scores` is there where a scorer of the user's own decides.
        """
        self.evidence = evidence
        self._request, self._ports, self._columns = request, ports, columns
        self._looked_at = ports.monotonic()
        self._own_scores = own_scores
        self._outcomes: list[tuple[Example, AnswerPair]] = []
        self._measuring = Measuring(evidence.measured)
        self._ratios: dict[Figure, list[float]] = {}
        self._whole: list[Whole] = []
        self._asked_requests = 0
        self._position = evidence.position
        self._counts = evidence.counts.model_dump()
        self._notes = list(evidence.notes)
        self._disagreements = list(evidence.disagreements)
        self._failures = evidence.failures
        self._minutes = dict.fromkeys((*evidence.called_minutes, *self._shards_minutes()))
        self._passed_before = all(state.passed for state in evidence.states)
        self._columns_before = evidence.counts.used - columns.records

    def _shards_minutes(self) -> range:
        """Return the minutes since a wave of shards was sent off: any of them may have had
        calls.
        """
        sent, now = self.evidence.sharded_at, minute_of(self._ports.utc_now())
        return range(0) if sent is None else range(max(sent, now - CALLED_MINUTES_KEPT), now + 1)

    def due(self) -> bool:
        """Return whether enough came in, or enough time went by, for another look and save."""
        waited = self._ports.monotonic() - self._looked_at
        step = look_every(self._position)
        full = self._position // step > self.evidence.position // step
        return full or waited >= LOOK_EVERY_SECONDS

    def add(
        self, answered: Sequence[Answered], unusable: Sequence[tuple[int, str]], end: int
    ) -> None:
        """Take the answers of one request, the rows it had to leave out, and the position behind
        them.
        """
        if answered and answered[0].asked:  # all of a request are, or none
            self._minutes[minute_of(self._ports.utc_now())] = None
            self._measure(answered)
        for row, problem in unusable:
            self._counts["unusable_rows"] += 1
            self.note("unusable row", f"row {row} {problem}", row)
        for one in answered:
            self._take(one)
        self._whole += whole_in(answered)
        for kind, text in broken_told(answered):
            self.note(kind, text)
        self._position = end

    def _measure(self, answered: Sequence[Answered]) -> None:
        """Take what a request cost on both sides; the first of a call warm connections and caches
        up and are left out.
        """
        self._asked_requests += 1
        calls = answered[0].calls
        if calls is None or self._asked_requests <= WARM_UP_REQUESTS:
            return
        for figure, ratio in self._measuring.add(*calls).items():
            self._ratios.setdefault(figure, []).append(ratio)

    def _take(self, one: Answered) -> None:
        example = one.example
        baseline, canary = prediction_in(one.baseline), prediction_in(one.canary)
        if baseline is None or canary is None:
            self._take_failures(one)
            if baseline is canary:
                return
        self._counts["used"] += 1
        weight = self._weight(example.weight)
        outcome = AnswerPair(example.label, baseline, canary, example.slice, weight)
        self._outcomes.append((example, outcome))
        if len(self._disagreements) < DISAGREEMENTS_KEPT:
            self._disagree(one)

    def _take_failures(self, one: Answered) -> None:
        row = one.example.row
        both = isinstance(one.baseline, Failed) and isinstance(one.canary, Failed)
        self._fail("baseline", one.baseline, both=both)
        self._fail("canary", one.canary, both=both)
        if isinstance(one.baseline, Failed) and isinstance(one.canary, Failed):
            self._counts["failed_on_both"] += 1
            self.note("failed on both", f"row {row}: {one.canary.text}", row)
            return
        for side, told in (("baseline", one.baseline), ("canary", one.canary)):
            if isinstance(told, Failed):
                self._counts[f"errors_{side}"] += 1
                self.note(f"{side} error", f"row {row}: {told.text}", row)

    def _weight(self, weight: float) -> float:
        """Return a record's weight, 0 to 1."""
        scale = self.evidence.weight_scale
        return 1.0 if scale is None else min(weight, scale) / scale

    def _fail(self, role: Role, told: Told, *, both: bool) -> None:
        if isinstance(told, Failed):
            self._failures = counted(self._failures, role, told.text, told.words, both=both)

    def _disagree(self, one: Answered) -> None:
        if one.differs and self._request.spec.task != "regression":
            self._disagreements.append(disagreement_of(one))

    def note(self, kind: str, text: str, row: int | None = None) -> None:
        """Keep something a person should know; the first fifty."""
        if len(self._notes) < NOTES_KEPT:
            self._notes.append(Note(kind=kind, text=text[:500], row=row))

    def look(self) -> None:
        """Bring the tests up to date with what was added, once, and save."""
        self._looked_at = self._ports.monotonic()
        if self._position == self.evidence.position:
            return
        request = self._request
        try:
            outcomes = self._scored()
        except ScorerFailed as error:
            self._leave_unscored(error)
            return
        self._columns.add(outcomes)
        before = self.evidence.states
        news = outcomes, request.spec, request.levels, self._ratios, self._whole
        states = advanced(before, *news)
        evidence = self.evidence
        tally = tallied(evidence.tally, outcomes, request.spec, evidence.contract)
        self._outcomes, self._ratios, self._whole = [], {}, []
        counts = CallCounts.model_validate(self._counts)
        self._save(
            position=self._position,
            states=self._with_auc(states, last=self._position == self.evidence.round_records),
            measured=self._measuring.measured(),
            counts=counts,
            tally=tally,
            failures=self._failures,
            notes=tuple(self._notes),
            disagreements=tuple(self._disagreements),
            called_minutes=tuple(self._minutes)[-CALLED_MINUTES_KEPT:],
        )
        self._ports.progress(self.evidence)

    def _scored(self) -> list[AnswerPair]:
        """Return the new outcomes, scored where a scorer of the user's own decides; raise
        ScorerFailed where it fails.
        """
        if self._own_scores is not None:
            return self._own_scores.scored(self._outcomes)
        return [outcome for _, outcome in self._outcomes]

    def _leave_unscored(self, error: ScorerFailed) -> None:
        """Take back what was added since the last look, and end here: what has no scores is not
        compared, and the next evaluation asks about it again.
        """
        self.note("scorer", error.words or error.problem)
        before, minute = self.evidence, minute_of(self._ports.utc_now())
        self._minutes[minute] = None  # so that a scorer is tried as seldom as an endpoint
        self._position, self._counts = before.position, before.counts.model_dump()
        self._outcomes, self._ratios, self._whole = [], {}, []
        self._failures = before.failures
        self._disagreements = list(before.disagreements)
        self._measuring = Measuring(before.measured)
        self._save(
            states=with_problem(before.states, error.problem),
            notes=tuple(self._notes),
            called_minutes=tuple(self._minutes)[-CALLED_MINUTES_KEPT:],
        )

    def _with_auc(self, states: Sequence[PairedState], *, last: bool) -> tuple[PairedState, ...]:
        """Return the states with the AUC's own looked at when due; never on a part of the
        scores.
        """
        if self._columns_before:
            return tuple(states)
        columns, request = self._columns, self._request
        sample = paired_auc.Ranked(columns.ranked, columns.records, RANKED_RECORDS)
        return paired_auc.all_looked_at(states, sample, request.spec, request.levels, last=last)

    def may_stop(self) -> bool:
        """Return whether no further record is worth asking about: once passed, new labels can only
        show worse.
        """
        if self._hopeless() or has_failed(self.evidence):
            return True
        states = self.evidence.states
        decided = (
            any(state.worse for state in states) if self._passed_before else has_decided(states)
        )
        return self._request.stop_early and decided and not self._doubted()

    def _doubted(self) -> bool:
        """Return whether the gate holds an answer back that further records may still settle."""
        evidence = self.evidence
        asked = evidence.counts.used + evidence.counts.failed_on_both
        found = self._found(evidence)
        return asked < BELIEVED_WITHIN and is_held_back(found, evidence, self._request.spec)

    def _hopeless(self) -> bool:
        return not self._counts["used"] and self._counts["failed_on_both"] >= HOPELESS_AFTER

    def finish(self, **changes: object) -> None:
        """Mark the evidence concluded or exhausted where it is, add the report and other changes,
        and save.
        """
        exhausted = self.evidence.position >= self.evidence.round_records
        concluded = exhausted or self.may_stop()
        covers_less = self.evidence.first_record > 0 and self._columns_before > 0
        # Where no record was answered by both there is nothing to compare; the errors are in the
        # counts and findings.
        contract = self.evidence.contract
        ranks = contract is not None and contract.baseline.only_orders
        made = self._columns.report(ranks_only=ranks) if concluded and not covers_less else None
        report = self.evidence.report if made is None else made
        self._save(
            exhausted=exhausted,
            concluded=concluded,
            report=report,
            notes=tuple(self._notes),
            called_until=self._ports.utc_now() if self._minutes else None,
            **changes,
        )
        account_of(self.evidence).checked()

    def _save(self, **changes: object) -> None:
        before = self.evidence
        changed = before.but(**{"called_until": None, **changes}, revision=before.revision + 1)
        found = gated(self._found(changed), changed, self._request.spec)
        self.evidence = changed.but(findings=found)
        self._ports.store.save(self.evidence, before.revision or None)

    def _found(self, evidence: QualityEvidence) -> tuple[QualityFinding, ...]:
        """Return what the tests say, whether or not it can be believed."""
        request, measured = self._request, evidence.measured
        return findings(evidence.states, evidence.counts, request.spec, request.levels, measured)
