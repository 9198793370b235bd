"""States as tests write them."""

from __future__ import annotations

from typing import Any

SLEEPING = """
from emulator.tests import application

def handler(event, context):
    application.sleep({})
"""


def task(function: str, **more: Any) -> dict[str, Any]:
    """Return a task that invokes the function with the state's input."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "End": True,
        **more,
    }
