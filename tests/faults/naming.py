"""The names sites go by: which function, doing what, through which operation on which item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from canary.domain.rollout.record import Record
from emulator.calls import Call

WRITES = frozenset(
    {
        "application-autoscaling:RegisterScalableTarget",
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:TransactWriteItems",
        "events:PutEvents",
        "s3:PutObject",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:CreateModel",
        "sagemaker:DeleteEndpointConfig",
        "sagemaker:DeleteModel",
        "sagemaker:UpdateEndpoint",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
        "sagemaker:UpdateModelPackage",
        "sns:Publish",
        "stepfunctions:SendTaskHeartbeat",
        "stepfunctions:SendTaskSuccess",
        "stepfunctions:StartExecution",
    }
)
EVENTS = {
    "Evidence Collected": "tick",
    "Quality Evaluated": "tick",
    "CloudWatch Alarm State Change": "alarm",
    "Step Functions Execution Status Change": "execution",
    "Scheduled Event": "schedule",
    "SageMaker Endpoint State Change": "endpoint",
    "SageMaker Model Package State Change": "package",
}
ALONE = {"planner": "plan", "evaluator": "evaluate", "collector": "collect"}
# Times and counters change with every write: they tell no two writes apart.
EVERYWHERE = frozenset({"revision", "progress_at"})
Current = Callable[[str], Record | None]


def function_of(physical: str) -> str:
    """Return `decider` for canary-DeciderFunction-1A2B3C."""
    return physical.split("-")[1].removesuffix("Function").lower()


def action_of(event: Any) -> str:
    """Return what an invocation is asked to do."""
    if not isinstance(event, Mapping):
        return "?"
    if "action" in event:
        return str(event["action"])
    if "detail-type" in event:
        return EVENTS.get(event["detail-type"], str(event["detail-type"]))
    return "plan" if "input" in event else "evaluate"


def operation_of(call: Call, current: Current) -> str:
    """Return service:Operation and, for the table, what item it is about and which fields
    change.
    """
    if call.service != "dynamodb":
        return call.name
    given = call.parameters
    match call.operation:
        case "PutItem":
            return f"{call.name} {_item(given['Item'], current)}"
        case "GetItem" | "UpdateItem" | "DeleteItem":
            return f"{call.name} {given['Key']['sk']['S'].split('#')[0]}"
        case "Query":
            values = given["ExpressionAttributeValues"]
            index = given.get("IndexName")
            return f"{call.name} {index or values[':first']['S'].split('#')[0]}"
        case "TransactWriteItems":
            return (
                f"{call.name} {'+'.join(_part(part, current) for part in given['TransactItems'])}"
            )
    return call.name


def _part(part: Mapping[str, Any], current: Current) -> str:
    kind, content = next(iter(part.items()))
    return (
        _item(content["Item"], current) if kind == "Put" else f"{kind} {content['Key']['sk']['S']}"
    )


def _item(item: Mapping[str, Any], current: Current) -> str:
    kind = str(item["sk"]["S"]).split("#")[0]
    if kind == "RECORD":
        return (
            f"RECORD({','.join(_changed(Record.model_validate_json(item['body']['S']), current))})"
        )
    if kind == "VERDICT":
        verdict = item["body"]["S"].split('"verdict":"')[1].split('"')[0]
        return f"VERDICT({verdict})"
    return kind


def _changed(new: Record, current: Current) -> list[str]:
    old = current(new.rollout)
    if old is None:
        return ["created"]
    names = [
        n for n in Record.model_fields if n not in EVERYWHERE and getattr(old, n) != getattr(new, n)
    ]
    told = {"phase": f"phase {new.phase}", "arranged": f"arranged {_what(new)}"}
    return [told.get(name, name) for name in names]


def _what(record: Record) -> str:
    return record.arranged.what if record.arranged else "no more"
