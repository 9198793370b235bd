"""The deployed application as every run of the campaign finds it: one endpoint under traffic, a
labelled set, an alarm.

Entered once; every run is a fork of it. Roles are enforced, metrics appear at once, and the margins
are wide, so that a whole rollout takes a quarter of an emulated hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from demo.account import ON_CALL
from emulator.cloudwatch.publication import IMMEDIATE
from emulator.endpoints import ModelFailure
from tests.integration.stage import ENDPOINT, Stage

REQUESTS_PER_MINUTE = 1200
PAST_MINUTES, PAST_ERROR_RATE = 1_440, 0.002
ALARM = "churn-5xx"
BUCKET, KEY = "labels", "set.csv"
SECOND = "fraud-prod"
"""Another endpoint of the same models, without traffic until a scenario gives it some."""
SPECS, MODEL_ROLE, AT_ONCE = "canary-specs", "sagemaker", 1
RECORDS = 160
# Every labelled row's first feature lies above this: what fails below it is seen by live traffic
# alone.
LABELLED_ABOVE = 0.3
WIDE = {"ratio": 3, "percentage_points": 5}

SPEC: dict[str, Any] = {
    "endpoint": ENDPOINT,
    "canary": "v2",
    "steps": [
        {"share": 0.3, "bake_minutes": {"min": 1, "max": 20}},
        {"share": 1.0, "bake_minutes": {"min": 1, "max": 20}},
    ],
    "watch_minutes": 2,
    "hold_at_most_minutes": 30,
    "guards": {
        "errors": {"last_gate": WIDE, "early_steps": WIDE},
        "slow_requests": None,
        "alarms": [ALARM],
        "quality": {
            "labelled_set": f"s3://{BUCKET}/{KEY}",
            "label_column": 0,
            "metrics": {"accuracy": {"max_worse": 0.2}},
            "records_per_request": 40,
            "concurrency": 1,
        },
    },
}


class MeanModel:
    """Answers the mean of a row's features as its score; wrong: one minus it; failing below a first
    feature.
    """

    def __init__(self, failing_below: float = 0.0, *, wrong: bool = False) -> None:
        self._failing_below = failing_below
        self._wrong = wrong

    def predict_batch(self, rows: Any) -> Any:
        """Return one score a row, a ModelFailure where it cannot answer."""
        numbers = np.asarray(rows, dtype=float)
        scores = numbers.mean(axis=1)
        answers = (1 - scores if self._wrong else scores).astype(object)
        for index in np.flatnonzero(numbers[:, 0] < self._failing_below):
            answers[index] = ModelFailure("cannot answer this row", 500)
        return answers


@contextmanager
def deployed() -> Iterator[Stage]:
    """Yield the application at rest, ready for the first rollout."""
    options: dict[str, Any] = {"enforce_iam": True, "endpoints": {"publication": IMMEDIATE}}
    options["parameters"] = {
        "NotificationEmail": ON_CALL,  # nobody missing, so no alarm of it
        "HandsOffSpecBucket": SPECS,
        "ModelRolePattern": MODEL_ROLE,
        "CanariesAtOnce": str(AT_ONCE),
    }
    with Stage(requests_per_minute=REQUESTS_PER_MINUTE, **options) as stage:
        for variant in ("v1", "v2"):
            stage.emulator.endpoints.register_model(f"model-{variant}", MeanModel())
        _labelled_set(stage)
        stage.client("s3").create_bucket(Bucket=SPECS)
        stage.client("sagemaker").create_endpoint(
            EndpointName=SECOND, EndpointConfigName="config-1"
        )
        set_alarm(stage, threshold=1e9)
        _day(stage)
        stage.emulator.run_minutes(3)
        _warm_up(stage)
        yield stage


def _day(stage: Stage) -> None:
    """Give the endpoint a day that knows errors, so that plans keep it and every bet is made."""
    endpoints = stage.emulator.endpoints
    endpoints.service.background_error_rate[ENDPOINT] = PAST_ERROR_RATE
    endpoints.backfill(ENDPOINT, PAST_MINUTES)
    endpoints.service.background_error_rate[ENDPOINT] = 0.0


def _warm_up(stage: Stage) -> None:
    """Run one rollout that moves nothing and forget it, so that no run pays for imports and clients
    again.
    """
    models = stage.emulator.endpoints
    models.register_model("model-v2", MeanModel(wrong=True))
    assert stage.finish(stage.execute(SPEC, "warm-up"))["error"] == "RolledBack"
    stage.emulator.run_minutes(3)
    models.register_model("model-v2", MeanModel())
    table, dynamodb = stage.outputs["TableName"], stage.client("dynamodb")
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    s3 = stage.client("s3")
    for bucket in (b["Name"] for b in s3.list_buckets()["Buckets"] if b["Name"] != BUCKET):
        for kept in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=kept["Key"])
    stage.emulator.messages.clear()


def _labelled_set(stage: Stage) -> None:
    rows = np.random.default_rng(11).random((RECORDS, 4))
    rows[:, 0] = LABELLED_ABOVE + 0.01 + (1 - LABELLED_ABOVE - 0.01) * rows[:, 0]
    lines = [
        f"{int(row.mean() > 0.5)}," + ",".join(f"{value:.6f}" for value in row) for row in rows
    ]
    s3 = stage.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body="\n".join(lines).encode())


def set_alarm(stage: Stage, threshold: float) -> None:
    """Make the guard alarm ring above so many requests to the baseline a minute; -1 rings as long
    as it is asked.
    """
    stage.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "EndpointName", "Value": ENDPOINT},
            {"Name": "VariantName", "Value": "v1"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=threshold,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
