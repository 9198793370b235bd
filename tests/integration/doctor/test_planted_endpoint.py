"""Faults around an endpoint, planted: each is named by the doctor's own line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.doctor.patient import Patient, is_broken, replaced
from tests.integration.stage import ENDPOINT

ROLE = "arn:aws:iam::123456789012:role/sagemaker"


def test_a_quota_that_is_used_up(patient: Patient) -> None:
    """What is granted, used and needed, and the command that asks for more."""
    values = patient.emulator.quotas.values
    patient.put_back(lambda: values.update({("lambda", "L-B99A9384"): 1000}))
    values["lambda", "L-B99A9384"] = 3
    is_broken(patient, "quota: lambda", "3 granted, 5 needed", "L-B99A9384")


def test_a_quota_nobody_keeps_is_the_documented_one(patient: Patient) -> None:
    """And said to be."""
    values = patient.emulator.quotas.values
    kept = dict(values)
    patient.put_back(lambda: values.update(kept))
    values.clear()
    found = patient.diagnoses()
    assert "1000 documented" in found["quota: lambda"]["said"]
    assert "50 documented" in found["quota: metrics"]["said"]


def test_others_who_read_all_the_metrics(patient: Patient) -> None:
    """A throttled read is a blind minute."""

    def crowded(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        if call.operation == "GetMetricData":
            stat = call.parameters["MetricDataQueries"][0]["MetricStat"]["Metric"]
            if stat["Namespace"] == "AWS/Usage":
                answer["MetricDataResults"][0] |= {
                    "Timestamps": [patient.emulator.clock.now()],
                    "Values": [2900.0],
                }
        return answer

    patient.answer(crowded)
    is_broken(patient, "quota: metrics", "at most 2900 used", "50 granted")


def test_an_endpoint_that_is_not_there(patient: Patient) -> None:
    """By its name, with the command that lists what is."""
    found = patient.diagnosis("endpoint", "churn-prd")
    assert (found.state, "list-endpoints" in found.command) == ("broken", True)
    states = {patient.diagnosis(name, "churn-prd").state for name in ("statistics", "metric lag")}
    assert states == {"unknown"}


def test_an_endpoint_that_failed(patient: Patient) -> None:
    """Its status with SageMaker's reason."""
    endpoint = patient.emulator.endpoints.fleet.get(ENDPOINT)
    before = endpoint.status
    endpoint.fail("Failed", "out of capacity", patient.emulator.clock.now())
    patient.put_back(lambda: endpoint.become(before, patient.emulator.clock.now()))
    is_broken(patient, "endpoint", "Failed (out of capacity)")


def test_an_endpoint_of_one_variant_carries_a_canary_that_is_built(patient: Patient) -> None:
    """Nothing waits there; a rollout may build what it promotes."""
    endpoint = patient.emulator.endpoints.fleet.get(ENDPOINT)
    both = endpoint.variants
    endpoint.variants = both[:1]
    patient.put_back(lambda: setattr(endpoint, "variants", both))
    found = patient.diagnosis("endpoint")
    assert (found.state, "one can be built" in found.said) == ("fine", True)


@pytest.mark.parametrize(
    ("config", "said", "remedy"),
    [
        (
            {
                "MetricsConfig": {
                    "EnableEnhancedMetrics": True,
                    "MetricPublishFrequencyInSeconds": 300,
                }
            },
            "every 300 s",
            "60 or less",
        ),
        (
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://answers"}}},
            "answers asynchronously",
            "real-time",
        ),
    ],
)
def test_an_endpoint_of_a_kind_that_carries_no_rollout(
    patient: Patient, config: dict[str, Any], said: str, remedy: str
) -> None:
    """As the planner would refuse it."""
    reconfigured(patient, **config)
    is_broken(patient, "endpoint", said, remedy)


def test_each_idle_variant_is_judged_by_itself(patient: Patient) -> None:
    """One without an instance takes nothing from the others."""
    _with_variants(patient, v2={}, v3={"CurrentInstanceCount": 0})
    found = patient.diagnosis("endpoint")
    assert found.state == "fine", found
    assert "; v2 may be promoted; v3 has no instance" in found.said
    _with_variants(patient, v2={"CurrentInstanceCount": 0}, v3={"CurrentInstanceCount": 0})
    is_broken(patient, "endpoint", "v2 has no instance", "v3 has no instance")


def test_a_serving_variant_without_an_instance(patient: Patient) -> None:
    """No request of it is answered, whatever waits."""
    _with_variants(patient, v1={"CurrentInstanceCount": 0}, v2={})
    is_broken(patient, "endpoint", "v1 serves and has no instance", "DesiredInstanceCount")


def _with_variants(patient: Patient, **variants: dict[str, Any]) -> None:
    """Let DescribeEndpoint tell of these variants, all at weight 0 but v1, with what each lacks."""

    def described(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        if call.operation == "DescribeEndpoint":
            first, second = answer["ProductionVariants"][:2]
            whole = {"v1": first, **dict.fromkeys(variants.keys() - {"v1"}, second)}
            answer["ProductionVariants"] = [
                {**whole[name], "VariantName": name, **variants.get(name, {})}
                for name in sorted(whole)
            ]
        return answer

    patient.answer(described)


def test_what_is_told_of_an_endpoints_kind(patient: Patient) -> None:
    """As the first message would: fine, and said; what cannot be read is not fine."""
    assert "nothing to tell" in patient.diagnosis("kind").said
    sagemaker = patient.client("sagemaker")
    one = {"Image": "image"}
    for name in ("model-v1", "model-v2"):
        sagemaker.delete_model(ModelName=name)
        created = {"ModelName": name, "ExecutionRoleArn": ROLE}
        sagemaker.create_model(**created, PrimaryContainer={**one, "Mode": "MultiModel"})
        patient.put_back(partial(replaced, sagemaker, **created, PrimaryContainer=one))
    found = patient.diagnosis("kind")
    assert (found.state, "host many models" in found.said) == ("fine", True)
    sagemaker.delete_model(ModelName="model-v2")
    found = patient.diagnosis("kind")
    assert (found.state, "The model of v2 could not be read" in found.said) == ("unknown", True)


def reconfigured(patient: Patient, **config: Any) -> None:
    """Let the endpoint run by a configuration of the same variants that says more."""
    sagemaker = patient.client("sagemaker")
    known = sagemaker.describe_endpoint_config(EndpointConfigName="config-1")
    sagemaker.create_endpoint_config(
        EndpointConfigName="planted", ProductionVariants=known["ProductionVariants"], **config
    )
    mishaps = patient.emulator.endpoints.mishaps
    mishaps.foreign_config(ENDPOINT, "planted")
    patient.put_back(lambda: mishaps.foreign_config(ENDPOINT, "config-1"))
    patient.put_back(partial(sagemaker.delete_endpoint_config, EndpointConfigName="planted"))


def test_a_sample_the_model_fails_on(patient: Patient) -> None:
    """The status it answered with, and where its log is."""
    is_broken(
        patient,
        "target variant",
        "v2 failed on the sample",
        "/aws/sagemaker/Endpoints",
        sample=b"these,are,no,numbers",
    )


def test_autoscaling_that_takes_the_way_back(patient: Patient) -> None:
    """A baseline that idles may be scaled in below what the traffic needs."""
    scaling = patient.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "ResourceId": f"endpoint/{ENDPOINT}/variant/v1",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4)
    patient.put_back(lambda: scaling.deregister_scalable_target(**target))
    is_broken(patient, "autoscaling", "2 instances", "scaled in to 1", "--min-capacity 2")
    scaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=4)
    assert patient.diagnosis("autoscaling").state == "fine"


@pytest.mark.parametrize(
    ("modes", "said"),
    [
        (("Input", "Output"), "kept in s3://captured/churn: the features and answers"),
        (
            ("Input",),
            "kept in s3://captured/churn: the features of a labelled set will be in it, a",
        ),
        (("Output",), "20% of its answers are kept in s3://captured/churn"),
    ],
)
def test_captured_requests_are_told(patient: Patient, modes: tuple[str, ...], said: str) -> None:
    """No fault, but who sends a labelled set wants to know where its features go."""
    options = [{"CaptureMode": mode} for mode in modes]
    config = {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captured/churn",
    }

    def capturing(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        if call.operation == "DescribeEndpoint":
            answer["DataCaptureConfig"] = config
        if call.operation == "DescribeEndpointConfig":
            answer["DataCaptureConfig"] = {"CaptureOptions": options}
        return answer

    patient.answer(capturing)
    found = patient.diagnosis("data capture")
    assert (found.state, said in found.said) == ("fine", True), found


@pytest.mark.parametrize(("stat", "remedy"), [("p95", "threshold_ms"), ("TC", "slow_requests")])
def test_a_statistic_that_is_not_there_every_minute(
    patient: Patient, stat: str, remedy: str
) -> None:
    """What a spec must do without."""

    def lacking(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        for query in call.parameters.get("MetricDataQueries", ()):
            if query["MetricStat"]["Stat"].startswith(stat):
                for result in answer["MetricDataResults"]:
                    if result["Id"] == query["Id"]:
                        result |= {"Timestamps": [], "Values": []}
        return answer

    patient.answer(lacking)
    is_broken(patient, "statistics", f"{stat} in 0%", remedy)


def test_metrics_that_stopped_coming(patient: Patient) -> None:
    """The newest minute is older than a rollout bears."""
    endpoints = patient.emulator.endpoints
    traffic = endpoints.traffic[ENDPOINT]
    endpoints.detach_traffic(ENDPOINT)

    def again() -> None:
        endpoints.attach_traffic(ENDPOINT, traffic.rows, 6000)
        patient.emulator.run_minutes(61)

    patient.put_back(again)
    patient.emulator.run_minutes(12)
    is_broken(patient, "metric lag", "min after it closed", "beyond 8 min")


def test_what_silence_looks_like_is_told(patient: Patient) -> None:
    """Nothing, or zeros: both are fine, and different."""
    metrics = patient.emulator.endpoints.metrics
    assert "sends nothing" in patient.diagnosis("idle variant").said
    metrics.emit_zeros = True
    patient.put_back(lambda: setattr(metrics, "emit_zeros", False))
    assert "sends zeros" in patient.diagnosis("idle variant").said
