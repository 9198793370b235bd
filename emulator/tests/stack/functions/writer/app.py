"""Makes whatever call it is asked to, as its own role."""

from typing import Any

import boto3


def handler(event: dict[str, Any], context: Any) -> Any:
    """Call service, operation with the arguments given."""
    answer = getattr(boto3.client(event["service"]), event["operation"])(**event["arguments"])
    answer.pop("ResponseMetadata", None)
    return sorted(answer)
