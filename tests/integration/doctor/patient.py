"""A deployment the doctor looks at: asked by command, broken and healed by the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import Any

import boto3.session
from typer.testing import CliRunner, Result

from canaryctl.app import app
from canaryctl.doctor.account import Account, Sample
from canaryctl.doctor.check import Diagnosis, examined
from canaryctl.doctor.checks import CHECKS
from canaryctl.operate.options import Time
from canaryctl.operate.stack import Stack
from demo.account import ON_CALL, STACK
from emulator.calls import Call, Proceed
from tests.aws_commands import aws_problems
from tests.integration.stage import ENDPOINT, Stage
from tests.shell import commands_in


class Patient:
    """The stage, what the doctor says of it, and how to put it back."""

    def __init__(self, stage: Stage) -> None:
        """Take a stage with the application and one endpoint."""
        self.stage = stage
        self.emulator = stage.emulator
        self.topic = stage.outputs["TopicArn"]
        self.after = ExitStack()

    def heal(self) -> None:
        """Put back everything that was broken, the newest first."""
        self.after.close()

    def client(self, service: str) -> Any:
        """Return a boto3 client of the administrator."""
        return self.emulator.client(service)

    def physical(self, logical_id: str) -> str:
        """Return the name of one of the stack's resources."""
        return self.emulator.stacks[STACK].resources[logical_id].physical_id

    def asked(self, *options: str, endpoint: str = ENDPOINT, stack: str = STACK) -> Result:
        """Return what `canaryctl doctor` printed and its exit code."""
        clock = self.emulator.clock
        given = ["doctor", "--stack", stack, *(["--endpoint", endpoint] if endpoint else [])]
        return CliRunner().invoke(app, [*given, *options], obj=Time(clock.run_for, clock.now))

    def diagnoses(self, *options: str, **where: str) -> dict[str, dict[str, Any]]:
        """Return all the diagnoses of the command, by check."""
        document = json.loads(self.asked("--json", *options, **where).stdout)
        return {diagnosis["check"]: diagnosis for diagnosis in document["checks"]}

    def diagnosis(
        self,
        check: str,
        endpoint: str = ENDPOINT,
        *,
        region: str | None = None,
        sample: bytes = b"",
        send: bool = False,
    ) -> Diagnosis:
        """Return what one check finds, asked alone."""
        clock = self.emulator.clock
        account = Account(
            Stack(STACK, region, session=self._session),
            Time(clock.run_for, clock.now),
            endpoint,
            Sample(sample, "text/csv") if sample else None,
            send,
        )
        [asked] = examined([one for one in CHECKS if one.name == check], account)
        assert asked.diagnosis is not None, f"{check} needs {asked.lacks}"
        return asked.diagnosis

    @cached_property
    def _session(self) -> Any:
        return boto3.session.Session(
            aws_access_key_id="AKIAADMINISTRATOR000",
            aws_secret_access_key="emulated",
            region_name=self.emulator.place.region,
        )

    def put_back(self, deed: Callable[[], object]) -> None:
        """Do this when the test is over."""
        self.after.callback(deed)

    def answer(self, hook: Callable[[Call, Proceed], Any]) -> None:
        """Put a hook around every call until the test is over."""
        self.emulator.calls.hooks.append(hook)
        self.put_back(lambda: self.emulator.calls.hooks.remove(hook))

    def deny(self, *names: str) -> None:
        """Refuse these calls (service:Operation) as IAM does; every call where none is named."""

        def denying(call: Call, proceed: Proceed) -> Any:
            if names and call.name not in names:
                return proceed()
            words = f"User: me is not authorized to perform: {call.name} on resource: *"
            raise call.error("AccessDeniedException", words)

        self.answer(denying)

    def role_may_not(self, function: str, action: str, resource: str = "*") -> None:
        """Take a right from a function's role until the test is over."""
        iam, role = self.client("iam"), self.physical(f"{function}Role")
        statement = {"Effect": "Deny", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=role, PolicyName="planted", PolicyDocument=document)
        self.put_back(lambda: iam.delete_role_policy(RoleName=role, PolicyName="planted"))

    def without_topic(self) -> None:
        """Delete the topic until the test is over; then it is back with its subscriber."""
        sns = self.client("sns")
        found = sns.get_topic_attributes(TopicArn=self.topic)["Attributes"]
        sns.delete_topic(TopicArn=self.topic)
        kept = {name: found[name] for name in ("KmsMasterKeyId", "Policy")}
        self.put_back(lambda: self._topic_again(kept))

    def _topic_again(self, kept: Mapping[str, str]) -> None:
        sns = self.client("sns")
        name = self.topic.rsplit(":", 1)[1]
        sns.create_topic(Name=name)
        for name, value in kept.items():
            sns.set_topic_attributes(TopicArn=self.topic, AttributeName=name, AttributeValue=value)
        if not sns.list_subscriptions_by_topic(TopicArn=self.topic)["Subscriptions"]:
            sns.subscribe(TopicArn=self.topic, Protocol="email", Endpoint=ON_CALL)
        self.emulator.confirm_subscription(ON_CALL)
        self.ring_and_settle()

    def ring_and_settle(self) -> None:
        """Let an alarm be heard once more, and clear."""
        self.client("cloudwatch").set_alarm_state(
            AlarmName=self.physical("UndeliveredAlarm"), StateValue="ALARM", StateReason="a test"
        )
        self.emulator.run_minutes(2)


def is_broken(patient: Patient, check: str, *words: str, **given: Any) -> None:
    """Assert that this line says so, in these words, with a remedy and a command that AWS takes."""
    found = patient.diagnosis(check, **given)
    assert found.state == "broken", found
    assert found.remedy
    for word in words:
        assert word in f"{found.said} {found.remedy} {found.command}", found
    for shown in commands_in(found.command or ""):
        assert shown.program != "aws" or aws_problems(shown.words) == [], shown


def replaced(sagemaker: Any, **model: Any) -> None:
    """Put a model in the place of the one of its name, where there is one."""
    with suppress(sagemaker.exceptions.ClientError):
        sagemaker.delete_model(ModelName=model["ModelName"])
    sagemaker.create_model(**model)
