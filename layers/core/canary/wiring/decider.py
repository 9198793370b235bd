"""The decider's use cases on their adapters."""

import os
from typing import NamedTuple
from uuid import uuid4

from canary.adapters.cloudwatch import CloudWatchAlarms
from canary.adapters.days import DynamoDays
from canary.adapters.eventbridge import EventBridgeBus
from canary.adapters.evidence import DynamoEvidence
from canary.adapters.freezes import S3Freezes
from canary.adapters.labelled.quality_store import DynamoQualityStore
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.adapters.starting.places import DynamoPlaces
from canary.adapters.stepfunctions import StepFunctionsExecutions
from canary.adapters.table import DynamoRollouts
from canary.adapters.telling.meter import meter_of
from canary.adapters.telling.sns import SnsPublisher
from canary.domain.rollout.surroundings import FreezeList
from canary.flow.answer import Answers
from canary.flow.command import Commander
from canary.flow.decide import Decider
from canary.flow.decisions import Decisions
from canary.flow.judge import Judging
from canary.flow.places.places import Places
from canary.flow.recover import Recovery
from canary.flow.telling.channels import Channel, bus_channel, chat_channel, mail_channel
from canary.flow.telling.phases import NAMES
from canary.flow.telling.tell import Teller
from canary.wiring.clients import client
from canary.wiring.settings import DeciderSettings


class Deciding(NamedTuple):
    """What the decider's function calls."""

    decider: Decider
    commander: Commander


def channels(settings: DeciderSettings) -> tuple[Channel, ...]:
    """Return the ways out that this stack has: people's mails first, then a chat, then the bus."""
    sns = client("sns")
    bus = EventBridgeBus(client("events"), settings.event_bus, settings.event_source)
    chat = settings.chat_topic
    return (
        mail_channel(SnsPublisher(sns, settings.topic_arn)),
        *((chat_channel(SnsPublisher(sns, chat)),) if chat else ()),
        bus_channel(bus),
    )


def build() -> Deciding:
    """Return the decider of this environment. Raises Misconfigured."""
    settings = DeciderSettings.read(os.environ)
    table = client("dynamodb")
    rollouts = DynamoRollouts(table, settings.table)
    evidence = DynamoEvidence(table, settings.table)
    executions = StepFunctionsExecutions(client("stepfunctions"), settings.state_machine_arn)
    recovery = Recovery(rollouts, executions)
    teller = Teller(rollouts, channels(settings), lambda: uuid4().hex)
    quality = DynamoQualityStore(table, settings.table)
    meter = meter_of(settings.measures, settings.metrics_namespace, settings.service, NAMES)
    place = settings.freeze_list
    freezes = S3Freezes(client("s3"), place).read if place else FreezeList
    days = DynamoDays(table, settings.table)
    limit = settings.canaries_at_once
    places = Places(DynamoPlaces(table, settings.table), rollouts, limit) if limit else None
    judging = Judging(rollouts, evidence, quality, days, meter, freezes, places)
    alarms = CloudWatchAlarms(client("cloudwatch"))
    answers = Answers(executions)
    decisions = Decisions(rollouts, evidence, answers)
    decider = Decider(
        rollouts, evidence, judging, decisions, answers, recovery, teller, alarms, meter
    )
    endpoints = SageMakerEndpoints(client("sagemaker"))
    commander = Commander(rollouts, decisions, answers, recovery, teller, endpoints)
    return Deciding(decider, commander)
