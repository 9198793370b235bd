"""Labels held against the scores that the same answer gives them: which of the two serves users is
not known, so that many contradictions leave nothing to compare.

Rules: pure, and no reading is guessed. Of a binary task a model may have a threshold of its own, so
counted is what no threshold at all would explain (scores of one bin are not told apart); of
several classes, what is not the likeliest. Only answers whose label decides beside scores that are
read are looked at.
"""

from collections.abc import Collection, Sequence
from itertools import accumulate

from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.counts import AnswerTally, Contradictions
from canary.domain.labelled.plausibility.doubts import Doubt
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality.answer_keys import Role
from canary.stats.chance import share_by_chance

BINS = 64
MOST_CONTRADICTED = 0.1
"""The share of a variant's labels that its own scores may contradict: a rule of its own, rounding
and calibration explain a few.
"""
CHANCE_OF_MORE = 0.01
SAME = 1e-9


def held_against(
    before: AnswerTally, outcomes: Sequence[AnswerPair], roles: Collection[Role]
) -> AnswerTally:
    """Return the counts with what these variants' labels have beside them."""
    if not roles:
        return before
    counts = dict(before.contradictions)
    for role in roles:
        told = [one.baseline if role == "baseline" else one.canary for one in outcomes]
        counts[role] = _counted(
            counts.get(role, Contradictions()), [one for one in told if one is not None]
        )
    return before.but(contradictions=counts)


def _counted(before: Contradictions, told: Sequence[Prediction]) -> Contradictions:
    zeros, ones = list(before.zeros or (0,) * BINS), list(before.ones or (0,) * BINS)
    looked = against = 0
    for decision, score, shares in told:
        if shares is not None:
            looked += 1
            against += shares.get(decision, 0.0) < max(shares.values()) - SAME
        elif score is not None:
            looked += 1
            counts = ones if decision == "1" else zeros
            counts[min(max(int(score * BINS), 0), BINS - 1)] += 1
    return Contradictions(
        looked=before.looked + looked,
        against=before.against + against,
        zeros=tuple(zeros),
        ones=tuple(ones),
    )


def contradictions_in(counts: Contradictions) -> int:
    """Return how many labels their own scores contradict, whatever the threshold is."""
    if not counts.zeros:
        return counts.against
    zeros, ones = sum(counts.zeros), (0, *accumulate(counts.ones))
    above = [zeros - below for below in accumulate(counts.zeros)]
    # Of a threshold inside each bin: zeros above that bin, and ones below it.
    return counts.against + min(up + down for up, down in zip(above, ones, strict=False))


def contradiction_doubts(tally: AnswerTally) -> tuple[Doubt, ...]:
    """Return the doubt in each variant whose labels its scores contradict too often: in the
    baseline's nothing is compared, the canary's pass nothing.
    """
    return tuple(
        Doubt(
            f"{found:,} of the {role}'s {counts.looked:,} labels ({found / counts.looked:.1%}) "
            f"are contradicted by the scores beside them, more than {MOST_CONTRADICTED:.0%}: "
            'correct the order in classes or score_of, or name what decides, answer {"label": '
            "...} alone (--label) or the score alone (--score, --scores)",
            of_reading=role == "baseline",
            open=share_by_chance(counts.looked, found, MOST_CONTRADICTED) > CHANCE_OF_MORE,
        )
        for role, counts, found in _found(tally)
        if found > 1 and found > MOST_CONTRADICTED * counts.looked
    )


def contradictions_told(tally: AnswerTally) -> str:
    """Return how many of each variant's labels their own scores contradict; empty for none."""
    return "".join(
        f" {found:,} of the {role}'s {counts.looked:,} labels are contradicted by the scores "
        "beside them; the label counts."
        for role, counts, found in _found(tally)
        if found
    )


def _found(tally: AnswerTally) -> list[tuple[Role, Contradictions, int]]:
    return [
        (role, counts, contradictions_in(counts)) for role, counts in tally.contradictions.items()
    ]
