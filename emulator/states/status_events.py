"""The event EventBridge gets when an execution changes status, in AWS's shape."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.states.execution import SUCCEEDED, Execution

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"


def detail_of(execution: Execution) -> dict[str, Any]:
    """Return the event's detail; times are epoch milliseconds, absent values null."""
    return {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": execution.execution_input,
        "output": execution.output if execution.status == SUCCEEDED else None,
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if execution.status == SUCCEEDED else None,
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": execution.redrive_count,
        "redriveDate": _milliseconds(execution.redrive_date),
    }


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
