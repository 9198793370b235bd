"""The doubt in a comparison with a baseline whose answers could not all be read.

Rules: what cannot be read counts as wrong, so that a canary cannot hide behind it; of the baseline
it would help the canary instead, by as much as its share. A failure of the model itself (an error,
no answer in time, an error object) is no matter of reading, and counts as it is.
"""

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.plausibility.counts import UNREADABLE
from canary.domain.labelled.plausibility.doubts import Doubt
from canary.domain.plan.quality import QualityGuardSpec
from canary.stats.chance import share_by_chance

MOST_UNREAD = 0.01
"""The share of the baseline's answers that may be unreadable; a single one always may."""
CHANCE_OF_MORE = 0.01
CAUSES_TOLD = 3
_CLASS_OF = {"recall": "1", "specificity": "0"}
_KEYS = {
    "binary": "label_map (--label-map), extract, label or scores",
    "multiclass": "label_map (--label-map), extract, label or scores",
    "regression": "score or extract",
}
_OF_PARTS = {
    "text": "answer (--answer) names the text's place, extract takes it out of a longer one",
    "entities": "answer (--answer) names the place of the list, as `entities` or "
    "`entities[].{start: begin, end: end, type: kind}`",
    "multilabel": "answer (--answer) names the place of the labels or their scores, classes "
    "(--classes) the labels of a row, label_separator (--label-separator) what splits a text",
    "ranking": "answer (--answer) names the place of the scores or items, ranked_by (--ranked-by) "
    "what the numbers are",
    "quantiles": "answer (--answer) names the place of the numbers, as `forecast` or `[p10, p90]`, "
    "quantiles (--quantiles) which they are",
}
"""The keys that say how answers of several parts are read."""


def unread(evidence: QualityEvidence, spec: QualityGuardSpec) -> tuple[Doubt, ...]:
    """Return the doubt where more of the baseline's answers than a bound could not be read, on the
    records that it answered and that were compared; for recall and specificity on those of their
    class alone.

    Records still to come may settle it while so many are no rarer than once in a hundred at the
    bound itself.
    """
    causes = {
        one.cause.removeprefix(f"{UNREADABLE}: "): one.alone
        for one in evidence.failures
        if one.variant == "baseline" and one.cause.startswith(UNREADABLE) and one.alone
    }
    found = sum(causes.values())
    shares = [
        (part, answered)
        for part, answered in _shares(found, evidence)
        if part > 1 and part > MOST_UNREAD * answered
    ]
    if not shares:
        return ()
    part, answered = shares[0]
    most = sorted(causes.items(), key=lambda one: -one[1])
    shown = ", ".join(f"{count:,} {cause}" for cause, count in most[:CAUSES_TOLD])
    more = ", ..." * (len(most) > CAUSES_TOLD)
    key = f"answer {{...}} with {_KEYS[spec.task]}" if spec.task in _KEYS else "answer (--answer)"
    doubt = Doubt(
        f"{part:,} of the baseline's {answered:,} answers ({part / answered:.1%}) cannot be read "
        f"and count as wrong, more than {MOST_UNREAD:.0%} ({shown}{more}); say how they are read: "
        f"{key}",
        open=all(share_by_chance(n, k, MOST_UNREAD) > CHANCE_OF_MORE for k, n in shares),
    )
    return (doubt,)


def _shares(found: int, evidence: QualityEvidence) -> list[tuple[int, int]]:
    """Return how many of how many answers may be unreadable, of all and of each class that a metric
    looks at alone.
    """
    counts, tally = evidence.counts, evidence.tally
    shares = [(found, counts.used - counts.errors_baseline + found)]
    metrics = {state.metric for state in evidence.states}
    shares += [
        (min(found, tally.silent.get(label, 0)), tally.labels.get(label, 0))
        for metric, label in _CLASS_OF.items()
        if metric in metrics
    ]
    return shares


def keys_told(evidence: QualityEvidence, spec: QualityGuardSpec) -> str:
    """Return the keys that say how answers of several parts are read, where none was compared and
    some could not be read; empty otherwise.
    """
    unreadable = any(one.both and one.cause.startswith(UNREADABLE) for one in evidence.failures)
    if evidence.counts.used or not unreadable or spec.task not in _OF_PARTS:
        return ""
    return f" How they are read: {_OF_PARTS[spec.task]}."
