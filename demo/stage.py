"""The account as a user would have it before the first rollout: endpoints, models, labelled set,
alarms, a past.

Everything a user makes is made through boto3; only the models themselves and the traffic are the
emulator's own.
"""

import json
from collections.abc import Callable, Iterable

from canary.domain.hands_off import TAG
from demo.clerks import Clerks
from demo.scenarios import BASELINE, CANARY, Scenario
from demo.worlds import DigitsWorld, baseline_of, candidates
from emulator import Emulator
from emulator.endpoints.serving.models import Model

BUCKET, LABELLED_KEY = "canary-demo-labels", "digits.csv"
MODEL_ROLE = "sagemaker-execution"
REQUESTS_PER_MINUTE = 6_000
BACKGROUND_ERROR_RATE = 0.002
STARTING_MINUTES = 4
# Bursts are learnt from at least 12 hours; the past is drawn in slices of a minute, the present
# every few seconds.
PAST_MINUTES = 750
PAST_SLICE_SECONDS = 60.0

Progress = Callable[[float], object]


def set_up(
    emulator: Emulator,
    world: DigitsWorld,
    scenarios: Iterable[Scenario],
    past_minutes: int,
    progress: Progress,
    clerks: Clerks,
) -> None:
    """Make everything the scenarios need and let `past_minutes` of traffic pass, corrected by
    `clerks`; `progress` gets the fraction done.
    """
    chosen = tuple(scenarios)
    _labelled_set(emulator, world)
    models = candidates(world, REQUESTS_PER_MINUTE, emulator.seed)
    for scenario in chosen:
        baseline = baseline_of(world, scenario.name, REQUESTS_PER_MINUTE)
        serving = {BASELINE: baseline}
        if scenario.hands_off:
            _package(emulator, scenario, models[scenario.name])
        else:
            serving[CANARY] = models[scenario.name]
        _endpoint(emulator, scenario, serving)
        _alarms(emulator, scenario)
    emulator.run_minutes(STARTING_MINUTES)
    _traffic(emulator, world, chosen, PAST_SLICE_SECONDS)
    for passed in range(0, past_minutes, 30):
        emulator.run_minutes(min(30, past_minutes - passed))
        clerks.publish()
        progress(min(1.0, (passed + 30) / past_minutes))
    _traffic(emulator, world, chosen, slice_seconds=12.0)


def _labelled_set(emulator: Emulator, world: DigitsWorld) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET, **emulator.place.bucket_settings)
    s3.put_object(Bucket=BUCKET, Key=LABELLED_KEY, Body=world.labelled_csv, ContentType="text/csv")


def _endpoint(emulator: Emulator, scenario: Scenario, models: dict[str, Model]) -> None:
    sagemaker = emulator.client("sagemaker")
    place, variants = emulator.place, []
    image = _image(emulator)
    for variant, model in models.items():
        name = f"{scenario.endpoint}-{variant}"
        emulator.endpoints.register_model(name, model)
        sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=place.role_arn(MODEL_ROLE),
            PrimaryContainer={"Image": image},
        )
        variants.append(
            {
                "VariantName": variant,
                "ModelName": name,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1 if variant == CANARY else scenario.baseline_instances,
                "InitialVariantWeight": 0.0 if variant == CANARY else 1.0,
            }
        )
    sagemaker.create_endpoint_config(
        EndpointConfigName=scenario.endpoint, ProductionVariants=variants
    )
    sagemaker.create_endpoint(EndpointName=scenario.endpoint, EndpointConfigName=scenario.endpoint)


def _package(emulator: Emulator, scenario: Scenario, model: Model) -> None:
    """Register the candidate as a package that waits for approval, in a group whose tag names the
    spec.
    """
    sagemaker, spec = emulator.client("sagemaker"), scenario.spec
    key, data = f"specs/{scenario.name}.json", f"s3://{BUCKET}/{scenario.name}/model.tar.gz"
    emulator.client("s3").put_object(Bucket=BUCKET, Key=key, Body=json.dumps(spec))
    group = spec["canary"]["model_package_group"]
    emulator.endpoints.register_model(data, model)
    sagemaker.create_model_package_group(
        ModelPackageGroupName=group, Tags=[{"Key": TAG, "Value": f"s3://{BUCKET}/{key}"}]
    )
    sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [{"Image": _image(emulator), "ModelDataUrl": data}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )


def _image(emulator: Emulator) -> str:
    place = emulator.place
    return f"{place.account}.dkr.ecr.{place.region}.{place.url_suffix}/digits:latest"


def _alarms(emulator: Emulator, scenario: Scenario) -> None:
    """Make the alarms a spec names: half of the canary's requests failing for two minutes."""
    for name in scenario.spec["guards"].get("alarms", []):
        emulator.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/SageMaker",
            MetricName="InvocationModelErrors",
            Dimensions=[
                {"Name": "EndpointName", "Value": scenario.endpoint},
                {"Name": "VariantName", "Value": CANARY},
            ],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=2,
            Threshold=0.5,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )


def _traffic(
    emulator: Emulator, world: DigitsWorld, scenarios: Iterable[Scenario], slice_seconds: float
) -> None:
    for scenario in scenarios:
        emulator.endpoints.attach_traffic(
            scenario.endpoint,
            world.live_rows,
            REQUESTS_PER_MINUTE,
            labels=world.live_labels,
            background_error_rate=BACKGROUND_ERROR_RATE,
            slow_ms=SLOW_MS,
            slice_seconds=slice_seconds,
        )


# About the 95th percentile of the usual latency: what the ledger calls slow.
SLOW_MS = 45.0
