"""Whatever stands in a spec or a command: it is read whole or refused; nothing in it is executed or
followed.
"""

import re
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary.adapters.labelled.s3 import S3LabelledSets
from canary.domain.errors import Refused
from canary.domain.plan.custom.keys import (
    CountGuardKeys,
    MetricKeys,
    ValueGuardKeys,
    ValueKeys,
)
from canary.domain.plan.guards import REQUESTS
from canary.domain.plan.spec import LARGEST_SPEC_CHARACTERS, Spec, read_spec
from canary.domain.plan.standard_guards import guards_of
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.kinds.ends import RolledBack, Unproven
from canary.domain.rollout.kinds.looks import NeedsLook
from canary.domain.rollout.transitions.beginning import begin
from canary.flow.commands.order import Command, read_command
from canary.flow.plan import rollout_id
from tests.rollouts import NOON, a_message, a_plan, a_record

TRAPS = (
    "{}",
    "{0}",
    "{record.plan}",
    "{0.__class__}",
    "%s",
    "%(x)s",
    "${HOME}",
    "$(id)",
    "`id`",
    "$.rollout",
    "$$.Execution",
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x",
    "file:///etc/passwd",
    "s3://../x",
    "\x00",
    "a\nb",
    "a\r\nSubject: x",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\u202e",
    "A" * 5000,
    "ROLLOUT#x",
    "RECORD",
    "ENDPOINT#",
    "-",
    "--x",
)
NASTY = st.sampled_from(TRAPS) | st.text(max_size=80)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NASTY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NASTY, inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    *Spec.model_fields,
    "guards.errors",
    "guards.alarms",
    "guards.slow_requests",
    "guards.quality",
    "guards.counts",
    "guards.values",
)
OWN_METRIC = {"namespace": "N", "metric": "M", "dimensions": {"V": "${variant}"}}
OWN_GUARDS: dict[str, dict[str, Any]] = {
    "counts": {"name": "own", "bad": OWN_METRIC, "of": "requests"},
    "values": {"name": "own", "value": {**OWN_METRIC, "statistic": "p99"}},
}
OWN_FIELDS = {
    "counts": (*CountGuardKeys.model_fields, *(f"bad.{name}" for name in MetricKeys.model_fields)),
    "values": (*ValueGuardKeys.model_fields, *(f"value.{name}" for name in ValueKeys.model_fields)),
}
QUALITY_FIELDS = st.sampled_from(
    (
        "labelled_set",
        "label_column",
        "id_column",
        "slice_column",
        "accept",
        "answer",
        "request",
        "positive_label",
        "classes",
        "content_type",
        "drop_columns",
        "metrics",
        "header",
        "format",
    )
)


def read(document: Any) -> Spec | None:
    """Return the spec, None when it was refused; any other exception is the defect that is looked
    for.
    """
    try:
        return read_spec(document)
    except Refused as error:
        refused = str(error)
    assert len(refused) < 2_000
    return None


def put(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the document with a value at a dotted path."""
    head, _, rest = path.partition(".")
    return {**document, head: put(document.get(head, {}), rest, value) if rest else value}


@settings(max_examples=300, deadline=None)
@given(document=JSON)
def test_any_document_is_read_or_refused(document: Any) -> None:
    """No input makes the planner fail in another way than Refused."""
    read(document)


@settings(max_examples=400, deadline=None)
@given(field=st.sampled_from(FIELDS), value=JSON)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: Any) -> None:
    """One wrong field never fails in another way than Refused, and never says more than a short
    part of itself.
    """
    read(put({"endpoint": "churn-prod", "canary": "v2"}, field, value))


@settings(max_examples=300, deadline=None)
@given(field=QUALITY_FIELDS, value=JSON)
def test_any_value_in_the_labelled_set_block_is_read_or_refused(field: str, value: Any) -> None:
    """The same for the block with the most fields."""
    quality = {"labelled_set": "s3://bucket/set.csv", field: value}
    read({"endpoint": "churn-prod", "canary": "v2", "guards": {"quality": quality}})


@pytest.mark.parametrize("kind", OWN_GUARDS)
@settings(max_examples=200, deadline=None)
@given(data=st.data(), value=JSON)
def test_any_value_in_a_guard_of_ones_own_is_read_or_refused(
    kind: str, data: st.DataObject, value: Any
) -> None:
    """Names, placeholders and statistics come from a stranger as well; what is read becomes a guard
    whose metrics can be filled in.
    """
    keys = put(OWN_GUARDS[kind], data.draw(st.sampled_from(OWN_FIELDS[kind])), value)
    spec = read({"endpoint": "churn-prod", "canary": "v2", "guards": {kind: [keys]}})
    for guard in guards_of(spec.guards, {}) if spec else ():
        metric = guard.value or (guard.source.marked if guard.source else REQUESTS)
        assert "${" not in str(metric.at("churn-prod", "v2").dimensions)


@settings(max_examples=200, deadline=None)
@given(document=JSON)
def test_any_command_is_read_or_refused(document: Any) -> None:
    """Commands are documents of strangers too."""
    try:
        command = read_command(document)
    except Refused:
        return
    assert isinstance(command, Command)


@given(name=NASTY)
def test_names_that_reach_arns_keys_and_subjects_are_plain(name: str) -> None:
    """An endpoint's name becomes part of ids, keys, execution names and subjects: letters, digits
    and hyphens only.
    """
    spec = read({"endpoint": name, "canary": "v2"})
    if spec is not None:
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", spec.endpoint)
        rollout = rollout_id(spec.endpoint, f"arn:{name}")
        assert re.fullmatch(r"[a-zA-Z0-9-]{1,60}", rollout)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_in_an_alarm_name_or_reason_is_told_as_it_stands(trap: str) -> None:
    """Text of a spec reaches messages verbatim: never formatted, never in a subject line."""
    record = a_record(plan=a_plan(alarms=(trap,)))
    message = begin("churn-1", "arn:first", {}, record.plan, NOON).outbox[-1]
    assert trap in mail_of(message).body
    safe = record.plan.safe_target
    back = RolledBack(safe=safe, reason=trap, decided_at=None, safe_at=NOON)
    assert trap in mail_of(a_message(record, back)).body
    for one in (
        message,
        a_message(record, Unproven(safe=safe, reason=trap)),
        a_message(record, NeedsLook(reason=trap)),
    ):
        assert re.fullmatch(r"[\x20-\x7e]{1,100}", mail_of(one).subject)


@given(uri=NASTY.map(lambda text: f"s3://bucket/{text}"))
def test_nothing_of_an_address_leads_out_of_the_folder(uri: str) -> None:
    """A labelled set is spooled under a name of our own making, whatever its key says."""
    path = S3LabelledSets(None)._path(uri, "set")  # type: ignore[arg-type]
    assert path.parent == S3LabelledSets(None)._folder  # type: ignore[arg-type]
    assert ".." not in PurePosixPath(path).parts


def test_a_spec_too_large_to_keep_is_refused() -> None:
    """Record and plan must fit one item of the table, with room to spare."""
    alarms = ["alarm-" + "x" * 200] * 200
    with pytest.raises(Refused, match=f"more than {LARGEST_SPEC_CHARACTERS}"):
        read_spec({"endpoint": "churn-prod", "canary": "v2", "guards": {"alarms": alarms}})


def test_a_document_too_deep_to_read_is_refused() -> None:
    """Nesting is bounded too."""
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Refused):
        read_spec({"endpoint": "churn-prod", "canary": "v2", "steps": deep})
