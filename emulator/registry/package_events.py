"""SageMaker's "SageMaker Model Package State Change" event: the package as it is described.

Source: SageMaker developer guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge",
Model package state change. Times are ISO texts there, unlike an endpoint's.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.registry.packages import Package


def package_change(package: Package) -> Mapping[str, Any]:
    """Return the PutEvents entry for a package that came to be or changed."""
    when = package.get("LastModifiedTime", package["CreationTime"])
    return {
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Model Package State Change",
        "Time": when,
        "Resources": [package["ModelPackageArn"]],
        "Detail": json.dumps(dict(package), default=_iso),
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
