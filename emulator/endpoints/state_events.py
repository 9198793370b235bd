"""SageMaker's "SageMaker Endpoint State Change" event: the status spelled IN_SERVICE, times in
epoch milliseconds.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from emulator.endpoints.endpoint import Endpoint

Event = Mapping[str, Any]  # one PutEvents entry; Detail is a JSON string, Time an aware datetime


def spelled(status: str) -> str:
    """Return an EndpointStatus as events spell it: InService becomes IN_SERVICE."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()


def state_change(endpoint: Endpoint) -> Event:
    """Return the PutEvents entry for the status the endpoint has just taken."""
    detail = {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.config_name,
        "ProductionVariants": [
            {"DesiredWeight": variant.desired_weight, "DesiredInstanceCount": variant.desired_count}
            for variant in endpoint.variants
        ],
        "EndpointStatus": spelled(endpoint.status),
        "CreationTime": int(endpoint.created.timestamp() * 1000),
        "LastModifiedTime": int(endpoint.modified.timestamp() * 1000),
        "Tags": {},
    }
    return {
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Endpoint State Change",
        "Time": endpoint.modified,
        "Resources": [endpoint.arn],
        "Detail": json.dumps(detail),
    }
