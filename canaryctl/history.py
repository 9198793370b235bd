"""One rollout as a plain value: everything a report or a live view shows, read once through the
DynamoDB adapters.

Rules: nothing here judges or formats. What the table does not keep (the router's own counts,
pictures) comes from whoever has it, or is left out.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from canary.adapters.evidence import DynamoEvidence
from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.table import DynamoRollouts
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.model import Frozen
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.rollout.record import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Picture = tuple[tuple[float, ...], ...]
"""Rows of a record shown as a picture, each value 0 (paper) to 1 (ink)."""


class ToldMessage(Frozen):
    """One message as it was sent; `severity` "" where words alone were kept of it."""

    at: datetime
    subject: str
    body: str
    severity: str = ""


class LedgerMinute(Frozen):
    """What the router itself counted of one variant in one minute (minutes since the epoch); live
    traffic only.
    """

    minute: int
    variant: str
    requests: int
    bad: int
    slow: int = 0
    wrong: int = 0


class RolloutHistory(Frozen):
    """A rollout from its first to its newest minute.

    `messages` as sent, `ledger` as the router counted, `pictures` by record id of the labelled set:
    each empty where nobody has it.
    """

    record: Record
    verdicts: tuple[VerdictRecord, ...] = ()
    windows: tuple[Window, ...] = ()
    quality: QualityEvidence | None = None
    messages: tuple[ToldMessage, ...] = ()
    ledger: tuple[LedgerMinute, ...] = ()
    pictures: dict[str, Picture] = Field(default_factory=dict)


def read_history(client: "DynamoDBClient", table: str, rollout: str) -> RolloutHistory:
    """Return what the table holds of a rollout; messages still waiting to be sent come last. Raises
    Refused.
    """
    record = DynamoRollouts(client, table).load(rollout)
    evidence = DynamoEvidence(client, table)
    return RolloutHistory(
        record=record,
        verdicts=evidence.verdicts(rollout),
        windows=evidence.windows(rollout),
        quality=DynamoQualityStore(client, table).load(rollout),
        messages=tuple(messages_of(record).values()),
    )


def messages_of(record: Record) -> dict[str, ToldMessage]:
    """Return a rollout's messages by id as they read, sent or not; those still to be sent last."""
    return {message.id: told_as(message) for message in (*record.told, *record.outbox)}


def told_as(message: Message | WrittenMessage) -> ToldMessage:
    """Return a message as it reads."""
    mail = mail_of(message)
    severity = message.severity if isinstance(message, Message) else ""
    return ToldMessage(at=message.at, subject=mail.subject, body=mail.body, severity=severity)
