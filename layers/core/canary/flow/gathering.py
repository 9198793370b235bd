"""Evidence growing: answers in, one look and one save a batch. The only mutable thing of an evaluation."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from canary.domain.paired import Outcome, advanced, first_states, has_decided
from canary.domain.prediction import Label, Prediction
from canary.domain.quality_evidence import (
    CALLED_MINUTES_KEPT,
    DISAGREEMENTS_KEPT,
    NOTES_KEPT,
    CallCounts,
    Disagreement,
    Note,
    QualityEvidence,
)
from canary.domain.quality_findings import findings
from canary.flow.asking import Answered, Failed, Told
from canary.ports.quality import ScoredPairs

if TYPE_CHECKING:
    from canary.flow.evaluate import EvaluationPorts, EvaluationRequest

BATCH_RECORDS = 50
LOOK_EVERY_SECONDS = 15.0
"""Slow endpoints are looked at by time, so that a call that is cut off loses little."""
HOPELESS_AFTER = 20
"""Records that all fail on both variants before the evaluation stops asking: the setting is wrong, not the models."""
NO_SCORE = float("nan")


class Gathering:
    """The evidence of one evaluation while it grows."""

    def __init__(
        self,
        request: "EvaluationRequest",
        ports: "EvaluationPorts",
        stored: QualityEvidence | None,
        set_version: str,
        records_total: int,
    ) -> None:
        """Go on from the stored evidence of the same set, or begin."""
        self._request, self._ports = request, ports
        self._saved_position = None if stored is None else stored.position
        self.evidence = stored or QualityEvidence(
            rollout=request.rollout,
            endpoint=request.endpoint,
            baseline=request.baseline,
            canary=request.canary,
            labelled_set=request.spec.labelled_set,
            set_version=set_version,
            records_total=records_total,
            states=first_states(request.spec),
        )
        self._looked_at = ports.monotonic()
        self._outcomes: list[Outcome] = []
        self._pairs = _Columns()
        self._position = self.evidence.position
        self._counts = self.evidence.counts.model_dump()
        self._notes = list(self.evidence.notes)
        self._disagreements = list(self.evidence.disagreements)
        self._minutes = dict.fromkeys(self.evidence.called_minutes)

    def due(self) -> bool:
        """Return whether enough came in, or enough time went by, for another look and save."""
        waited = self._ports.monotonic() - self._looked_at
        return self._position - self.evidence.position >= BATCH_RECORDS or waited >= LOOK_EVERY_SECONDS

    def add(self, answered: Sequence[Answered], unusable: Sequence[tuple[int, str]], end: int) -> None:
        """Take the answers of one request, the rows it had to leave out, and the position behind them."""
        self._minutes[int(self._ports.utc_now().timestamp()) // 60] = None
        for row, problem in unusable:
            self._counts["unusable_rows"] += 1
            self._note("unusable row", f"row {row} {problem}", row)
        for one in answered:
            self._take(one)
        self._position = end

    def _take(self, one: Answered) -> None:
        row, baseline, canary = one.example.row, _prediction(one.baseline), _prediction(one.canary)
        if isinstance(one.baseline, Failed) and isinstance(one.canary, Failed):
            self._counts["failed_on_both"] += 1
            self._note("failed on both", f"row {row}: {one.canary.text}", row)
            return
        for side, told in (("baseline", one.baseline), ("canary", one.canary)):
            if isinstance(told, Failed):
                self._counts[f"errors_{side}"] += 1
                self._note(f"{side} error", f"row {row}: {told.text}", row)
        self._counts["used"] += 1
        self._outcomes.append(Outcome(one.example.label, baseline, canary))
        if baseline is not None and canary is not None:
            self._pairs.add(one.example.label, one.example.slice, baseline, canary)
        self._disagree(one, baseline, canary)

    def _disagree(self, one: Answered, baseline: Prediction | None, canary: Prediction | None) -> None:
        shown = [_shown(baseline, one.baseline), _shown(canary, one.canary)]
        differ = baseline is None or canary is None or baseline.decision != canary.decision
        if differ and self._request.spec.task != "regression" and len(self._disagreements) < DISAGREEMENTS_KEPT:
            record = one.example.record_id[:128]
            self._disagreements.append(
                Disagreement(record=record, label=str(one.example.label), baseline=shown[0], canary=shown[1])
            )

    def _note(self, kind: str, text: str, row: int | None = None) -> None:
        if len(self._notes) < NOTES_KEPT:
            self._notes.append(Note(kind=kind, text=text[:500], row=row))

    def look(self) -> None:
        """Bring the tests up to date with what was added, once, and save."""
        self._looked_at = self._ports.monotonic()
        if self._position == self.evidence.position:
            return
        request = self._request
        states = advanced(self.evidence.states, self._outcomes, request.spec, request.levels)
        counts = CallCounts.model_validate(self._counts)
        self._outcomes = []
        self._save(
            position=self._position,
            states=states,
            counts=counts,
            findings=findings(states, counts, request.spec, request.levels),
            notes=tuple(self._notes),
            disagreements=tuple(self._disagreements),
            called_minutes=tuple(self._minutes)[-CALLED_MINUTES_KEPT:],
        )
        self._ports.progress(self.evidence)

    def may_stop(self) -> bool:
        """Return whether no further record is worth asking about."""
        return self._hopeless() or (self._request.stop_early and has_decided(self.evidence.states))

    def _hopeless(self) -> bool:
        return not self._counts["used"] and self._counts["failed_on_both"] >= HOPELESS_AFTER

    def finish(self) -> None:
        """Mark the evidence concluded or exhausted where it is, add the report, and save."""
        exhausted = self.evidence.position >= self.evidence.records_total
        concluded = exhausted or self.may_stop()
        scorer = self._ports.scorer
        report = scorer.report(self._request.spec, self._pairs.pairs()) if concluded and scorer is not None else None
        self._save(exhausted=exhausted, concluded=concluded, report=report)

    def _save(self, **changes: object) -> None:
        self.evidence = self.evidence.model_copy(update=changes)
        self._ports.store.save(self.evidence, self._saved_position)
        self._saved_position = self.evidence.position


class _Columns:
    """Both variants' predictions column by column: about thirty bytes a record."""

    def __init__(self) -> None:
        self._labels: list[Label] = []
        self._slices: list[str | None] = []
        self._decisions: tuple[list[str], list[str]] = ([], [])
        self._scores = (array("d"), array("d"))
        self._intern: dict[str, str] = {}

    def add(self, label: Label, slice_: str | None, baseline: Prediction, canary: Prediction) -> None:
        self._labels.append(label)
        self._slices.append(slice_ and self._intern.setdefault(slice_, slice_))
        for side, prediction in enumerate((baseline, canary)):
            self._decisions[side].append(self._intern.setdefault(prediction.decision, prediction.decision))
            score = prediction.score_of(label)
            self._scores[side].append(NO_SCORE if score is None else score)

    def pairs(self) -> ScoredPairs:
        return ScoredPairs(
            labels=self._labels,
            slices=self._slices,
            baseline=(self._decisions[0], self._scores[0]),
            canary=(self._decisions[1], self._scores[1]),
        )


def _prediction(told: Told) -> Prediction | None:
    return None if isinstance(told, Failed) else told


def _shown(prediction: Prediction | None, told: Told) -> str:
    if prediction is None:
        return f"error ({told.text[:80]})" if isinstance(told, Failed) else "error"
    return prediction.decision if prediction.score is None else f"{prediction.decision} ({prediction.score:.4g})"
