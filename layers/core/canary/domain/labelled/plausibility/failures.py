"""What went wrong, by variant and cause, in counts; with what the model said, once a cause.

Rules: a cause holds no value of a record or an answer, so it may be told anywhere. A model's own
words may: they are cut to 300 characters, kept with the evidence alone, and shown in the operator's
report alone.
"""

from collections.abc import Sequence

from canary.domain.labelled.plausibility.counts import CAUSES_KEPT, UNREADABLE, Failure
from canary.domain.plan.quality.answer_keys import Role

LONGEST_CAUSE, LONGEST_WORDS = 160, 300
OTHER = "other causes"


def counted(
    before: Sequence[Failure], variant: Role, cause: str, words: str, *, both: bool
) -> tuple[Failure, ...]:
    """Return the counts with one more failure, of one variant alone or of both on one record."""
    cause = cause[:LONGEST_CAUSE]
    known = {(one.variant, one.cause): one for one in before}
    if (variant, cause) not in known and len(known) >= CAUSES_KEPT:
        cause = f"{UNREADABLE}: {OTHER}" if cause.startswith(UNREADABLE) else OTHER
    one = known.get((variant, cause), Failure(variant=variant, cause=cause))
    known[variant, cause] = one.but(
        alone=one.alone + (not both),
        both=one.both + both,
        words=one.words or words[:LONGEST_WORDS],
    )
    return tuple(known.values())
