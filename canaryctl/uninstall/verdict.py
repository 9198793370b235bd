"""Whether a stack may be deleted, from what was found: what stands in the way with the commands
that make it safe, and what stays afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from canary.adapters.account.alarms import AlarmView
from canary.domain.words import moment
from canaryctl.uninstall.found import MACHINE, TABLE, Found
from canaryctl.uninstall.words import BUCKET, Matter, Words

RETAINED = frozenset({TABLE, BUCKET})
"""The kinds that the template keeps when a stack is deleted."""


@dataclass(frozen=True)
class Verdict:
    """What a look came to: it is safe to delete where nothing stands `in_the_way`."""

    stack: str
    in_the_way: tuple[Matter, ...]
    notices: tuple[Matter, ...]
    stays: tuple[Matter, ...]
    delete: tuple[str, ...]
    danger: str = ""
    """What a deletion now would do, where it is not safe."""

    @property
    def safe(self) -> bool:
        """Return whether the stack may be deleted now."""
        return not self.in_the_way


def verdict_of(found: Found, stack: str, region: str | None) -> Verdict:
    """Return whether the stack of this name, reached in this region, may be deleted."""
    words = Words(stack, region)
    return Verdict(
        stack,
        (
            *_at_work(found),
            *words.without_table(found),
            *words.unreadable(found),
            *(words.rollout(found, record) for record in found.rollouts.values()),
            *words.executions(found),
            *words.queues(found),
        ),
        (
            *_without_machine(found),
            *words.protection(found),
            *_leases(found),
            *(_ringing(alarm) for alarm in found.ringing),
        ),
        tuple(words.stays(found)),
        words.delete(found),
        _danger(found),
    )


def _at_work(found: Found) -> Iterator[Matter]:
    if found.stack.status.endswith("_IN_PROGRESS"):
        yield Matter(
            "stack",
            f"CloudFormation is at work on the stack: {found.stack.status}",
            "ask again when it is done",
        )


def _without_machine(found: Found) -> Iterator[Matter]:
    if MACHINE in found.gone:
        yield Matter(
            "machine",
            "the state machine is gone: no execution runs, and none can be started",
            "nothing, or have it put back: `canaryctl doctor` says how",
        )


def _danger(found: Found) -> str:
    """Return what a deletion now would do, by what was found and nothing else."""
    dangers = []
    if found.executions:
        dangers.append("deleting it hangs while executions run, and ends them without a restore")
    if found.unread or TABLE in found.gone:
        dangers.append("what holds endpoints is not known")
    held = [record.endpoint for record in found.rollouts.values() if record.holds_lease]
    if held:
        dangers.append(
            f"{', '.join(sorted(held))} would keep whatever it serves, and nobody is told"
        )
    if any(record.outbox for record in found.rollouts.values()) or found.waiting:
        dangers.append("what was not told or delivered yet would be lost")
    return "; ".join(dangers) or "CloudFormation is at work on it"


def _leases(found: Found) -> Iterator[Matter]:
    for endpoint, rollout in found.leases.items():
        record = found.rollouts.get(rollout)
        if rollout in found.unread:
            continue
        if record is None or not record.holds_lease:
            yield Matter(
                "lease",
                f"{endpoint} is held by {rollout}, which has ended or was never stored: nothing "
                "moves it, and the lease goes with the table",
            )


def _ringing(alarm: AlarmView) -> Matter:
    return Matter(
        "alarm",
        f"{alarm.name} rings since {moment(alarm.since)}: {alarm.reason}",
        "it moves nothing and goes with the stack; read its section in docs/operations.md first",
    )
