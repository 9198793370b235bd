"""Rights that roles lost, planted: each is named by the doctor's own line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from demo.account import STACK
from tests.integration.doctor.patient import Patient, is_broken


@pytest.mark.parametrize(
    ("function", "action", "check"),
    [
        ("DeciderFunction", "sns:Publish", "roles"),
        ("DeciderFunction", "kms:GenerateDataKey", "roles"),
        ("PlannerFunction", "dynamodb:PutItem", "roles"),
        ("CollectorFunction", "cloudwatch:GetMetricData", "roles"),
        ("DeciderFunction", "states:StartExecution", "roles"),
        ("DeciderFunction", "states:SendTaskSuccess", "roles"),
        ("CollectorFunction", "events:PutEvents", "roles"),
        ("ShifterFunction", "application-autoscaling:RegisterScalableTarget", "roles"),
        ("EvaluatorFunction", "s3:PutObject", "roles"),
        ("ShifterFunction", "sagemaker:UpdateEndpointWeightsAndCapacities", "roles: endpoint"),
        ("EvaluatorFunction", "sagemaker:InvokeEndpoint", "roles: endpoint"),
        ("PlannerFunction", "sagemaker:DescribeEndpoint", "roles: endpoint"),
    ],
)
def test_a_right_that_a_role_lost(patient: Patient, function: str, action: str, check: str) -> None:
    """Who may not do what, and on what."""
    patient.role_may_not(function, action)
    who = function.removesuffix("Function").lower()
    is_broken(patient, check, f"{who} may not {action}", "explicitDeny")


def test_a_state_machine_that_may_call_no_function(patient: Patient) -> None:
    """Every rollout would fail at its first step."""
    patient.role_may_not("Rollout", "lambda:InvokeFunction")
    is_broken(patient, "roles", "the state machine may not lambda:InvokeFunction", "explicitDeny")


def test_a_deny_on_one_spelling_of_the_name(patient: Patient) -> None:
    """SageMaker writes names in lower case in ARNs, and as they are: both are asked. No pattern is
    proposed, since none undoes a Deny; whoever has the right to look is led to where it stands.
    """
    written = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/Churn-Prod"
    patient.role_may_not("ShifterFunction", "sagemaker:*", written)
    is_broken(patient, "roles: endpoint", "A Deny stands somewhere", written, endpoint="Churn-Prod")
    found = patient.diagnosis("roles: endpoint", "Churn-Prod")
    assert "endpoint/churn-prod (" not in found.said
    assert found.command.startswith("aws iam simulate-principal-policy --policy-source-arn arn:")
    assert "Pattern=" not in found.command


@pytest.mark.parametrize(
    ("patterns", "endpoint", "proposed"),
    [
        (("fraud-*", ""), "churn-prod", "EndpointNamePattern='*'"),
        (("churn-eu-*", ""), "churn-prod", "EndpointNamePattern='churn-*'"),
        (
            ("churn-eu", ""),
            "Churn-Prod",
            "EndpointNamePattern='churn-*' EndpointNamePatternAsWritten='Churn-Prod'",
        ),
        (("churn-*", "Churn-E?"), "Churn-Prod", "EndpointNamePatternAsWritten='Churn-*'"),
    ],
)
def test_a_name_the_patterns_do_not_match(
    patient: Patient, patterns: tuple[str, str], endpoint: str, proposed: str
) -> None:
    """Wider ones are proposed, which match what these match: no other endpoint loses its way
    back; for the stack looked at, built for its processor.
    """
    _granted_to(patient, *patterns)
    found = patient.diagnosis("roles: endpoint", endpoint)
    assert found.state == "broken"
    assert found.command == (
        f"make build ARCHITECTURE=arm64 && .venv-sam/bin/sam deploy --stack-name {STACK} "
        f"--parameter-overrides {proposed}"
    )


def _granted_to(patient: Patient, *patterns: str) -> None:
    """Let the stack have these patterns, and its roles what they grant of endpoints."""
    stacks = patient.emulator.stacks
    whole = stacks[STACK]
    names = ("EndpointNamePattern", "EndpointNamePatternAsWritten")
    given = {**whole.parameters, **dict(zip(names, patterns, strict=True))}
    stacks[STACK] = replace(whole, parameters=given)
    patient.put_back(lambda: stacks.update({STACK: whole}))

    def deciding(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        for result in answer.get("EvaluationResults", ()):
            for one in result["ResourceSpecificResults"]:
                name = one["EvalResourceName"].rpartition(":endpoint/")[2]
                if not any(fnmatchcase(name, pattern) for pattern in patterns):
                    one["EvalResourceDecision"] = "implicitDeny"
        return answer

    patient.answer(deciding)


def test_a_name_that_matches_and_is_not_allowed_all_the_same(patient: Patient) -> None:
    """A boundary, or a policy of the organization: no deploy mends that."""
    _granted_to(patient, "*", "")

    def bounded(call: Any, proceed: Callable[[], Any]) -> Any:
        answer = proceed()
        for result in answer.get("EvaluationResults", ()):
            for one in result["ResourceSpecificResults"]:
                one["EvalResourceDecision"] = "implicitDeny"
        return answer

    patient.answer(bounded)
    is_broken(patient, "roles: endpoint", "permissions boundary", "simulate-principal-policy")
