"""`canaryctl pause | resume | promote | rollback | approve | reject | retry | release`: one
execution each, answered in a sentence.
"""

import getpass
import json
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canary.adapters.account.caller import StsCaller
from canary.domain.errors import AwsDenied, AwsUnavailable
from canaryctl.operate.executions import refusal, start_execution, wait_for
from canaryctl.operate.options import Time, time_of, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.where import MachineWhere
from canaryctl.shell.endpoint import About
from canaryctl.shell.groups import with_options

ANSWERED_WITHIN_SECONDS = 120.0
LONGEST_NAME = 256
Share = Annotated[
    float, typer.Option(min=0, max=1, help="The share it is about, a fraction such as 0.5.")
]
Rollout = Annotated[
    str, typer.Option(help="The rollout that is meant; refused when another holds the endpoint.")
]


@dataclass(frozen=True, kw_only=True)
class Order(MachineWhere, About):
    """What every order says: about which endpoint, who gives it, and why."""

    reason: Annotated[str, typer.Option(help="Why; it goes into the record and the message.")] = ""
    by: Annotated[
        str | None,
        typer.Option(help="Who orders it; whom AWS knows you as unless given.", show_default=False),
    ] = None

    def give(self, context: typer.Context, command: str, **more: Any) -> None:
        """Show the controller's answer to a command, or why it refused."""
        with told_plainly():
            stack = self.found()
            by = caller(stack) if self.by is None else self.by
            document = {
                "command": command,
                "endpoint": self.endpoint,
                **more,
                "reason": self.reason,
                "by": by,
            }
            said = {k: v for k, v in document.items() if v != "" and v is not False}
            answer = steer(stack, said, time_of(context))
        sentence = f"{answer['rollout']} ({answer['phase']}): {answer['answer']}"
        typer.echo(json.dumps(answer) if self.as_json else sentence)


@with_options(order=Order)
def pause_command(
    context: typer.Context,
    order: Order,
    minutes: Annotated[
        int, typer.Option(min=1, max=10_080, help="How long; then it goes on by itself.")
    ] = 60,
) -> None:
    """Stop it from advancing for a while. It still watches and still rolls back; its limits stand
    still meanwhile.
    """
    order.give(context, "pause", minutes=minutes)


@with_options(order=Order)
def resume_command(context: typer.Context, order: Order) -> None:
    """End a pause before its time."""
    order.give(context, "resume")


@with_options(order=Order)
def promote_command(
    context: typer.Context,
    order: Order,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="To 100% at once, not just one step.")
    ] = False,
) -> None:
    """Take the next step without waiting for evidence. A recorded roll-back is never overridden."""
    order.give(context, "promote", full=full)


@with_options(order=Order)
def roll_back_command(
    context: typer.Context,
    order: Order,
    *,
    promotion: Annotated[
        bool,
        typer.Option(
            "--promotion", help="Undo the last promotion, although a later rollout ended since."
        ),
    ] = False,
) -> None:
    """Take the canary back to 0 now, every other variant as it was found; after PROMOTED too,
    unless somebody changed the endpoint since.
    """
    order.give(context, "rollback", promotion=promotion)


@with_options(order=Order)
def approve_command(
    context: typer.Context, order: Order, share: Share, rollout: Rollout = ""
) -> None:
    """Let it go to a share that needs a person's approval, as soon as its evidence is enough."""
    order.give(context, "approve", share=share, rollout=rollout)


@with_options(order=Order)
def reject_command(
    context: typer.Context, order: Order, share: Share, rollout: Rollout = ""
) -> None:
    """Refuse the approval of a share: the canary is taken back to 0."""
    order.give(context, "reject", share=share, rollout=rollout)


@with_options(order=Order)
def retry_command(context: typer.Context, order: Order) -> None:
    """Try again to restore an UNPROVEN rollout's safe weights."""
    order.give(context, "retry")


@with_options(order=Order)
def release_command(context: typer.Context, order: Order) -> None:
    """Let go of the endpoint with its weights as they are; from then on they are yours."""
    order.give(context, "release")


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
