"""Defects that make the product fall into the traps of rollouts, one row each in
DEFECTS_OF_ROLLOUTS.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from canary.adapters import table
from canary.adapters.labelled import quality_store
from canary.adapters.labelled.model_identity import SageMakerModels
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.table import DynamoRollouts
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.plan import BakeInterval
from canary.domain.plan.target import Target
from canary.domain.rollout import arrival
from canary.domain.rollout import surroundings as sight
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.record import Decision, Outcome, Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.transitions import bakes, closing, decisions, pauses
from canary.flow import shift as shifting
from canary.flow.command import Commander
from canary.flow.commands.order import Command
from canary.flow.decide import Decider
from canary.flow.telling import tell as telling_flow
from tests.traps.defect import Defect

Planted = AbstractContextManager[Any]
FOR_EVER = timedelta(days=3650)


def _in_service_is_enough() -> Planted:
    return patch.object(EndpointView, "serves", lambda view, _weights: view.in_service)


def _pauses_never_end() -> Planted:
    def planted(commander: Commander, record: Record, _command: Command, now: datetime) -> str:
        until = now + FOR_EVER
        commander._rollouts.change(record.rollout, lambda r: pauses.pause(r, until, now))
        return "paused until a person resumes it"

    return patch.object(Commander, "_pause", planted)


def _told_when_decided() -> Planted:
    decide = decisions.decide

    def planted(record: Record, decision: Decision) -> Record:
        after = decide(record, decision)
        if after is record or decision.to_step is None:
            return after
        ahead = after.but(step=decision.to_step)
        return after.but(outbox=tell(ahead, bakes.reached(ahead), decision.at).outbox)

    return patch.object(decisions, "decide", planted)


def _told_by_every_event() -> Planted:
    return patch.object(telling_flow, "told", lambda record, _published, _released: record)


def _evidence_shared_by_all_rollouts() -> Planted:
    rollout_key, read_body = table.rollout_key, table.read_body

    def key(_rollout: str, sort: str) -> dict[str, Any]:
        return rollout_key("shared", sort)

    def read(client: Any, table: str, _rollout: str, sort: str) -> str | None:
        return read_body(client, table, "shared", sort)

    stack = ExitStack()
    stack.enter_context(patch.object(quality_store, "rollout_key", key))
    stack.enter_context(patch.object(quality_store, "read_body", read))
    return stack


def _model_known_by_variant_name() -> Planted:
    return patch.object(
        SageMakerModels, "identify", lambda _models, endpoint, variant: f"{endpoint} {variant}"
    )


def _variants_sized_by_weight() -> Planted:
    def planted(endpoints: SageMakerEndpoints, endpoint: str, target: Target) -> None:
        wanted = [
            {
                "VariantName": name,
                "DesiredWeight": weight,
                "DesiredInstanceCount": 2 if weight else 1,
            }
            for name, weight in target.weights.items()
        ]
        endpoints._client.update_endpoint_weights_and_capacities(
            EndpointName=endpoint,
            DesiredWeightsAndCapacities=wanted,  # type: ignore[arg-type]
        )

    return patch.object(SageMakerEndpoints, "move", planted)


def _configuration_never_looked_at() -> Planted:
    is_foreign = arrival.is_foreign

    def planted(record: Record, view: EndpointView) -> bool:
        return is_foreign(record, view.but(config_name=record.plan.config_name))

    planting = ExitStack()
    for module in (arrival, sight, shifting):
        planting.enter_context(patch.object(module, "is_foreign", planted))
    return planting


def _roll_back_told_when_decided() -> Planted:
    decide = decisions.decide

    def planted(record: Record, decision: Decision) -> Record:
        after = decide(record, decision)
        if after is record or decision.verdict != "ROLL_BACK":
            return after
        return tell(after, closing.rolled_back(after, decision.reason, decision.at), decision.at)

    return patch.object(decisions, "decide", planted)


def _the_end_is_never_told() -> Planted:
    end = closing._end

    def planted(record: Record, outcome: Outcome, now: datetime) -> Record:
        return end(record, outcome, now).but(outbox=record.outbox)

    return patch.object(closing, "_end", planted)


def _step_follows_the_live_weights() -> Planted:
    def planted(decider: Decider, record: Record, seen: Surroundings) -> Record:
        tick = seen.tick
        for number, step in enumerate(record.plan.steps):
            if not (tick and tick.endpoint and record.asked):
                continue
            if number > record.step and tick.endpoint.serves(step.target):
                asked = record.asked.but(target=step.target)
                bakes = (*record.bakes, BakeInterval(step=number, reached_minute=tick.minute))
                inferred = record.but(step=number, asked=asked, bakes=bakes)
                return decider._rollouts.change(record.rollout, lambda _: inferred)  # noqa: B023 - called at once
        return record

    return patch.object(Decider, "_keep_ours", planted)


def _no_lease() -> Planted:
    def planted(rollouts: DynamoRollouts, record: Record) -> Record:
        first = record.but(revision=1)
        rollouts._client.put_item(TableName=rollouts._table, Item=table._item(first))
        return first

    return patch.object(DynamoRollouts, "create", planted)


RETRY = "a_retry_that_reuses_the_failed_analysis"
NOTICES = "two_notices_for_one_abort_or_none"
ASKED_AGAIN = 'asked.count("v2")'
ONE_NOTICE = '["ROLLED BACK, v2 at 0%"]'


def _rows() -> tuple[tuple[str, str, Callable[[], Planted], str], ...]:
    return (
        (
            "in_service_with_the_old_weights_taken_as_done",
            "InService is taken for arrived",
            _in_service_is_enough,
            '== "REVERTED"',
        ),
        (
            "an_approval_that_never_expires",
            "a pause lasts until a person ends it",
            _pauses_never_end,
            '["status"] == "SUCCEEDED"',
        ),
        (
            "the_alert_sent_before_the_action_took_effect",
            "a step is told when it is decided",
            _told_when_decided,
            "assert told ==",
        ),
        (
            "duplicate_or_missing_events",
            "a message told by one event is told again by later ones",
            _told_by_every_event,
            "len(set(stage.subjects))",
        ),
        (
            RETRY,
            "rollouts share the labelled set's evidence",
            _evidence_shared_by_all_rollouts,
            ASKED_AGAIN,
        ),
        (
            RETRY,
            "answers are kept by the variant's name alone",
            _model_known_by_variant_name,
            ASKED_AGAIN,
        ),
        (
            "traffic_back_to_a_baseline_that_had_been_scaled_down",
            "every move sizes the variants by their weight",
            _variants_sized_by_weight,
            "assert named ==",
        ),
        (
            "a_new_revision_inheriting_the_running_analysis",
            "the configuration of the endpoint is never looked at",
            _configuration_never_looked_at,
            '== "HandedOver"',
        ),
        (
            NOTICES,
            "a roll-back is told when it is decided, too",
            _roll_back_told_when_decided,
            ONE_NOTICE,
        ),
        (NOTICES, "the end is never told", _the_end_is_never_told, ONE_NOTICE),
        (
            "a_step_inferred_from_the_live_weight",
            "the step follows the live weights",
            _step_follows_the_live_weights,
            '== "HandedOver"',
        ),
        (
            "three_approvals_at_once",
            "a rollout starts without a lease",
            _no_lease,
            '["FAILED", "FAILED", "SUCCEEDED"]',
        ),
    )


DEFECTS_OF_ROLLOUTS = tuple(Defect(*row) for row in _rows())
