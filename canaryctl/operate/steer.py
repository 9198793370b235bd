"""`canaryctl pause | resume | promote | rollback | retry | release`: one execution each, answered
in a sentence.
"""

import getpass
import json
from typing import Annotated, Any

import typer

from canary.adapters.account.caller import StsCaller
from canary.domain.errors import AwsDenied, AwsUnavailable
from canaryctl.operate.executions import refusal, start_execution, wait_for
from canaryctl.operate.options import (
    DEFAULT_STACK,
    AsJson,
    Region,
    StackName,
    StateMachine,
    Time,
    time_of,
    told_plainly,
)
from canaryctl.operate.stack import Stack

ANSWERED_WITHIN_SECONDS = 120.0
LONGEST_NAME = 256
Endpoint = Annotated[str, typer.Option(help="Endpoint whose rollout is meant.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the record and the message.")]
By = Annotated[
    str | None,
    typer.Option(help="Who orders it; whom AWS knows you as unless given.", show_default=False),
]


def pause_command(
    context: typer.Context,
    endpoint: Endpoint,
    minutes: Annotated[
        int, typer.Option(min=1, max=10_080, help="How long; then it goes on by itself.")
    ] = 60,
    reason: Reason = "",
    by: By = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Stop it from advancing for a while. It still watches and still rolls back; its limits stand
    still meanwhile.
    """
    document: dict[str, Any] = {
        "command": "pause",
        "endpoint": endpoint,
        "minutes": minutes,
        "reason": reason,
    }
    answer_of_command(
        context, document, by, Stack(stack, region, None, state_machine), as_json=as_json
    )


def caller(stack: Stack) -> str:
    """Return whom AWS knows the caller as, else who is logged in here; both are claims to whoever
    reads them, since an execution does not know its caller.
    """
    try:
        return StsCaller(stack.client("sts")).arn()[:LONGEST_NAME]
    except (AwsUnavailable, AwsDenied):
        return user_name()


def user_name() -> str:
    """Return who is logged in here, '' where the system does not say."""
    try:
        return getpass.getuser()[:LONGEST_NAME]
    except (OSError, KeyError):
        return ""


def resume_command(
    context: typer.Context,
    endpoint: Endpoint,
    reason: Reason = "",
    by: By = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """End a pause before its time."""
    document = {"command": "resume", "endpoint": endpoint, "reason": reason}
    answer_of_command(
        context, document, by, Stack(stack, region, None, state_machine), as_json=as_json
    )


def promote_command(
    context: typer.Context,
    endpoint: Endpoint,
    reason: Reason = "",
    by: By = None,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="To 100% at once, not just one step.")
    ] = False,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Take the next step without waiting for evidence. A recorded roll-back is never overridden."""
    document = {"command": "promote", "endpoint": endpoint, "full": full, "reason": reason}
    answer_of_command(
        context, document, by, Stack(stack, region, None, state_machine), as_json=as_json
    )


def roll_back_command(
    context: typer.Context,
    endpoint: Endpoint,
    reason: Reason = "",
    by: By = None,
    *,
    promotion: Annotated[
        bool,
        typer.Option(
            "--promotion", help="Undo the last promotion, although a later rollout ended since."
        ),
    ] = False,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Take the canary back to 0 now, every other variant as it was found; after PROMOTED too,
    unless somebody changed the endpoint since.
    """
    document: dict[str, Any] = {"command": "rollback", "endpoint": endpoint, "reason": reason}
    if promotion:
        document["promotion"] = True
    answer_of_command(
        context, document, by, Stack(stack, region, None, state_machine), as_json=as_json
    )


def retry_command(
    context: typer.Context,
    endpoint: Endpoint,
    reason: Reason = "",
    by: By = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Try again to restore an UNPROVEN rollout's safe weights."""
    document = {"command": "retry", "endpoint": endpoint, "reason": reason}
    answer_of_command(
        context, document, by, Stack(stack, region, None, state_machine), as_json=as_json
    )


def release_command(
    context: typer.Context,
    endpoint: Endpoint,
    reason: Reason = "",
    by: By = None,
    *,
    as_json: AsJson = False,
    stack: StackName = DEFAULT_STACK,
    region: Region = None,
    state_machine: StateMachine = None,
) -> None:
    """Let go of the endpoint with its weights as they are; from then on they are yours."""
    document = {"command": "release", "endpoint": endpoint, "reason": reason}
    answer_of_command(
        context, document, by, Stack(stack, region, None, state_machine), as_json=as_json
    )


def answer_of_command(
    context: typer.Context,
    document: dict[str, Any],
    by: str | None,
    stack: Stack,
    *,
    as_json: bool,
) -> None:
    """Show the controller's answer to a command, or why it refused."""
    with told_plainly():
        who = caller(stack) if by is None else by
        said = {"reason": document.get("reason"), "by": who}
        order = {**document, **said}
        answer = steer(stack, {k: v for k, v in order.items() if v != ""}, time_of(context))
        typer.echo(
            json.dumps(answer)
            if as_json
            else f"{answer['rollout']} ({answer['phase']}): {answer['answer']}"
        )


def steer(stack: Stack, document: dict[str, Any], when: Time) -> dict[str, str]:
    """Return the controller's answer {"rollout", "phase", "answer"}. Raises RefusedThere,
    AwsUnavailable.
    """
    arn = start_execution(stack, document, None, f"{document['command']}-{document['endpoint']}")
    execution = wait_for(stack, arn, when.sleep, ANSWERED_WITHIN_SECONDS)
    if execution.status == "SUCCEEDED" and execution.output:
        answer: dict[str, str] = json.loads(execution.output)["answer"]
        return answer
    raise refusal(execution)
