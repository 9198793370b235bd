"""The runbook has a section for every alarm and every message, and the commands it names exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.messages import Message
from tests.golden.samples import every_message

RUNBOOK = Path("docs/operations.md").read_text(encoding="utf-8")
HEADINGS = set(re.findall(r"^### (.+)$", RUNBOOK, re.MULTILINE))


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each read as its plain argument."""


def _plain(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node) if isinstance(node, yaml.MappingNode) else None


_Loader.add_multi_constructor("!", _plain)
TEMPLATE: dict[str, Any] = yaml.load(Path("template.yaml").read_text(encoding="utf-8"), _Loader)
ALARMS = {
    name: resource["Properties"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=list(ALARMS))
def test_every_alarm_names_its_section_and_tells_somebody(alarm: dict[str, Any]) -> None:
    """The description ends with the runbook's section, and the topic is among its actions."""
    section = alarm["AlarmDescription"].rsplit("docs/operations.md, ", 1)[1].rstrip(".")
    assert section in HEADINGS
    assert alarm["AlarmActions"] == ["Topic"]


@pytest.mark.parametrize(
    "watched",
    [
        ("SageMakerCanary/${AWS::StackName}", "Ticks"),
        ("SageMakerCanary/${AWS::StackName}", "RolloutsUnvisited"),
        ("SageMakerCanary/${AWS::StackName}", "UnprovenRollouts"),
        ("SageMakerCanary/${AWS::StackName}", "UntoldMessages"),
        ("SageMakerCanary/${AWS::StackName}", "ConfirmedSubscriptions"),
        ("SageMakerCanary/${AWS::StackName}", "Recoveries"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/States", "ExecutionsTimedOut"),
    ],
)
def test_what_must_be_watched_is_watched(watched: tuple[str, str]) -> None:
    """A missed tick, UNPROVEN, dead executions and dead letters each have an alarm."""
    assert watched in {(alarm["Namespace"], alarm["MetricName"]) for alarm in ALARMS.values()}


def test_every_function_has_an_alarm_on_its_errors() -> None:
    """A function added without one fails here."""
    functions = {
        n for n, r in TEMPLATE["Resources"].items() if r["Type"] == "AWS::Serverless::Function"
    }
    watched = {a["Dimensions"][0]["Value"] for a in ALARMS.values() if a["MetricName"] == "Errors"}
    assert watched == functions


@pytest.mark.parametrize("message", every_message(), ids=lambda message: message.facts.about)
def test_every_message_has_its_section(message: Message) -> None:
    """Whatever subject a mail can have, on-call finds it in the runbook."""
    said = mail_of(message).subject.split(": ")[1].removeprefix("v2 ")
    assert any(said.startswith(heading) for heading in HEADINGS), said


def test_every_output_the_runbook_reads_exists() -> None:
    """`output Name` must be an output of the stack."""
    assert set(re.findall(r"\$\(output (\w+)\)", RUNBOOK)) <= TEMPLATE["Outputs"].keys()
