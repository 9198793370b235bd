"""A small emulated account for contract tests: functions from a line of source, machines from a
dict of states.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator import Emulator
from emulator.deployment.compute import EMPTY_ZIP

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/machine"


class SmallAccount:
    """An open Emulator with short ways to make things in it."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        """Take an entered emulator and a folder for sources."""
        self.emulator = emulator
        self.states = emulator.client("stepfunctions")
        self._folder = folder
        self.role("machine", [])

    @property
    def seconds(self) -> float:
        """Seconds of emulated time since the start."""
        return (self.emulator.clock.now() - START).total_seconds()

    def role(self, name: str, statements: list[dict[str, Any]]) -> str:
        """Return the ARN of a role that Lambda may assume, with these statements."""
        iam = self.emulator.client("iam")
        services = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
        trust = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
        return str(arn)

    def function(
        self,
        name: str,
        source: str,
        timeout: int = 60,
        variables: Mapping[str, str] | None = None,
        role: str = ROLE,
    ) -> str:
        """Return the ARN of a function with this source."""
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "app.py").write_text(textwrap.dedent(source), encoding="utf-8")
        answer = self.emulator.client("lambda").create_function(
            FunctionName=name,
            Role=role,
            Handler="app.handler",
            Runtime="python3.13",
            Code={"ZipFile": EMPTY_ZIP},
            Timeout=timeout,
            Environment={"Variables": dict(variables or {})},
        )
        self.emulator.functions.code[name] = folder
        return str(answer["FunctionArn"])

    def machine(self, states: Mapping[str, Any], name: str = "machine", **more: Any) -> str:
        """Return the ARN of a state machine that starts at the first of these states."""
        definition = json.dumps({"StartAt": next(iter(states)), "States": states, **more})
        answer = self.states.create_state_machine(name=name, definition=definition, roleArn=ROLE)
        return str(answer["stateMachineArn"])

    def start(self, machine: str, data: object = None, **more: str) -> str:
        """Return the ARN of a new execution."""
        answer = self.states.start_execution(
            stateMachineArn=machine, input=json.dumps(data or {}), **more
        )
        return str(answer["executionArn"])

    def describe(self, execution: str) -> dict[str, Any]:
        """Return DescribeExecution's answer."""
        return dict(self.states.describe_execution(executionArn=execution))

    def finish(self, execution: str, at_most_minutes: float = 600) -> dict[str, Any]:
        """Return DescribeExecution's answer once the execution has ended."""
        clock = self.emulator.clock
        assert clock.run_until(
            lambda: self.describe(execution)["status"] != "RUNNING", at_most_minutes * 60
        )
        return self.describe(execution)

    def run(self, states: Mapping[str, Any], data: object = None, **more: Any) -> dict[str, Any]:
        """Return DescribeExecution's answer for a run of these states."""
        return self.finish(self.start(self.machine(states, **more), data))

    def output(self, states: Mapping[str, Any], data: object = None) -> Any:
        """Return what these states put out."""
        answer = self.run(states, data)
        assert answer["status"] == "SUCCEEDED", answer
        return json.loads(answer["output"])
