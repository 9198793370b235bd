"""Messages wait in the record until they were published: at least once, and once unless AWS lost an answer."""

from canary.domain.record import Message, Record


def telling(record: Record, *messages: Message) -> tuple[Message, ...]:
    """Return the outbox with these messages added."""
    return (*record.outbox, *messages)


def told(record: Record, ids: frozenset[str]) -> Record:
    """Return the record without the messages that were published."""
    return record.model_copy(update={"outbox": tuple(m for m in record.outbox if m.id not in ids)})


def noticing(record: Record, key: str, message: Message) -> Record:
    """Return the record with a notice queued, once a rollout for each key."""
    if key in record.noticed:
        return record
    return record.model_copy(
        update={"outbox": telling(record, message), "noticed": (*record.noticed, key)},
    )
