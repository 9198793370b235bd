"""One record with what both variants told about it, and what its request told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from canary.domain.labelled.by_request.whole_requests import Whole
from canary.domain.labelled.evidence import Disagreement
from canary.domain.labelled.prediction import Prediction
from canary.domain.labelled.side_by_side import Call
from canary.flow.labelled.answers.prediction_file import Failed, Told
from canary.labelled.examples import Example

LONGEST_SHOWN = 128


class Broken(NamedTuple):
    """Why a variant failed a request of several records as a whole, and how many of its records
    failed alone too: none, and the request is what fails; some, and they explain it.
    """

    cause: str
    alone: int = 0


class Answered(NamedTuple):
    """One record with what each variant told about it; `asked` is false when both were known
    without a call.

    With the first record of a request stand `calls`, what baseline's and canary's answers cost
    where both answered, and `broken`, why either failed as a whole though it answered records of
    the request alone; None where it did not.
    """

    example: Example
    baseline: Told
    canary: Told
    asked: bool = True
    calls: tuple[Call, Call] | None = None
    broken: tuple[Broken | None, Broken | None] = (None, None)

    @property
    def differs(self) -> bool:
        """Whether the two decided differently, or one failed."""
        baseline, canary = self.baseline, self.canary
        if isinstance(baseline, Failed) or isinstance(canary, Failed):
            return True
        return baseline.decision != canary.decision


def prediction_in(told: Told | None) -> Prediction | None:
    """Return what was predicted; None for a failure, and where nothing was told."""
    return told if isinstance(told, Prediction) else None


def disagreement_of(one: Answered) -> Disagreement:
    """Return a record on which the variants differ, for the report."""
    return Disagreement(
        record=_written(one.example.record_id),
        label=_written(str(one.example.label)),
        baseline=_shown(one.baseline),
        canary=_shown(one.canary),
    )


def _written(text: str) -> str:
    """Return the beginning of a text, a question mark for what is no Unicode: it is stored."""
    return text[:LONGEST_SHOWN].encode("utf-8", "replace").decode()


def _shown(told: Told) -> str:
    if isinstance(told, Failed):
        return f"error ({told.text[:80]})"
    decision = _written(told.decision)
    score = "" if told.score is None else f"{told.score:.4g}"
    return f"{decision} ({score})" if score not in {"", decision} else decision


@dataclass(frozen=True)
class Side:
    """What one variant told about the records of a request; `broken` as in `Answered`."""

    told: Sequence[Told]
    broken: Broken | None = None


def joined(
    examples: tuple[Example, ...],
    baseline: Side,
    canary: Side,
    *,
    asked: bool = True,
    calls: Sequence[Call | None] = (None, None),
) -> list[Answered]:
    """Return a request's records, each with what both variants told about it."""
    told = zip(examples, baseline.told, canary.told, strict=True)
    found = [Answered(e, b, c, asked) for e, b, c in told]
    if found:
        one, other = calls
        both = None if one is None or other is None else (one, other)
        found[0] = found[0]._replace(calls=both, broken=(baseline.broken, canary.broken))
    return found


def whole_in(answered: Sequence[Answered]) -> Sequence[Whole]:
    """Return whether each variant answered a request of several records whole; nothing for a
    request of one.
    """
    if len(answered) < 2:
        return ()
    baseline, canary = (one is None or one.alone > 0 for one in answered[0].broken)
    return ((baseline, canary),)


def broken_told(answered: Sequence[Answered]) -> list[tuple[str, str]]:
    """Return (kind of note, text) for each variant that failed the request as a whole."""
    if not answered:
        return []
    rows = f"row {answered[0].example.row} and {len(answered) - 1} more in one request"
    sides = zip(("baseline", "canary"), answered[0].broken, strict=True)
    return [
        (f"{role} request", f"{rows}: {one.cause}; {_alone(one.alone)}")
        for role, one in sides
        if one is not None
    ]


def _alone(failed: int) -> str:
    """Return what a request's records told alone."""
    if not failed:
        return "each record alone was answered"
    fail = "1 record fails" if failed == 1 else f"{failed} records fail"
    return f"{fail} alone too, and the others, answered alone, count as answered"
