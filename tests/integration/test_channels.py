"""The deployed application tells people, a chat and machines: each at least once, none by another's
leave.
"""

import json
from typing import Any

from canary.domain.rollout.forms.event import StateChange
from emulator.calls import Call, Proceed
from tests.integration.stage import Stage

PARAMETERS = {"ChatTopic": "yes", "EventBusName": "ours"}


def heard(stage: Stage) -> tuple[list[str], list[str]]:
    """Return the ids that reached the mails' topic and the chat's, oldest first."""
    chat = stage.outputs["ChatTopicArn"]
    told = [m for m in stage.emulator.messages if "id" in m.attributes]
    mails = [m.attributes["id"] for m in told if m.topic_arn != chat]
    return mails, [m.attributes["id"] for m in told if m.topic_arn == chat]


def test_a_chat_that_may_not_be_told_and_a_bus_that_is_missing_hold_no_mail_up() -> None:
    """Both are told once they can be; until then the alarm on untold messages rings."""
    events: list[StateChange] = []

    def watch(call: Call, proceed: Proceed) -> Any:
        chat = stage.outputs["ChatTopicArn"]
        if denied and call.name == "sns:Publish" and call.parameters["TopicArn"] == chat:
            raise call.error("AuthorizationError", "not authorized", 403)
        answer = proceed()
        if (
            call.name == "events:PutEvents"
            and call.parameters["Entries"][0]["EventBusName"] == "ours"
        ):
            events.append(StateChange.model_validate_json(call.parameters["Entries"][0]["Detail"]))
        return answer

    denied = True
    with Stage(parameters=PARAMETERS, enforce_iam=True) as stage:
        stage.emulator.calls.hooks.append(watch)
        stage.start()
        stage.emulator.run_minutes(9)
        mails, chats = heard(stage)
        assert len(mails) >= 1
        assert (chats, events) == ([], [])
        assert state(stage) == "ALARM"
        denied = False
        stage.client("events").create_event_bus(Name="ours")
        stage.emulator.run_minutes(3)
        mails, chats = heard(stage)
        assert mails == chats == [event.id for event in events]
        assert len(set(mails)) == len(mails)
        assert events[0].about == "started"
        assert (
            json.loads(next(m.message for m in stage.emulator.messages if "Chat" in m.topic_arn))[
                "source"
            ]
            == "custom"
        )


def state(stage: Stage) -> str:
    """Return the state of the alarm on untold messages."""
    (alarm,) = stage.client("cloudwatch").describe_alarms(AlarmNames=["canary-untold"])[
        "MetricAlarms"
    ]
    return str(alarm["StateValue"])
