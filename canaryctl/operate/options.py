"""What every command on a stack shares: its options, where time comes from, and how trouble becomes
an exit code.

0 good, 1 AWS did not answer or refused, 2 wrong input or a refusal of the controller, 3 a rollout
that did not end promoted.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from canary.adapters.translation import code_of_cause, nobody_asked, nobody_reached
from canary.domain.errors import CanaryError, Refused
from canaryctl.operate.executions import RefusedThere, Sleep
from canaryctl.operate.lookup import why_unreadable
from canaryctl.operate.stack import StackError
from local.account_time import account_now, is_here

EXIT_AWS, EXIT_REFUSED, EXIT_NOT_PROMOTED = 1, 2, 3
PANEL = "Which stack"

StackName = Annotated[
    str,
    typer.Option(
        "--stack",
        envvar="CANARY_STACK",
        help="Name of the CloudFormation stack.",
        rich_help_panel=PANEL,
    ),
]
Region = Annotated[
    str | None,
    typer.Option("--region", help="AWS region; else that of your profile.", rich_help_panel=PANEL),
]
Table = Annotated[
    str | None,
    typer.Option(
        "--table",
        envvar="CANARY_TABLE",
        help="Table, instead of the stack's output.",
        rich_help_panel=PANEL,
    ),
]
StateMachine = Annotated[
    str | None,
    typer.Option(
        "--state-machine",
        envvar="CANARY_STATE_MACHINE",
        help="ARN of the state machine, instead of the stack's output.",
        rich_help_panel=PANEL,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON to standard output, for scripts.")]
DEFAULT_STACK = "sagemaker-canary"
LOG_IN = (
    "AWS does not know who asks: log in again, or choose a profile (AWS_PROFILE); "
    "`aws sts get-caller-identity` tells who you are"
)
NO_NETWORK = (
    "No call comes to AWS: look at the network, at the proxy (HTTPS_PROXY), and whether the region "
    "is one"
)
PARTS = {
    "ResourceNotFoundException": "table",
    "StateMachineDoesNotExist": "state machine",
    "StateMachineDeleting": "state machine",
}
"""Parts of a stack by how AWS says that there is no such thing; SageMaker has other words for an
endpoint.
"""


@dataclass(frozen=True)
class Time:
    """Where a command takes time from; the emulator gives its own."""

    sleep: Sleep = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def time_of(context: typer.Context) -> Time:
    """Return the time a command was given, that of an account on this machine, or the wall's."""
    if isinstance(context.obj, Time):
        return context.obj
    url = os.environ.get("AWS_ENDPOINT_URL", "")
    return Time(now=lambda: account_now(url)) if is_here(url) else Time()


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what may go wrong into one line on standard error and an exit code."""
    try:
        yield
    except (StackError, Refused, RefusedThere) as error:
        raise _exit(str(error), EXIT_REFUSED) from error
    except ValidationError as error:
        said = f"{why_unreadable(error)} of a stored {error.title} is not what this version knows"
        raise _exit(
            f"{said}: use the canaryctl of the version that is deployed", EXIT_AWS
        ) from None
    except CanaryError as error:
        raise _exit(f"AWS: {_plainly(error)}", EXIT_AWS) from error


def _plainly(error: CanaryError) -> str:
    """Return what AWS said; where nothing else can be meant, what that is and how to go on."""
    if nobody_asked(error):
        return f"{error}. {LOG_IN}"
    if nobody_reached(error):
        return f"{error}. {NO_NETWORK}"
    part = PARTS.get(code_of_cause(error))
    if part is None:
        return str(error)
    return (
        f"the {part} is gone or was never there: check --stack, --region and account, or the "
        "option that named it; `canaryctl doctor` says what a stack lacks and how it is put back"
    )


def _exit(message: str, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)
