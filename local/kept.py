"""What outlives one run of the local account, in a file: objects, the stack's table, weights and
counts of the endpoint's variants and which model each has, the model packages, and the time.

Executions are not among it: a rollout under way comes back as one whose execution has died, which
the stack brings home by itself. Metrics are not either; the endpoint gets a past again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from emulator import Emulator
from local.mistake import Mistake

OPTION = "--state"
BINARY = "base64"


class Thing(BaseModel):
    """An object of a bucket; its body in base64."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bucket: str
    key: str
    body: str
    content_type: str


class Capacity(BaseModel):
    """What a variant served with. `model`: 0 the first one of the account, 1 the second; None, as
    older files have it, goes by the variant's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    weight: float
    count: int
    model: int | None = Field(default=None, ge=0, le=1)


class Packages(BaseModel):
    """The versions of the account's group by their approval, the first one first, and the group's
    tags.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    approvals: tuple[str, ...] = ("PendingManualApproval",)
    tags: dict[str, str] = {}


class Kept(BaseModel):
    """The file. `items` are the table's, as DynamoDB writes them, bytes in base64."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = 1
    now: datetime
    region: str
    endpoint: str
    variants: dict[str, Capacity]
    packages: Packages = Packages()
    objects: tuple[Thing, ...] = ()
    items: tuple[dict[str, Any], ...] = ()


def read_kept(
    path: Path | None, endpoint: str, region: str, variants: tuple[str, ...]
) -> Kept | None:
    """Return what an earlier run left, None where there is nothing yet. Raises Mistake where it is
    not of this endpoint and region, or does not say which models its variants have.
    """
    if path is None or not path.exists():
        return None
    try:
        kept = Kept.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        problem = f"{path} is not what a local account keeps"
        raise Mistake(OPTION, problem, "Name another file, or remove it") from error
    for option, there, asked in (
        ("--endpoint", kept.endpoint, endpoint),
        ("--region", kept.region, region),
    ):
        if there != asked:
            remedy = f"Give {option} {there}, or another {OPTION}"
            raise Mistake(option, f"{path} keeps {there}, not {asked}", remedy)
    if any(one.model is None and name not in variants for name, one in kept.variants.items()):
        problem = f"{path} keeps an endpoint of {', '.join(kept.variants)}, not {variants}"
        raise Mistake(OPTION, problem, "Name another file, or remove it")
    return kept


def begin_at(kept: Kept | None, wall: datetime) -> datetime:
    """Return when the account begins, on a full minute: never before what it kept."""
    latest = wall if kept is None else max(wall, kept.now)
    return latest.astimezone(UTC).replace(second=0, microsecond=0)


def write_kept(
    account: Emulator, endpoint: str, first_model: str, group: str, table: str, path: Path
) -> None:
    """Keep what there is; the file before stays whole until the new one is. `first_model` names the
    baseline's, every other variant has the second. Raises Mistake when the endpoint, the group or
    the folder is gone.
    """
    sagemaker = account.client("sagemaker")
    try:
        variants = _variants(sagemaker, endpoint, first_model)
        packages = _packages(sagemaker, group)
    except sagemaker.exceptions.ClientError as error:
        remedy = f"It needs the endpoint {endpoint} and the group {group}"
        raise Mistake(OPTION, f"nothing was kept ({error})", remedy) from error
    kept = Kept(
        now=account.clock.now(),
        region=account.place.region,
        endpoint=endpoint,
        variants=variants,
        packages=packages,
        objects=tuple(_objects(account.client("s3"))),
        items=tuple(_items(account.client("dynamodb"), table)),
    )
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(kept.model_dump_json(), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise Mistake(OPTION, f"nothing was kept ({error})", "Name another file") from error


def put_back(account: Emulator, kept: Kept, table: str) -> None:
    """Put objects and items where they were."""
    s3, dynamodb = account.client("s3"), account.client("dynamodb")
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in {thing.bucket for thing in kept.objects} - there:
        s3.create_bucket(Bucket=bucket, **account.place.bucket_settings)
    for thing in kept.objects:
        body = base64.b64decode(thing.body)
        s3.put_object(Bucket=thing.bucket, Key=thing.key, Body=body, ContentType=thing.content_type)
    for item in kept.items:
        dynamodb.put_item(TableName=table, Item=json.loads(json.dumps(item), object_hook=_bytes))


def _variants(sagemaker: Any, endpoint: str, first_model: str) -> dict[str, Capacity]:
    answer = sagemaker.describe_endpoint(EndpointName=endpoint)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=answer["EndpointConfigName"])
    models = {one["VariantName"]: one["ModelName"] for one in config["ProductionVariants"]}
    return {
        variant["VariantName"]: Capacity(
            weight=variant["CurrentWeight"],
            count=variant["CurrentInstanceCount"],
            model=int(models[variant["VariantName"]] != first_model),
        )
        for variant in answer["ProductionVariants"]
    }


def _packages(sagemaker: Any, group: str) -> Packages:
    arn = sagemaker.describe_model_package_group(ModelPackageGroupName=group)[
        "ModelPackageGroupArn"
    ]
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    versions = [one for page in pages for one in page["ModelPackageSummaryList"]]
    ordered = sorted(versions, key=lambda one: int(one["ModelPackageVersion"]))
    return Packages(approvals=tuple(one["ModelApprovalStatus"] for one in ordered), tags=tags)


def _objects(s3: Any) -> Iterator[Thing]:
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for found in page.get("Contents", []):
                answer = s3.get_object(Bucket=bucket["Name"], Key=found["Key"])
                yield Thing(
                    bucket=bucket["Name"],
                    key=found["Key"],
                    body=base64.b64encode(answer["Body"].read()).decode(),
                    content_type=answer["ContentType"],
                )


def _items(dynamodb: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield json.loads(json.dumps(item, default=_text))


def _text(value: bytes) -> dict[str, str]:
    return {BINARY: base64.b64encode(value).decode()}


def _bytes(document: dict[str, Any]) -> Any:
    return base64.b64decode(document[BINARY]) if document.keys() == {BINARY} else document
