"""What must hold of starts after every run: one of each occasion and no less, one canary at once
where no more may serve, every place given back, and the package's approval as its rollout ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from canary.domain.hands_off import PREFIX
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from tests.faults.base import AT_ONCE
from tests.faults.run import LETS_GO, Invariant, Run


def what_is_due_is_started(run: Run) -> Iterator[str]:
    """What nobody starts begins all the same, whatever becomes of its events; what AWS denies for
    good is a person's to mend.
    """
    due = run.world.begins_by is not None and not run.permanent
    if due and run.world.foreign_since is None and not run.world.rolling():
        yield "nothing was started by itself, and nobody was told"


def nothing_is_started_twice(run: Run) -> Iterator[str]:
    """One rollout of a package, or of a variant in a configuration, however often AWS says so."""
    begun = Counter(
        _occasion(record)
        for record in run.last.values()
        if f":{PREFIX}" in _first_holder(run, record)
    )
    for occasion, count in begun.items():
        if count > 1:
            yield f"{occasion} was started {count} times by itself"


def _first_holder(run: Run, record: Record) -> str:
    return next(
        r.record.holder for r in run.observer.revisions if r.record.rollout == record.rollout
    )


def _occasion(record: Record) -> str:
    package = _package_of(record)
    return package or f"{record.canary} of {record.plan.config_name}"


def _package_of(record: Record) -> str | None:
    staging = record.plan.release.staging if record.plan.release else None
    return staging.model_package if staging else None


def no_more_canaries_than_places(run: Run) -> Iterator[str]:
    """Where one canary may serve at once, no second one is given traffic."""
    serving: dict[str, Record] = {}
    for revision in run.observer.revisions:
        record = revision.record
        serves = record.step > 0 and record.phase not in LETS_GO
        if serves:
            serving[record.rollout] = record
        else:
            serving.pop(record.rollout, None)
        if len(serving) > AT_ONCE:
            yield f"r{record.revision}: the canaries of {sorted(serving)} serve at once"


def every_place_is_given_back(run: Run) -> Iterator[str]:
    """Whoever comes next finds a place as soon as nobody's canary serves, however the last one
    ended.
    """
    if run.next_waits and not run.stored_leases:
        yield f"nobody's canary serves, and who comes next waits: {run.next_waits}"


def the_package_is_as_its_rollout_ended(run: Run) -> Iterator[str]:
    """Rejected where evidence showed its model worse, otherwise Approved as a person left it; what
    could not be written is told.
    """
    for record in run.last.values():
        found = run.packages.get(_package_of(record) or "")
        if found is None or run.world.foreign_since:
            continue
        decision = record.decision
        worse = (
            record.phase is Phase.ROLLED_BACK
            and decision is not None
            and decision.verdict == "ROLL_BACK"
            and decision.guard is not None
        )
        if found == "Rejected" and not worse:
            yield f"{record.phase} ({decision}), and the package is Rejected"
        if found != "Rejected" and worse and not _said_so(record):
            yield f"shown worse ({decision}), and the package is {found} without a word"


def a_package_that_stays_approved_is_told(run: Run) -> Iterator[str]:
    """However a canary that was not promoted ends, by whomever: nobody has to look into the
    registry to know that its package may still be deployed.
    """
    for record in run.last.values():
        approved = run.packages.get(_package_of(record) or "") == "Approved"
        promoted = record.phase is Phase.PROMOTED or (
            record.arranged is not None and record.arranged.what in {"settle", "retire"}
        )
        if approved and record.ended and not promoted and not _said_so(record):
            yield f"{record.phase}, and that the package is Approved is not said"


def _said_so(record: Record) -> bool:
    bodies = [mail_of(message).body for message in (*record.told, *record.outbox)]
    ways = (
        "could not be rejected",
        "is Rejected in the registry is not confirmed",
        "Approved in the registry",
    )
    return any(way in body for way in ways for body in bodies)


STARTS: tuple[Invariant, ...] = (
    what_is_due_is_started,
    nothing_is_started_twice,
    no_more_canaries_than_places,
    every_place_is_given_back,
    the_package_is_as_its_rollout_ended,
    a_package_that_stays_approved_is_told,
)
