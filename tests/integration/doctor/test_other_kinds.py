"""What the doctor says of endpoints that are no variants on instances with weights: once, and
nothing else that would only be true of those.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.doctor.patient import Patient, is_broken
from tests.integration.stage import ENDPOINT

WITHOUT_WEIGHTS = {"CurrentWeight": None, "DesiredWeight": None}


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (WITHOUT_WEIGHTS, "inference components"),
        ({"CurrentServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}, "serverless"),
    ],
)
def test_another_kind_is_not_called_variants_on_instances(
    patient: Patient, lacking: dict[str, Any], said: str
) -> None:
    """Right under a line that says what it is."""
    _described(patient, lacking)
    assert said in patient.diagnosis("endpoint").said
    kind = patient.diagnosis("kind").said
    assert said in kind
    assert "variants on instances" not in kind


def _described(patient: Patient, changes: dict[str, Any], **more: Any) -> None:
    """Let DescribeEndpoint tell of variants with these changes, a None taken out, and of more."""

    def described(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        if call.operation == "DescribeEndpoint":
            for variant in answer["ProductionVariants"]:
                variant.update(changes)
                for name in [name for name, value in changes.items() if value is None]:
                    del variant[name]
            answer.update(more)
        return answer

    patient.answer(described)


def test_nothing_is_said_of_weights_where_there_are_none(patient: Patient) -> None:
    """Neither is a variant asked by TargetVariant, nor is autoscaling called a way back."""
    _described(patient, WITHOUT_WEIGHTS)
    for check in ("target variant", "autoscaling"):
        found = patient.diagnosis(check, sample=b"1,2")
        assert (found.state, "no variant has a weight" in found.said) == ("unknown", True), found
    assert patient.diagnosis("kind").said.endswith("see the line above.")


def test_shadow_variants_are_told(patient: Patient) -> None:
    """They are no variants on instances of which there is nothing to tell."""
    endpoint = patient.emulator.endpoints.fleet.get(ENDPOINT)
    both = endpoint.variants
    endpoint.variants = both[:1]
    patient.put_back(lambda: setattr(endpoint, "variants", both))
    shadow = {"VariantName": "dark", "CurrentWeight": 1.0}
    _described(patient, {}, ShadowProductionVariants=[shadow])
    assert "the shadow variant dark" in patient.diagnosis("kind").said
    is_broken(patient, "endpoint", "shadow variant dark", "ShadowProductionVariants")


@pytest.mark.parametrize(
    ("name", "there"), [(ENDPOINT.upper(), True), ("Nobody-There", False)], ids=["case", "gone"]
)
def test_a_name_that_is_not_the_endpoints_is_in_no_command(
    patient: Patient, name: str, *, there: bool
) -> None:
    """SageMaker finds an endpoint in any case and tells its own; its search by name tells capitals
    apart, and would find nothing by another one.
    """
    found = patient.diagnosis("endpoint", name)
    assert (found.state, name in found.command) == ("broken", False)
    assert found.command.endswith(ENDPOINT) == there
    assert ("list-endpoints" in found.command) != there
