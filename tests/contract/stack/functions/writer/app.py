"""Makes whatever call it is asked to, as its own role."""

import boto3


def handler(event, context):
    """Call service, operation with the arguments given."""
    answer = getattr(boto3.client(event["service"]), event["operation"])(**event["arguments"])
    answer.pop("ResponseMetadata", None)
    return sorted(answer)
