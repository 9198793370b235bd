"""The forms of machines: an event that keeps its schema, a chat in which nothing marks text up."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from canary.domain.rollout.forms.chat import chat_of, code, escaped
from canary.domain.rollout.forms.event import StateChange, state_change
from canary.domain.rollout.kinds.ends import RolledBack
from canary.domain.rollout.messages import Message
from tests.golden.__main__ import SCHEMA
from tests.golden.samples import SAFE, every_message, kinds
from tests.rollouts import a_message, a_record, after

LARGEST_EVENT = 256 * 1024
IDS = [f"{m.facts.about}-{i}" for i, m in enumerate(every_message())]


def published() -> Draft202012Validator:
    """Return what checks an event against the schema as it is published."""
    described = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(described)
    return Draft202012Validator(described)


@pytest.mark.parametrize("message", every_message(), ids=IDS)
def test_an_event_keeps_the_published_schema(message: Message) -> None:
    """Whoever generates code from it can read every event."""
    detail = state_change(message).model_dump_json()
    assert not list(published().iter_errors(json.loads(detail)))
    assert StateChange.model_validate_json(detail).id == message.id
    assert len(detail.encode()) < LARGEST_EVENT / 8


@pytest.mark.parametrize(
    "change",
    [{"severity": "loud"}, {"version": 2}, {"id": None}, {"surprise": 1}, {"share": "a lot"}],
    ids=str,
)
def test_an_event_that_breaks_the_schema_is_found(change: dict[str, Any]) -> None:
    """The schema says something."""
    detail = json.loads(state_change(every_message()[0]).model_dump_json())
    assert list(published().iter_errors(detail | change))


def test_every_key_of_an_event_is_described() -> None:
    """But for those that say it themselves."""
    described = StateChange.model_json_schema(mode="serialization")["properties"]
    plain = {name for name, one in described.items() if not one.get("description")}
    assert plain <= {"endpoint", "step", "share", "phase", "facts", "act"}


@pytest.mark.parametrize("message", every_message(), ids=IDS)
def test_a_chat_gets_the_form_that_it_knows(message: Message) -> None:
    """Version 1.0, source custom, a description; one thread a rollout."""
    sent = json.loads(chat_of(message))
    assert (sent["version"], sent["source"], sent["id"]) == ("1.0", "custom", message.id)
    assert sent["content"]["textType"] == "client-markdown"
    assert sent["content"]["description"]
    assert sent["metadata"]["threadId"] == message.rollout
    texts = sent["metadata"]["additionalContext"].values()
    assert all(isinstance(text, str) for text in texts)


@given(st.text(alphabet="*_~`<>&[]()|@!#a1 ", max_size=60))
def test_nothing_that_is_said_marks_text_up(text: str) -> None:
    """No emphasis, no code, no link, no mention: not in Slack, not in Teams."""
    shown = escaped(text)
    assert not set(shown) & set("*~`<>[]|")
    assert all(
        shown[at - 1 : at].isalnum() and shown[at + 1 : at + 2].isalnum()
        for at, one in enumerate(shown)
        if one == "_"
    )
    assert "<" not in code(text)
    assert code(text).count("`") == 2


def test_names_can_still_be_copied() -> None:
    """An underscore within a word marks nothing up, so it stays."""
    assert escaped("slow_requests of my_model_") == "slow_requests of my_model\uff3f"


def test_a_reason_that_mentions_everybody_mentions_nobody() -> None:
    """Reasons are what somebody typed."""
    back = RolledBack(safe=SAFE, reason="<!here> *look* `x`", decided_at=after(1), safe_at=after(2))
    content = json.loads(chat_of(a_message(a_record(), back)))["content"]
    assert "<!here>" not in content["description"] + content["title"]
    assert "&lt;!here&gt; \u2217look\u2217 'x'" in content["description"]


def test_every_kind_is_in_the_page_with_its_severity() -> None:
    """Who writes a rule or a filter reads it there."""
    page = Path("docs/messages.md").read_text(encoding="utf-8")
    for kind in kinds():
        severity = f"{kind.severity}{', routine' if kind.routine else ''}"
        about = kind.model_fields["about"].default
        assert f"| `{about}` | {severity} | {kind.kind} |" in page, about
