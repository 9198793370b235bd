"""The account as a user would have it before the first rollout: the stack, an endpoint of two
variants under traffic with half a day behind it, a package of the second model that waits for
approval, and, where labels are known, a labelled set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from boto3.session import Session

from emulator import Emulator
from emulator.endpoints import Model
from local.account import TEMPLATE
from local.asked import STACK, Asked
from local.kept import Capacity, Kept, Packages, put_back
from local.mistake import Mistake
from local.models import Container, model_of
from local.rows import Rows, read_rows
from local.sample import BASELINE, CANARY, sample_rows
from local.tried import Tried, refuse_mute, tried

VARIANTS = ("Variant1", "Variant2")
MODELS = tuple(f"local-{name}" for name in VARIANTS)
AT_FIRST = {
    name: Capacity(weight=weight, count=1) for name, weight in zip(VARIANTS, (1, 0), strict=True)
}
ON_CALL = "on-call@example.org"
ENDPOINT_NAME = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9]){0,62}")
"""Source: SageMaker API reference, CreateEndpoint, EndpointName."""
BUCKET, SAMPLE_KEY = "bucket", "churn.csv"
SPEC_BUCKET, GROUP, MODEL_ROLE = "canary-specs", "churn", "sagemaker-execution"
PARAMETERS = {
    "NotificationEmail": ON_CALL,
    "HandsOffSpecBucket": SPEC_BUCKET,
    "ModelRolePattern": MODEL_ROLE,
}
MOST_MINUTES_TO_CREATE, PAST_MINUTES = 10.0, 750
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Props:
    """What stands on the endpoint and what it is asked; `tried` is how a person's own models did on
    a few of the records.
    """

    models: tuple[Model, Model]
    rows: Rows
    labelled_key: str
    tried: tuple[Tried, ...] = ()

    def close(self) -> None:
        """Let go of every container."""
        for model in self.models:
            if isinstance(model, Container):
                model.close()


def props_of(asked: Asked) -> Props:
    """Return what was asked for, read and loaded. Raises Mistake before anything is opened."""
    _refuse_names(asked)
    given = (asked.baseline, asked.canary)
    if any(given) and asked.rows is None:
        problem = "a model of your own needs records of its own"
        raise Mistake("--rows", problem, "Give a CSV or JSON Lines file, one record a line")
    if asked.rows is None and asked.label_column is not None:
        raise Mistake("--label-column", "there is no file it is a column of", "Give --rows too")
    rows = sample_rows() if asked.rows is None else read_rows(asked.rows, asked.label_column)
    if asked.rows is not None and not all(given):
        option = "--canary" if given[0] else "--baseline"
        problem = "the made-up model knows nothing of your records"
        raise Mistake(option, problem, "Bring both models, or neither")
    options = ("--baseline", "--canary")
    own = [
        model_of(option, name, rows.content_type)
        for option, name in zip(options, given, strict=True)
        if name
    ]
    first, second = own or (BASELINE, CANARY)
    found = [
        (option, tried(name, model, rows))
        for option, name, model in zip(options, given, own, strict=False)
        if name
    ]
    if found:
        refuse_mute(found, labelled=rows.labelled is not None)
    key = asked.rows.name if asked.rows else SAMPLE_KEY
    return Props((first, second), rows, key, tuple(one for _, one in found))


def _refuse_names(asked: Asked) -> None:
    if not ENDPOINT_NAME.fullmatch(asked.endpoint):
        remedy = "At most 63 letters, digits and hyphens, the first and the last no hyphen"
        raise Mistake("--endpoint", f"{asked.endpoint!r} is no name of an endpoint", remedy)
    session = Session()
    known = (
        session.get_available_regions("sagemaker", partition_name=partition)
        for partition in session.get_available_partitions()
    )
    if not any(asked.region in regions for regions in known):
        problem = f"the SDK knows no region {asked.region!r} with SageMaker"
        raise Mistake("--region", problem, "Give one like us-east-1")


def set_up(account: Emulator, asked: Asked, props: Props, kept: Kept | None = None) -> str:
    """Return the stack's table after deploying, making the endpoint and what it needs, giving it a
    past, and putting back what an earlier run kept.
    """
    outputs = account.deploy(TEMPLATE, PARAMETERS, STACK)
    account.confirm_subscription(ON_CALL)
    if kept is not None:
        put_back(account, kept, outputs["TableName"])
    _bucket(account, SPEC_BUCKET)
    _packages(account, props, kept.packages if kept is not None else Packages())
    _endpoint(account, asked.endpoint, props, kept.variants if kept is not None else AT_FIRST)
    _alarm(account, asked.endpoint)
    if props.rows.labelled is not None and (kept is None or asked.rows is not None):
        _bucket(account, BUCKET)
        account.client("s3").put_object(
            Bucket=BUCKET, Key=props.labelled_key, Body=props.rows.labelled
        )

    def serves() -> bool:
        answer = account.client("sagemaker").describe_endpoint(EndpointName=asked.endpoint)
        return bool(answer["EndpointStatus"] == "InService")

    account.run_until(serves, MOST_MINUTES_TO_CREATE)
    account.endpoints.attach_traffic(
        asked.endpoint,
        props.rows.records,
        asked.traffic,
        background_error_rate=asked.background_errors,
    )
    account.endpoints.backfill(asked.endpoint, PAST_MINUTES)
    return outputs["TableName"]


def _bucket(account: Emulator, name: str) -> None:
    s3 = account.client("s3")
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, **account.place.bucket_settings)


def _image(account: Emulator) -> str:
    place = account.place
    return f"{place.account}.dkr.ecr.{place.region}.{place.url_suffix}/local:latest"


def _packages(account: Emulator, props: Props, known: Packages) -> None:
    """Register the second model as versions of the group; the first of a new account waits for
    approval. They are a day old: what was approved in an account that is opened again is not new.
    """
    sagemaker, data = account.client("sagemaker"), f"s3://{BUCKET}/{GROUP}/model.tar.gz"
    account.endpoints.register_model(data, props.models[1])
    sagemaker.create_model_package_group(
        ModelPackageGroupName=GROUP,
        Tags=[{"Key": key, "Value": value} for key, value in known.tags.items()],
    )
    for approval in known.approvals:
        made = sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus=approval,
            InferenceSpecification={
                "Containers": [{"Image": _image(account), "ModelDataUrl": data}],
                "SupportedContentTypes": [props.rows.content_type],
                "SupportedResponseMIMETypes": [props.rows.content_type],
            },
        )
        account.endpoints.registry.packages[made["ModelPackageArn"]]["CreationTime"] -= A_DAY


def _endpoint(
    account: Emulator, endpoint: str, props: Props, capacities: Mapping[str, Capacity]
) -> None:
    sagemaker, place = account.client("sagemaker"), account.place
    for model_name, model in zip(MODELS, props.models, strict=True):
        account.endpoints.register_model(model_name, model)
        sagemaker.create_model(
            ModelName=model_name,
            ExecutionRoleArn=place.role_arn(MODEL_ROLE),
            PrimaryContainer={"Image": _image(account)},
        )
    variants = [
        {
            "VariantName": name,
            "ModelName": MODELS[VARIANTS.index(name) if had.model is None else had.model],
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": had.count,
            "InitialVariantWeight": had.weight,
        }
        for name, had in capacities.items()
    ]
    sagemaker.create_endpoint_config(EndpointConfigName=endpoint, ProductionVariants=variants)
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=endpoint)


def _alarm(account: Emulator, endpoint: str) -> None:
    """Make the alarm `<endpoint>-5xx`: half of the canary's requests failing for two minutes."""
    account.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{endpoint}-5xx",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": VARIANTS[1]},
        ],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=2,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
