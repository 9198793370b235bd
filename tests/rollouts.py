"""Rollouts to test with: a plan, a record, an endpoint view, and a moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

from canary.domain.judge.windows import Counts
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.error_budget import share_out
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec, read_spec
from canary.domain.plan.standard_guards import ERRORS, SLOW_REQUESTS, guards_of
from canary.domain.plan.steps import plan_steps, safe_target
from canary.domain.plan.target import Target, Weights
from canary.domain.rollout.forms.mail import Mail, mail_of
from canary.domain.rollout.kinds.going import Started
from canary.domain.rollout.messages import Facts, Message
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.record import Record

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FOUND = Target(weights={"v1": 3.0, "v2": 0.0})
HOLDER = "arn:aws:states:eu-west-1:111111111111:execution:canary-rollout:first"


def after(seconds: float) -> datetime:
    """Return the moment so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def a_spec(**changes: Any) -> Spec:
    """Return the minimal spec with changes."""
    return read_spec({"endpoint": "churn", "canary": "v2", **changes})


def a_plan(found: Target = FOUND, **changes: Any) -> Plan:
    """Return a plan of the minimal spec for variants v1 (baseline) and v2 (canary)."""
    spec, safe = a_spec(), safe_target(found, "v2")
    guard = guards_of(spec.guards, {})[0]
    plan = Plan(
        endpoint="churn",
        config_name="config-1",
        canary="v2",
        baselines=tuple(name for name, weight in safe.weights.items() if weight),
        found_target=found,
        safe_target=safe,
        steps=plan_steps(spec, safe),
        guards=(guard,),
        hold_at_most_minutes=1440,
        watch_minutes=30,
        budget=share_out(spec.error_rates, ["errors"], labelled_set=False),
    )
    return plan.but(**changes)


def a_record(**changes: Any) -> Record:
    """Return a freshly planned rollout."""
    record = Record(
        rollout="churn-1",
        holder=HOLDER,
        endpoint="churn",
        canary="v2",
        spec={"endpoint": "churn", "canary": "v2"},
        plan=a_plan(),
        started_at=NOON,
        progress_at=NOON,
    )
    return record.but(**changes)


def a_message(record: Record, facts: Facts | None = None, at: datetime = NOON) -> Message:
    """Return what is queued when this becomes of a record (that it started unless given)."""
    started = Started(shares=(1.0,), watched=("errors",), safe=record.plan.safe_target)
    message = tell(record, facts or started, at).outbox[-1]
    assert isinstance(message, Message)
    return message


def waiting(record: Record) -> list[Mail]:
    """Return the mails that a record's outbox holds, oldest first."""
    return [mail_of(message) for message in record.outbox]


def a_view(
    serving: Weights | Target = FOUND, status: str = "InService", **changes: Any
) -> EndpointView:
    """Return an endpoint serving this target or these weights (what was found unless given)."""
    target = serving if isinstance(serving, Target) else Target(weights=serving)
    variants = tuple(
        Variant(
            name=name,
            current_weight=weight,
            desired_weight=weight,
            current_count=target.counts.get(name, 1),
            desired_count=target.counts.get(name, 1),
        )
        for name, weight in target.weights.items()
    )
    return EndpointView(status=status, config_name="config-1", variants=variants).but(**changes)


def side_counts(requests: int, errors: int, slow: int | None = None) -> Counts:
    """Return one variant's minute; slow requests are left out where nobody measured them."""
    measured = {ERRORS: (errors, requests)}
    if slow is not None:
        measured[SLOW_REQUESTS] = (slow, requests)
    return Counts(requests=requests, guards=measured)
