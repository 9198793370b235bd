"""Keeps what it is given in the table."""

import json
import os
from typing import Any

import boto3
import fixture_layer


def handler(event: dict[str, Any], context: Any) -> Any:
    """Write the event under its own id."""
    if event.get("fail"):
        raise RuntimeError("asked to")
    item = {
        "pk": {"S": context.aws_request_id},
        "event": {"S": json.dumps(event)},
        "from": {"S": fixture_layer.NAME},
    }
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE_NAME"], Item=item)
    return {"colour": os.environ["COLOUR"]}
