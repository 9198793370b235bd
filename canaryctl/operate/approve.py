"""`canaryctl approve | reject`: a person's answer before one share of one rollout."""

from typing import Annotated, Any

import typer

from canaryctl.operate.options import DEFAULT_STACK, AsJson, Region, StackName, StateMachine
from canaryctl.operate.stack import Stack
from canaryctl.operate.steer import By, Endpoint, Reason, answer_of_command

Share = Annotated[
    float, typer.Option(min=0, max=1, help="The share it is about, a fraction such as 0.5.")
]
Rollout = Annotated[
    str,
    typer.Option(help="The rollout that is meant; refused when another holds the endpoint."),
]


def approve_command(
    context: typer.Context,
    endpoint: Endpoint,
    share: Share,
    rollout: Rollout = "",
    reason: Reason = "",
    by: By = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Let it go to a share that needs a person's approval, as soon as its evidence is enough."""
    document = _document("approve", endpoint, share, rollout, reason)
    where = Stack(stack, region, None, state_machine)
    answer_of_command(context, document, by, where, as_json=as_json)


def reject_command(
    context: typer.Context,
    endpoint: Endpoint,
    share: Share,
    rollout: Rollout = "",
    reason: Reason = "",
    by: By = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Refuse the approval of a share: the canary is taken back to 0."""
    document = _document("reject", endpoint, share, rollout, reason)
    where = Stack(stack, region, None, state_machine)
    answer_of_command(context, document, by, where, as_json=as_json)


def _document(
    command: str, endpoint: str, share: float, rollout: str, reason: str
) -> dict[str, Any]:
    return {
        "command": command,
        "endpoint": endpoint,
        "share": share,
        "rollout": rollout,
        "reason": reason,
    }
