"""Executions of the state machine."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from canary.adapters.translation import code_of_cause, translated
from canary.ports.aws import ExecutionStatus, ExecutionView, RunningExecution

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

STALE_TOKEN = frozenset({"TaskTimedOut", "InvalidToken", "TaskDoesNotExist"})


class StepFunctionsExecutions:
    """Starts, wakes and looks at executions."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        """Take a boto3 Step Functions client and the state machine's ARN."""
        self._client = client
        self._machine = state_machine_arn

    def arn_of(self, name: str) -> str:
        """Return the ARN of the execution of that name."""
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"

    def status(self, execution: str) -> ExecutionStatus:
        """Return an execution's status by ARN; MISSING when Step Functions does not know it."""
        try:
            with translated("DescribeExecution"):
                return self._client.describe_execution(executionArn=execution)["status"]
        except Exception as error:
            if code_of_cause(error) == "ExecutionDoesNotExist":
                return "MISSING"
            raise

    def start(self, name: str, document: Mapping[str, object]) -> None:
        """Start an execution; one of the same name is success."""
        self.start_new(name, document)

    def start_new(self, name: str, document: Mapping[str, object]) -> str | None:
        """Return the ARN of a new execution, None when the name is taken."""
        try:
            with translated("StartExecution"):
                answer = self._client.start_execution(
                    stateMachineArn=self._machine, name=name, input=json.dumps(document)
                )
        except Exception as error:
            if code_of_cause(error) == "ExecutionAlreadyExists":
                return None
            raise
        return answer["executionArn"]

    def look(self, execution: str) -> ExecutionView:
        """Return an execution as it stands."""
        with translated("DescribeExecution"):
            answer = self._client.describe_execution(executionArn=execution)
        return ExecutionView(
            execution,
            answer["status"],
            answer.get("output"),
            answer.get("error"),
            answer.get("cause"),
        )

    def running(self) -> list[RunningExecution]:
        """Return the executions that have not ended, newest first."""
        with translated("ListExecutions"):
            pages = self._client.get_paginator("list_executions").paginate(
                stateMachineArn=self._machine, statusFilter="RUNNING"
            )
            return [
                RunningExecution(one["executionArn"], one["name"], one["startDate"])
                for page in pages
                for one in page["executions"]
            ]

    def wake(self, token: str, answer: Mapping[str, object]) -> bool:
        """Send a task's success; False when the token is no longer good."""
        return self._send("SendTaskSuccess", token, answer)

    def heartbeat(self, token: str) -> bool:
        """Send a task's heartbeat; False when the token is no longer good."""
        return self._send("SendTaskHeartbeat", token, None)

    def _send(self, action: str, token: str, answer: Mapping[str, object] | None) -> bool:
        try:
            with translated(action):
                if answer is None:
                    self._client.send_task_heartbeat(taskToken=token)
                else:
                    self._client.send_task_success(taskToken=token, output=json.dumps(answer))
        except Exception as error:
            if code_of_cause(error) in STALE_TOKEN:
                return False
            raise
        return True
