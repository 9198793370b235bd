"""A record is changed by a named transition in domain/rollout, and its phase by the table."""

import pytest

from tests.house.record_writers import Writer, find_writers

ROOM = "canary.domain.rollout"
STORE = "canary.adapters.table"
PLANTED = """
import copy
from typing import Any, TypeVar
from canary.domain.model import Frozen
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record

T = TypeVar("T", bound=Frozen)

def plain(record: Record) -> Record:
    return record.but(step=1)  # writes

def aliased(record: Record) -> object:
    change = record.but  # writes
    return (lambda made: made(step=1))(change)

def optional(record: Record | None) -> object:
    return record and record.but(step=1)  # writes

def by_base(value: T) -> T:
    return value.but(phase=Phase.PROMOTED)  # writes

def of_anything(value: Any) -> Any:
    return value.but(step=1)  # writes

def read(text: str) -> Record:
    return Record.model_validate_json(text)  # writes

def made(record: Record) -> Record:
    return type(record)(**dict(record))  # writes

def behind(record: Record) -> object:
    return getattr(record, "b" + "ut")(step=1)  # writes

def duplicated(record: Record) -> Record:
    return copy.copy(record)  # writes

def of_others(record: Record) -> object:
    return record.plan.but(canary="v9"), [1].copy()
"""
LAWLESS = """
from canary.domain.rollout.phase import Event, Phase, after
from canary.domain.rollout.record import Record

def around_the_table(record: Record) -> Record:
    return record.but(phase=Phase.HANDED_OVER)  # writes

def hidden(record: Record) -> Record:
    changes = {"phase": Phase.HANDED_OVER}
    return record.but(**changes)  # writes

def lawful(record: Record) -> Record:
    return record.but(phase=after(record.phase, Event.HAND_OVER))
"""


@pytest.fixture(scope="module")
def writers() -> list[Writer]:
    """Every writer in what is shipped, and in two modules that break the rule on purpose."""
    planted = {"canary.flow.planted": PLANTED, f"{ROOM}.planted": LAWLESS}
    return find_writers("layers/core/canary", "functions", planted=planted)


def marked(text: str) -> set[int]:
    """Return the lines of a planted module that write."""
    lines = enumerate(text.splitlines(), start=1)
    return {number for number, line in lines if line.endswith("# writes")}


@pytest.mark.slow
def test_records_are_changed_in_their_room_alone(writers: list[Writer]) -> None:
    """Nobody else copies or makes one; the store reads them and counts revisions."""
    outside = [w for w in writers if not w.module.startswith(ROOM) and "planted" not in w.module]
    assert {(w.module, w.how) for w in outside} == {
        (STORE, "model_validate_json"),
        (STORE, "at_revision"),
        ("canary.domain.model", "model_validate"),  # `but` itself
    }


@pytest.mark.slow
def test_every_phase_comes_from_the_table(writers: list[Writer]) -> None:
    """Inside the room too: through `after`, with its name beside it."""
    inside = [w for w in writers if w.module.startswith(ROOM) and "planted" not in w.module]
    assert [w for w in inside if not w.lawful_phase] == []
    assert len(inside) > 20


@pytest.mark.slow
def test_no_writer_hides(writers: list[Writer]) -> None:
    """Each trick is found, and what is no record is left alone."""
    assert {w.line for w in writers if w.module == "canary.flow.planted"} == marked(PLANTED)
    lawless = [w for w in writers if w.module == f"{ROOM}.planted" and not w.lawful_phase]
    assert {w.line for w in lawless} == marked(LAWLESS)
