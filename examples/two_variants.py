"""The published two-variant endpoint: create it, see which variant served what, clean it up.

    python examples/two_variants.py create  --endpoint churn --role ROLE_ARN --image IMAGE_URI
        --model Variant1=s3://bucket/model-1.tar.gz --model Variant2=s3://bucket/model-2.tar.gz
    python examples/two_variants.py traffic --endpoint churn --minutes 30 --html out/traffic.html
    python examples/two_variants.py delete  --endpoint churn

The variants start at equal weights, as in the public walk-through of A/B testing on SageMaker; the
models are yours. Needs AWS credentials, or AWS_ENDPOINT_URL for a stand-in. Creating an endpoint
costs money until it is deleted.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console
from rich.table import Table

from canaryctl.pages import render
from canaryctl.pages.chart import Chart, Series
from canaryctl.pages.drawn import Drawn
from canaryctl.pages.scale import Minutes, linear

Invocations = dict[str, dict[datetime, float]]
ROLES = ("baseline", "canary", *(f"guard-{index}" for index in range(6)))
"""Colours of the page, a variant each."""


def create(
    sagemaker: Any, endpoint: str, models: Mapping[str, str], image: str, role: str, instance: str
) -> None:
    """Make a model and a variant for each entry of `models` (variant: model archive), at equal
    weights.
    """
    variants = []
    for variant, archive in models.items():
        name = _model_name(endpoint, variant)
        container = {"Image": image, "ModelDataUrl": archive}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
        variants.append(
            {
                "VariantName": variant,
                "ModelName": name,
                "InstanceType": instance,
                "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
        )
    sagemaker.create_endpoint_config(
        EndpointConfigName=_config_name(endpoint), ProductionVariants=variants
    )
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=_config_name(endpoint))


def delete(sagemaker: Any, endpoint: str) -> None:
    """Remove the endpoint, its configuration and the models of its variants."""
    config = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    sagemaker.delete_endpoint(EndpointName=endpoint)
    sagemaker.delete_endpoint_config(EndpointConfigName=config)
    for variant in variants:
        sagemaker.delete_model(ModelName=variant["ModelName"])


def invocations(
    cloudwatch: Any, endpoint: str, variants: Sequence[str], start: datetime, end: datetime
) -> Invocations:
    """Return each variant's invocations by minute in [start, end); a minute without a point is
    absent, not zero.
    """
    queries = [
        {
            "Id": f"v{index}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/SageMaker",
                    "MetricName": "Invocations",
                    "Dimensions": [
                        {"Name": "EndpointName", "Value": endpoint},
                        {"Name": "VariantName", "Value": variant},
                    ],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for index, variant in enumerate(variants)
    ]
    found: Invocations = {variant: {} for variant in variants}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            variant = variants[int(result["Id"][1:])]
            found[variant].update(zip(result["Timestamps"], result["Values"], strict=True))
    return found


def table_of(found: Invocations) -> Table:
    """Return the totals and shares as a table."""
    table = Table(title="Invocations per variant")
    for name in ("variant", "requests", "share"):
        table.add_column(name, justify="left" if name == "variant" else "right")
    total = sum(sum(minutes.values()) for minutes in found.values())
    for variant, minutes in found.items():
        requests = sum(minutes.values())
        table.add_row(variant, f"{requests:.0f}", f"{requests / total:.1%}" if total else "-")
    return table


def picture_of(found: Invocations) -> str:
    """Return the invocations per minute as a self-contained HTML page."""
    first = min(at for minutes in found.values() for at in minutes)
    lines = [
        Series(
            name=variant,
            role=role,
            x=tuple((at - first).total_seconds() / 60 for at in sorted(minutes)),
            y=tuple(minutes[at] for at in sorted(minutes)),
            notes=tuple(f"{minutes[at]:.0f}" for at in sorted(minutes)),
        )
        for (variant, minutes), role in zip(found.items(), ROLES, strict=False)
    ]
    chart = Chart(
        id="invocations",
        title="Invocations per variant and minute",
        note=f"Since {first:%Y-%m-%d %H:%M} UTC.",
        x=Minutes(0.0, max(line.x[-1] for line in lines if line.x) or 1.0),
        y=linear(y for line in lines for y in line.y if y is not None),
        x_title="minutes",
        y_title="invocations",
        series=tuple(lines),
    )
    return render("single.html.j2", title=chart.title, drawn=Drawn(chart))


def _model_name(endpoint: str, variant: str) -> str:
    return f"{endpoint}-{variant}"


def _config_name(endpoint: str) -> str:
    return f"{endpoint}-two-variants"


def main(arguments: Sequence[str]) -> None:
    """Run one subcommand."""
    options = _parser().parse_args(arguments)
    sagemaker = boto3.client("sagemaker")
    if options.action == "create":
        models = dict(entry.split("=", 1) for entry in options.model)
        create(sagemaker, options.endpoint, models, options.image, options.role, options.instance)
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=options.endpoint)
    elif options.action == "delete":
        delete(sagemaker, options.endpoint)
    else:
        described = sagemaker.describe_endpoint(EndpointName=options.endpoint)["ProductionVariants"]
        end = datetime.now(UTC)
        start = end - timedelta(minutes=options.minutes)
        names = [variant["VariantName"] for variant in described]
        found = invocations(boto3.client("cloudwatch"), options.endpoint, names, start, end)
        Console().print(table_of(found))
        if options.html:
            Path(options.html).write_text(picture_of(found), "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("create", "traffic", "delete"):
        actions.add_parser(name).add_argument("--endpoint", required=True)
    making = actions.choices["create"]
    making.add_argument(
        "--model", action="append", required=True, help="VARIANT=s3://bucket/model.tar.gz"
    )
    making.add_argument("--image", required=True)
    making.add_argument("--role", required=True)
    making.add_argument("--instance", default="ml.m5.large")
    actions.choices["traffic"].add_argument("--minutes", type=float, default=60)
    actions.choices["traffic"].add_argument("--html")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
