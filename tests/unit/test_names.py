"""Names that grow with the stack's: each fits what AWS allows it, or the stack name is refused
before it is deployed.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.account import TEMPLATE, open_account
from emulator.deployment.template import declared_parameters, parameter_values, transformed
from tests.integration.stage import START

LONGEST_STACK = 128
LIMITS = {
    ("AWS::CloudWatch::Alarm", "AlarmName"): (255, r"[ -~]+"),
    ("AWS::CloudWatch::Alarm", "MetricName"): (255, r"[ -~]+"),
    ("AWS::CloudWatch::Alarm", "Namespace"): (255, r"[^:][ -~]*"),
    ("AWS::DynamoDB::Table", "TableName"): (255, r"[\w.-]+"),
    ("AWS::Events::Rule", "Name"): (64, r"[\w.-]+"),
    ("AWS::IAM::Role", "RoleName"): (64, r"[\w+=,.@-]+"),
    ("AWS::Lambda::Function", "FunctionName"): (64, r"[\w-]+"),
    ("AWS::Lambda::LayerVersion", "LayerName"): (140, r"[\w-]+"),
    ("AWS::Logs::LogGroup", "LogGroupName"): (512, r"[\w./#-]+"),
    ("AWS::S3::Bucket", "BucketName"): (63, r"[a-z0-9.-]+"),
    ("AWS::SNS::Topic", "TopicName"): (256, r"[\w-]+"),
    ("AWS::SQS::Queue", "QueueName"): (80, r"[\w-]+"),
    ("AWS::StepFunctions::StateMachine", "StateMachineName"): (80, r"[\w-]+"),
}
"""Characters AWS allows in a name that a template gives, by the services' API references.
A name that the template leaves out is CloudFormation's, which cuts the stack's name where it must.
"""
GENERATED = 64
"""The most characters of a name that refers to another resource: a function's, in a log group's."""
STACKS = ("a", "Z9", "a--", "A-b-9", "canary", "x" * 72, "long-Name-9-" * 6, "y" * 73, "z" * 128)


def names(stack: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield every name that the template gives under a stack's name, with where it stands."""
    parameters = parameter_values(declared_parameters(TEMPLATE), {})
    for resource in transformed(TEMPLATE, parameters, "us-east-1")["Resources"].values():
        for key, value in (resource.get("Properties") or {}).items():
            if (key.endswith("Name") or key == "Namespace") and is_given(value):
                yield (resource["Type"], key), resolved(value, stack)


def is_given(value: Any) -> bool:
    """Return whether a property is a text of the template's own, and no reference."""
    return isinstance(value, str) or (isinstance(value, dict) and "Fn::Sub" in value)


def resolved(value: Any, stack: str) -> str:
    """Return a text under a stack's name; whatever else it refers to as long as can be."""
    text = value if isinstance(value, str) else value["Fn::Sub"]
    return re.sub(r"\$\{\w+\}", "n" * GENERATED, text.replace("${AWS::StackName}", stack))


def misfits(stack: str) -> set[tuple[str, str]]:
    """Return where a name does not fit under a stack's name."""
    found = set()
    for where, name in names(stack):
        longest, characters = LIMITS[where]
        if len(name) > longest or not re.fullmatch(characters, name):
            found.add(where)
    return found


def refusal(stack: str) -> str:
    """Return why a stack name is refused before deployment, '' where it is not."""
    done = subprocess.run([".ci/stack_name", stack], capture_output=True, text=True, check=False)
    assert done.returncode == (2 if done.stderr else 0)
    return done.stderr.strip()


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transform wants one."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.parametrize("stack", STACKS, ids=lambda name: f"{name[:8]} {len(name)}")
def test_a_stack_name_is_refused_exactly_where_a_name_would_not_fit(stack: str) -> None:
    """Every name the template gives, under names of 1 to 128 characters and of odd kinds."""
    assert bool(misfits(stack)) == bool(refusal(stack))


def test_only_the_state_machine_bounds_the_stack_name() -> None:
    """Its name is made of the stack's because the decider must know it before it exists."""
    assert misfits("z" * LONGEST_STACK) == {
        ("AWS::StepFunctions::StateMachine", "StateMachineName")
    }


def test_the_refusal_names_length_cause_and_remedy() -> None:
    """In one line, before anything is made."""
    said = refusal("y" * 73)
    assert "it has 73 characters" in said
    assert "may have 80; choose a name of at most 72" in said


@pytest.mark.parametrize("stack", ["9lives", "two words", "under_score", "ümlaut", "-x"])
def test_what_cloudformation_would_refuse_is_refused(stack: str) -> None:
    """With what it allows."""
    assert "letters, digits and hyphens, a letter first" in refusal(stack)


def test_every_stack_name_of_the_configuration_fits() -> None:
    """Those that `make deploy` takes from samconfig.toml."""
    settings = tomllib.loads(Path("samconfig.toml").read_text(encoding="utf-8"))
    stacks = [
        each["global"]["parameters"]["stack_name"]
        for each in settings.values()
        if isinstance(each, dict)
    ]
    assert [refusal(stack) for stack in stacks] == ["", "", ""]


@pytest.mark.parametrize("stack", ["a", "x" * 72])
def test_the_shortest_and_the_longest_stack_are_deployed(stack: str) -> None:
    """Names that CloudFormation makes are cut and stay apart."""
    with open_account(START) as emulator:
        outputs = emulator.deploy(TEMPLATE, stack=stack)
        assert outputs["StateMachineArn"].endswith(f":{stack}-rollout")
        emulator.run_minutes(2)
        assert [one.error for one in emulator.invocations] == [""] * len(emulator.invocations)
        assert emulator.invocations
