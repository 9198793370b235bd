"""Weights that no configuration says, planted: the next update would put others back."""

from __future__ import annotations

from typing import Any

from tests.integration.doctor.patient import Patient, is_broken
from tests.integration.stage import ENDPOINT


def move(patient: Patient, **weights: float) -> None:
    """Let these weights serve, and wait until they do."""
    asked = [{"VariantName": name, "DesiredWeight": weight} for name, weight in weights.items()]
    patient.emulator.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT, DesiredWeightsAndCapacities=asked
    )
    patient.emulator.run_minutes(5)


def test_a_configuration_that_says_other_weights_than_serve(patient: Patient) -> None:
    """What it says, what serves, what to write; in other numbers of the same shares it agrees."""
    assert patient.diagnosis("configuration").state == "fine"
    patient.put_back(lambda: move(patient, v1=1.0, v2=0.0))
    move(patient, v1=4.0, v2=0.0)
    assert patient.diagnosis("configuration").state == "fine"
    move(patient, v1=0.0, v2=1.0)
    is_broken(
        patient,
        "configuration",
        "config-1 says v1 1, v2 0, and v1 0, v2 1 serves",
        "Write InitialVariantWeight v1 0, v2 1",
        "describe-endpoint-config --endpoint-config-name config-1",
    )


def test_a_configuration_that_cannot_be_read(patient: Patient) -> None:
    """It may have been deleted while the endpoint serves."""

    def gone(call: Any, proceed: Any) -> Any:
        if call.operation == "DescribeEndpointConfig":
            call.parameters["EndpointConfigName"] = "deleted"
        return proceed()

    patient.answer(gone)
    found = patient.diagnosis("configuration")
    assert (found.state, "could not be read" in found.said) == ("unknown", True)
