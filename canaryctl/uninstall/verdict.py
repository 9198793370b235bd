"""Whether a stack may be deleted, from what was found: what stands in the way with the commands
that make it safe, and what stays afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from canary.adapters.account.alarms import AlarmView
from canary.domain.plan.target import Target, describe
from canary.domain.rollout.mail import mail_of
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.words import moment, percent
from canary.ports.aws import RunningExecution
from canaryctl.uninstall.found import Found

TABLE, BUCKET, KEY = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"
RETAINED = frozenset({TABLE, BUCKET})
"""The kinds that the template keeps when a stack is deleted."""


@dataclass(frozen=True)
class Matter:
    """Something that is told, in a sentence, with what to do and the commands that do it."""

    kind: str
    said: str
    do: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a look came to: it is safe to delete where nothing stands `in_the_way`."""

    stack: str
    in_the_way: tuple[Matter, ...]
    notices: tuple[Matter, ...]
    stays: tuple[Matter, ...]
    delete: tuple[str, ...]

    @property
    def safe(self) -> bool:
        """Return whether the stack may be deleted now."""
        return not self.in_the_way


def verdict_of(found: Found, stack: str, region: str | None) -> Verdict:
    """Return whether the stack of this name, reached in this region, may be deleted."""
    words = _Words(stack, region)
    return Verdict(
        stack,
        (
            *_at_work(found),
            *(words.rollout(found, record) for record in found.rollouts.values()),
            *words.executions(found),
            *words.queues(found),
        ),
        (*_leases(found), *(_ringing(alarm) for alarm in found.ringing)),
        tuple(words.stays(found)),
        words.delete(),
    )


@dataclass(frozen=True)
class _Words:
    """Sentences and commands for one stack; each command runs as it stands."""

    stack: str
    region: str | None

    def rollout(self, found: Found, record: Record) -> Matter:
        """Return what is said of a rollout that has not ended, or has something left to tell."""
        if not record.holds_lease:
            return self._untold(record)
        said = (
            f"{record.endpoint}: rollout {record.rollout} is {_standing(record)} and holds the "
            f"lease; {_carrier(found, record)}. The endpoint {_serving(found, record)}; safe is "
            f"{describe(record.plan.safe_target)}."
        )
        return Matter("rollout", said, *self._way_home(record))

    def _way_home(self, record: Record) -> tuple[str, tuple[str, ...]]:
        if record.phase is Phase.UNPROVEN:
            return (
                "have its safe weights restored, or take the endpoint as it is",
                (self._ctl("retry", record.endpoint), self._ctl("release", record.endpoint)),
            )
        if record.rolling_back:
            return "it goes back already: wait until nothing is under way", (self._status(),)
        return (
            "take it back, or let it end by itself, and wait until nothing is under way",
            (self._ctl("rollback", record.endpoint), self._status()),
        )

    def _untold(self, record: Record) -> Matter:
        subjects = "; ".join(mail_of(message).subject for message in record.outbox)
        return Matter(
            "message",
            f"{record.endpoint}: rollout {record.rollout} is {record.phase} and nobody was told "
            f"yet: {subjects}",
            "the next tick tells it; where it does not, see `untold` in docs/operations.md",
            (self._status(),),
        )

    def executions(self, found: Found) -> Iterator[Matter]:
        """Yield the executions that hold none of the rollouts told already."""
        holders = {record.holder for record in found.rollouts.values() if record.holds_lease}
        for execution in found.executions:
            if execution.arn not in holders:
                yield self._execution(execution)

    def _execution(self, execution: RunningExecution) -> Matter:
        return Matter(
            "execution",
            f"{execution.name} runs since {moment(execution.started_at)} and holds no rollout: a "
            "start, a command, or what is left of a rollout that is over",
            "look again in a quarter of an hour: a start is a rollout by then, anything else has "
            "ended; one that still holds none may be stopped",
            (self._aws(f"stepfunctions stop-execution --execution-arn {execution.arn}"),),
        )

    def queues(self, found: Found) -> Iterator[Matter]:
        """Yield the queues that hold what reached no function."""
        for url, count in found.waiting.items():
            yield Matter(
                "undelivered",
                f"{count} events reached no function and lie in {url}",
                "read them, then empty the queue: it goes with the stack",
                (
                    self._aws(
                        f"sqs receive-message --queue-url {url} --max-number-of-messages 10 "
                        "--visibility-timeout 0"
                    ),
                    self._aws(f"sqs purge-queue --queue-url {url}"),
                ),
            )

    def stays(self, found: Found) -> Iterator[Matter]:
        """Yield what the deletion leaves, why, and how it is removed."""
        for name in found.stack.of_kind(TABLE).values():
            yield Matter(
                "table",
                f"{name} stays: every record, verdict and window, so that `canaryctl report "
                f"--table {name}` still explains each rollout. A new stack makes a new one.",
                "remove it where nobody will ask again (AWS keeps a last backup for 35 days)",
                (self._aws(f"dynamodb delete-table --table-name {name}"),),
            )
        for name in found.stack.of_kind(BUCKET).values():
            yield Matter(
                "bucket",
                f"{name} stays: predictions kept for 30 days, and S3 deletes no bucket that holds "
                "any",
                "remove it with what it holds",
                (self._aws(f"s3 rb s3://{name} --force"),),
            )
        for name in found.stack.of_kind(KEY).values():
            yield Matter(
                "key",
                f"{name}, the key of messages and alarms, is deleted 30 days later; until then it "
                "can be kept",
                "nothing, or keep it",
                (self._aws(f"kms cancel-key-deletion --key-id {name}"),),
            )

    def delete(self) -> tuple[str, ...]:
        """Return the commands that delete the stack."""
        return (
            self._aws(f"cloudformation delete-stack --stack-name {self.stack}"),
            self._aws(f"cloudformation wait stack-delete-complete --stack-name {self.stack}"),
        )

    def _ctl(self, command: str, endpoint: str) -> str:
        return f"canaryctl {command} --endpoint {endpoint} --stack {self.stack}{self._where}"

    def _status(self) -> str:
        return f"canaryctl status --watch --stack {self.stack}{self._where}"

    def _aws(self, command: str) -> str:
        return f"aws {command}{self._where}"

    @property
    def _where(self) -> str:
        return f" --region {self.region}" if self.region else ""


def _at_work(found: Found) -> Iterator[Matter]:
    if found.stack.status.endswith("_IN_PROGRESS"):
        yield Matter(
            "stack",
            f"CloudFormation is at work on the stack: {found.stack.status}",
            "ask again when it is done",
        )


def _standing(record: Record) -> str:
    if record.phase is Phase.UNPROVEN:
        return record.phase
    return f"{record.phase}, {'taken back' if record.rolling_back else percent(record.share)}"


def _carrier(found: Found, record: Record) -> str:
    name = record.holder.rsplit(":", 1)[-1]
    runs = any(execution.arn == record.holder for execution in found.executions)
    return f"execution {name} {'carries it' if runs else 'has ended'}"


def _serving(found: Found, record: Record) -> str:
    live = found.serving.get(record.endpoint)
    if live is None or not live.exists:
        return "does not exist"
    return f"serves {describe(Target(weights=live.current_weights))}"


def _leases(found: Found) -> Iterator[Matter]:
    for endpoint, rollout in found.leases.items():
        record = found.rollouts.get(rollout)
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
