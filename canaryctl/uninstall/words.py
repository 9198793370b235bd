"""Sentences and commands for what may stand in the way of a deletion, and for what stays."""

from collections.abc import Iterator
from dataclasses import dataclass

from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.target import Target, describe
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.words import moment, percent
from canary.ports.aws import RunningExecution
from canaryctl.uninstall.found import TABLE, Found

BUCKET, KEY = "AWS::S3::Bucket", "AWS::KMS::Key"


@dataclass(frozen=True)
class Matter:
    """Something that is told, in a sentence, with what to do and the commands that do it."""

    kind: str
    said: str
    do: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
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
        return Matter("rollout", said, *self._way_home(record, found.serving.get(record.endpoint)))

    def _way_home(self, record: Record, live: EndpointView | None) -> tuple[str, tuple[str, ...]]:
        if live is not None and not live.exists:
            return (
                "there is nothing to restore: release it",
                (self._ctl("release", record.endpoint),),
            )
        if live is not None and live.stuck:
            remedy = (
                f"{live.status} takes no weights, so none can be restored: release it, then delete "
                "the endpoint and create it again from its configuration"
            )
            look = self._aws(f"sagemaker describe-endpoint --endpoint-name {record.endpoint}")
            return remedy, (self._ctl("release", record.endpoint), look)
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
        for name in found.stack.of_kind(TABLE).values() if TABLE not in found.gone else ():
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

    def without_table(self, found: Found) -> Iterator[Matter]:
        """Yield that the table is gone: nobody knows what holds an endpoint."""
        for name in found.stack.of_kind(TABLE).values() if TABLE in found.gone else ():
            yield Matter(
                "table",
                f"the table {name} is gone, and with it which rollouts hold which endpoints",
                "look at the weights of every endpoint that was rolled out here; where they are as "
                "you want them the stack may be deleted, else restore the table's last backup "
                "under this name and ask again",
                (
                    self._aws(f"dynamodb list-backups --table-name {name} --backup-type SYSTEM"),
                    *self.delete(found),
                ),
            )

    def unreadable(self, found: Found) -> Iterator[Matter]:
        """Yield the rollouts whose records this version cannot read."""
        for rollout, why in found.unread.items():
            held = [endpoint for endpoint, holder in found.leases.items() if holder == rollout]
            yield Matter(
                "unreadable",
                f"the record of rollout {rollout} cannot be read ({why})"
                + "".join(f"; it holds {endpoint}" for endpoint in held),
                "ask with the canaryctl of the version that is deployed; where somebody wrote it "
                "by hand, look at the endpoint's weights and set them yourself",
                (self._status(),),
            )

    def protection(self, found: Found) -> Iterator[Matter]:
        """Yield that CloudFormation refuses to delete the stack."""
        if found.stack.protected:
            yield Matter(
                "protection",
                "termination protection is on: CloudFormation refuses to delete the stack",
                "switch it off first",
                (self._unprotect(),),
            )

    def _unprotect(self) -> str:
        return self._aws(
            "cloudformation update-termination-protection --no-enable-termination-protection "
            f"--stack-name {self.stack}"
        )

    def delete(self, found: Found) -> tuple[str, ...]:
        """Return the commands that delete the stack."""
        return (
            *((self._unprotect(),) if found.stack.protected else ()),
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


def _standing(record: Record) -> str:
    if record.phase is Phase.UNPROVEN:
        return record.phase
    if record.paused_until and not record.rolling_back:
        until = f"paused until {moment(record.paused_until)}, when it goes on by itself"
        return f"{record.phase}, {percent(record.share)}, {until},"
    return f"{record.phase}, {'taken back' if record.rolling_back else percent(record.share)}"


def _carrier(found: Found, record: Record) -> str:
    name = record.holder.rsplit(":", 1)[-1]
    runs = any(execution.arn == record.holder for execution in found.executions)
    return f"execution {name} {'carries it' if runs else 'has ended'}"


def _serving(found: Found, record: Record) -> str:
    live = found.serving.get(record.endpoint)
    if live is None or not live.exists:
        return "does not exist"
    if live.stuck:
        return f"is {live.standing} and does not leave that by itself"
    return f"serves {describe(Target(weights=live.current_weights))}"
