"""What a task answers to the state machine: what comes next, and why.

The machine only follows `next`; when it must restore, the cause goes along and ends in the message
to on-call.
"""

import json
from typing import Literal

from pydantic import Field

from canary.domain.model import Frozen
from canary.domain.plan.endpoint import Arrival

LONGEST_MESSAGE = 1_500

Next = Literal[
    "LOOK",
    "WAIT",
    "EVALUATE",
    "BAKE",
    "MOVE",
    "ARRANGE",
    "CONFIRM",
    "RESTORE",
    "CLOSE",
    "PROMOTED",
    "ROLLED_BACK",
    "HANDED_OVER",
    "UNPROVEN",
]


class TaskResult(Frozen):
    """One answer to the state machine; the reason is cut to keep the machine's input small."""

    next: Next
    reason: str = Field(default="", max_length=2000)
    arrival: Arrival | None = None


def read_cause(cause: object) -> str:
    """Return one readable sentence for whatever the machine carried: a cause, or a caught error."""
    if isinstance(cause, dict):
        if cause.get("reason"):
            return str(cause["reason"])[:2000]
        if cause.get("Error") or cause.get("Cause"):
            error, message = str(cause.get("Error", ""))[:200], _message(cause.get("Cause"))
            return f"a step of the controller failed: {error} {message}".strip()
    return "the controller lost its way; restoring to be safe"


def _message(cause: object) -> str:
    """Return the sentence in a caught error's cause: of Lambda's JSON the message alone, never its
    stack trace.
    """
    text = cause if isinstance(cause, str) else ""
    if text.lstrip()[:1] == "{":
        try:
            document = json.loads(text)
        except ValueError:
            # Step Functions cuts a cause that is too long, which leaves JSON that nobody can read.
            return ""
        text = str(document.get("errorMessage") or "")
    return text[:LONGEST_MESSAGE]
