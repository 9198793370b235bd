"""A variant that answers the same to every record, whatever the label is, or as well as nothing.

Rules: pure. Few records of a rare kind, or a wide margin, hide what such a canary lacks: beside a
baseline that tells records apart it passes nothing. Answers are kept as a hash, never as they are.
"""

import hashlib
from collections.abc import Iterable, Sequence

from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.blind import measures
from canary.domain.labelled.plausibility.counts import AnswerTally
from canary.domain.labelled.plausibility.doubts import Doubt
from canary.domain.plan.quality import QualityGuardSpec, Task
from canary.domain.plan.quality.answer_keys import Role
from canary.domain.plan.quality.metric_keys import SCORER
from canary.stats.chance import heads_by_chance

CANARY_CHANCE = 0.01
"""A canary is held to less than its baseline, so that an equal one is believed with it."""
DIFFER = ""
"""What stands for texts that are not all the same."""
CLASSES = ("binary", "multiclass")


def with_sameness(
    before: AnswerTally, outcomes: Sequence[AnswerPair], spec: QualityGuardSpec
) -> AnswerTally:
    """Return the counts with the hash of the one label, and of each variant's one answer, so far;
    classes are counted one by one instead.
    """
    if spec.task in CLASSES or (before.records and not before.same):
        return before
    texts = {
        "label": (str(one.label) for one in outcomes),
        "baseline": (one.baseline.decision for one in outcomes if one.baseline is not None),
        "canary": (one.canary.decision for one in outcomes if one.canary is not None),
    }
    return before.but(
        same={name: _same(before.same.get(name), told) for name, told in texts.items()}
    )


def _same(before: str | None, texts: Iterable[str]) -> str | None:
    """Return the hash of the only text there was, DIFFER for several, None for none."""
    if before == DIFFER:
        return DIFFER
    known = {hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32] for text in texts}
    if before is not None:
        known.add(before)
    return (DIFFER if len(known) > 1 else known.pop()) if known else None


def one_answer_doubts(
    tally: AnswerTally, spec: QualityGuardSpec, *, worse: bool
) -> tuple[Doubt, ...]:
    """Return what a canary's answers to nothing in particular speak against; one shown to be
    `worse` needs no doubt.
    """
    if worse:
        return ()
    found = [_constant(tally), _as_nothing(tally, spec), _as_the_middle(tally, spec)]
    found.append(_without_looking(tally))
    return tuple(doubt for doubt in found if doubt is not None)


def _constant(tally: AnswerTally) -> Doubt | None:
    if not _is_one(tally, "canary") or _is_one(tally, "baseline"):
        return None
    return Doubt(
        f"the canary answers the same to all {tally.records:,} records while their labels differ, "
        "and the baseline does not",
        open=True,
    )


def _is_one(tally: AnswerTally, role: Role) -> bool:
    """Return whether a variant answered one thing to records whose labels differ."""
    return tally.same.get("label") == DIFFER and bool(tally.same.get(role))


def _as_nothing(tally: AnswerTally, spec: QualityGuardSpec) -> Doubt | None:
    """Return the doubt in entities or label sets of a canary that nothing found at all would match
    as well; the baseline's own are looked at elsewhere.
    """
    if tally.beside_nothing is None or set(spec.chosen_metrics) <= {SCORER}:
        return None
    nearer, farther = tally.beside_nothing
    baseline = heads_by_chance(tally.nearer + tally.farther, tally.nearer)
    if heads_by_chance(nearer + farther, nearer) <= CANARY_CHANCE or baseline > CANARY_CHANCE:
        return None
    return Doubt(
        "the canary is not shown to be better than an answer of nothing, and the baseline is: it "
        f"is on {nearer:,} records, and worse on {farther:,}",
        open=True,
    )


def _as_the_middle(tally: AnswerTally, spec: QualityGuardSpec) -> Doubt | None:
    """Return the doubt in a regression whose canary is as far off as the labels' middle, while the
    baseline is not. A cap that the spec names says that farther is no worse.
    """
    margins = (spec.metrics or {}).values()
    if spec.task != "regression" or any(one.cap is not None for one in margins):
        return None
    for measure in measures(spec):
        (baseline, constant), canary = measure.of(tally), measure.of_canary(tally)
        if canary is None or canary < constant or baseline >= constant:
            continue
        return Doubt(
            f"the canary is as far off as always answering the labels' {measure.middle}, and the "
            f"baseline is not: {canary / constant:.3g} and {baseline / constant:.3g} of that "
            f"{measure.error}",
            open=True,
        )
    return None


def _without_looking(tally: AnswerTally) -> Doubt | None:
    """Return the doubt in a canary whose answers of several parts fit their own records no better
    than each other's, while the baseline's do: a wide margin may not show it.
    """
    fits = [tally.fits.get(role) for role in ("canary", "baseline")]
    if fits[0] is None or fits[1] is None:
        return None
    canary, baseline = (heads_by_chance(own + dealt, own) for own, dealt in (fits[0], fits[1]))
    if canary <= CANARY_CHANCE or baseline > CANARY_CHANCE:
        return None
    own, dealt = fits[0]
    return Doubt(
        "the canary is not shown to be better than answers given without looking, and the baseline "
        f"is: its answers fit their own records better than each other's on {own:,} of "
        f"{own + dealt:,} pairs that tell",
        open=True,
    )


def constant_told(tally: AnswerTally, task: Task) -> str:
    """Return which variant answered the same to every record while the labels differ; empty for
    none.
    """
    if task in CLASSES:
        same = [
            side
            for side, decisions in (("baseline", tally.baseline), ("canary", tally.canary))
            if len(decisions) == 1 and sum(decisions.values()) == tally.records
        ]
        same = same if len(tally.labels) > 1 else []
    else:
        roles: tuple[Role, Role] = ("baseline", "canary")
        same = [role for role in roles if _is_one(tally, role)]
    each = f"the same to all {tally.records:,} records"
    return "".join(f" The {side} answers {each}." for side in same)
