"""The "SageMaker Endpoint State Change" event."""

import json
from typing import Any


def test_status_changes_are_told_in_sagemakers_spelling(world: Any) -> None:
    """A creation and an update tell CREATING, IN_SERVICE, UPDATING, IN_SERVICE, with epoch
    milliseconds.
    """
    events: list[Any] = []
    world.endpoints.on_event(events.append)
    world.endpoint({"a": 1, "b": 0})
    world.shift({"b": 0.05})
    world.clock.run_for(80)
    details = [json.loads(event["Detail"]) for event in events]
    assert [detail["EndpointStatus"] for detail in details] == [
        "CREATING",
        "IN_SERVICE",
        "UPDATING",
        "IN_SERVICE",
    ]
    assert {event["Source"] for event in events} == {"aws.sagemaker"}
    assert {event["DetailType"] for event in events} == {"SageMaker Endpoint State Change"}
    last = details[-1]
    assert last["ProductionVariants"][1] == {
        "DesiredWeight": 0.05000000074505806,
        "DesiredInstanceCount": 2,
    }
    assert last["LastModifiedTime"] == int(world.describe()["LastModifiedTime"].timestamp() * 1000)
    assert events[-1]["Resources"] == [last["EndpointArn"]]
