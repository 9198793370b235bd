"""Findings held against the plausibility gate, and what was left out told in each of them.

Rules: pure. No doubt makes a PASS; every reason says which records were left out and why.
"""

from collections.abc import Sequence

from canary.domain.labelled.evidence import (
    PairedState,
    QualityEvidence,
    QualityFinding,
    copies_in,
)
from canary.domain.labelled.outcome import ADVICE
from canary.domain.labelled.plausibility.blind import too_wide
from canary.domain.labelled.plausibility.by_class import doubts_by_class
from canary.domain.labelled.plausibility.contradicted import (
    contradiction_doubts,
    contradictions_told,
)
from canary.domain.labelled.plausibility.counts import Failure
from canary.domain.labelled.plausibility.doubts import (
    Doubt,
    doubts,
    never_right_in_slice,
)
from canary.domain.labelled.plausibility.one_answer import constant_told, one_answer_doubts
from canary.domain.labelled.plausibility.parts import left_out_of_rankings, part_doubts
from canary.domain.labelled.plausibility.scored import scorer_doubts, scorer_told
from canary.domain.labelled.plausibility.unread import keys_told, unread
from canary.domain.labelled.scorers.cap import BESIDE_CONSTANT
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.domain.plan.quality.metric_keys import SCORER

CAUSES_TOLD = 3
_ROLES: tuple[Role, Role] = ("baseline", "canary")


def gated(
    found: Sequence[QualityFinding], evidence: QualityEvidence, spec: QualityGuardSpec
) -> tuple[QualityFinding, ...]:
    """Return the findings, NO_DATA where the gate doubts them; evidence is what they rest on."""
    reading = None if evidence.contract is None else evidence.contract.baseline
    ranks = reading is not None and reading.only_orders
    tally = evidence.tally
    against = [
        *doubts(tally, evidence.states, evidence.counts, spec, ranks_only=ranks),
        *contradiction_doubts(tally),
        *unread(evidence, spec),
        *part_doubts(tally, spec),
    ]
    if tally.records and tally.records == evidence.counts.used and not ranks:
        worse = any(finding.label == "FAIL" for finding in found)
        against += doubts_by_class(tally, spec.task, copies_in(evidence.states), worse=worse)
        against += one_answer_doubts(tally, spec, worse=worse)
    told = left_out_told(evidence) + ("" if ranks else constant_told(tally, spec.task))
    told += contradictions_told(tally)
    told += left_out_of_rankings(tally, (evidence.baseline, evidence.canary))
    told += keys_told(evidence, spec)
    scored = [*against, *scorer_doubts(tally)], scorer_told(tally) + told
    own = {
        (state.metric, state.slice): doubt
        for state in evidence.states
        if (doubt := never_right_in_slice(state) or _of_margin(state, evidence, spec)) is not None
    }
    gated_ = []
    for finding in found:
        held, said = scored if finding.metric == SCORER else (against, told)
        doubt = own.get((finding.metric, finding.slice))
        gated_.append(_gated(finding, held if doubt is None else [*held, doubt], said))
    return tuple(gated_)


def _of_margin(
    state: PairedState, evidence: QualityEvidence, spec: QualityGuardSpec
) -> Doubt | None:
    """Return the doubt in the pass of a loss of numbers whose margin passes a constant answer too;
    none where the spec names a cap, of one slice, or of a canary that is shown to be better.
    """
    counts, margin = evidence.counts, (spec.metrics or {}).get(state.metric)
    if margin is None or margin.cap is not None or evidence.tally.records != counts.used:
        return None
    if state.metric not in BESIDE_CONSTANT or state.slice is not None or state.better:
        return None
    answered = max(1, counts.used - counts.errors_baseline)
    wide = too_wide(state.metric, margin.max_worse, evidence.tally, answered)
    return Doubt(wide, open=True) if wide else None


def is_held_back(
    found: Sequence[QualityFinding], evidence: QualityEvidence, spec: QualityGuardSpec
) -> bool:
    """Return whether the gate turns any of the findings into NO_DATA."""
    held = gated(found, evidence, spec)
    return any(one.label != own.label for one, own in zip(held, found, strict=True))


def _gated(finding: QualityFinding, against: Sequence[Doubt], told: str) -> QualityFinding:
    held = [doubt.text for doubt in against if _counts(doubt, finding)]
    if not held:
        return finding.but(reason=finding.reason + told)
    why = "; ".join(held)
    return finding.but(
        label="NO_DATA",
        answer="not enough evidence",
        reason=f"{finding.metric} says nothing, because {why}. Seen: "
        f"{finding.reason.partition(' Next: ')[0]}{told} Next: {ADVICE['NO_DATA']}.",
    )


def _counts(doubt: Doubt, finding: QualityFinding) -> bool:
    """Return whether a doubt speaks against a finding."""
    if finding.label == "FAIL":
        return doubt.of_reading
    return finding.label == "PASS" or (finding.label == "INCONCLUSIVE" and not doubt.open)


def left_out_told(evidence: QualityEvidence) -> str:
    """Return which records were left out, and which count as wrong for one variant, with causes."""
    counts = evidence.counts
    asked = counts.used + counts.failed_on_both
    sentences = []
    if counts.failed_on_both:
        share = _share(counts.failed_on_both, asked)
        causes = "; ".join(
            f"{_name(evidence, role)} {told}"
            for role in _ROLES
            if (told := _causes(evidence.failures, role, both=True))
        )
        sentences.append(f"Left out: {share} asked records, failed on both ({causes}).")
    for role, errors in zip(_ROLES, (counts.errors_baseline, counts.errors_canary), strict=True):
        told = _causes(evidence.failures, role, both=False)
        if errors and told:
            share = _share(errors, asked)
            sentences.append(f"Counted as wrong for {_name(evidence, role)}: {share} ({told}).")
    if (copies := copies_in(evidence.states)) > 1:
        sentences.append(
            f"The set's records, or those of one label, are there {copies:,} times each, or a "
            "multiple of that: as evidence they count once."
        )
    if counts.unusable_rows:
        sentences.append(f"Unusable: {_share(counts.unusable_rows, evidence.records_total)} rows.")
    return "".join(f" {sentence}" for sentence in sentences)


def _name(evidence: QualityEvidence, role: Role) -> str:
    return evidence.baseline if role == "baseline" else evidence.canary


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.1%})"


def _causes(failures: Sequence[Failure], role: Role, *, both: bool) -> str:
    counted = [
        (failure.both if both else failure.alone, failure.cause)
        for failure in failures
        if failure.variant == role
    ]
    most = sorted((one for one in counted if one[0]), reverse=True)
    shown = [f"{count:,} {cause}" for count, cause in most[:CAUSES_TOLD]]
    return ", ".join(shown) + (", ..." if len(most) > CAUSES_TOLD else "")
