"""What every command on a stack shares: its options, where time comes from, and how trouble becomes
an exit code.

The codes and what they mean stand in canaryctl/shell/exits.py.
"""

import os
import re
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
from canaryctl.shell.exits import Exit
from canaryctl.shell.failures import failed, refused
from local.account_time import account_now, is_here

PANEL = "Which stack"

LONGEST_STACK = 72
"""The state machine is called <stack>-rollout, and such a name has 80 characters at most."""


def stack_name(given: str) -> str:
    """Return the name of a stack, or its ARN; raise BadParameter where no stack of this application
    can have it.
    """
    if given.startswith("arn:"):
        return given
    if re.fullmatch("[a-zA-Z][a-zA-Z0-9-]*", given) is None:
        raise typer.BadParameter(
            f"{given!r} is no stack's name: letters, digits and hyphens, a letter first"
        )
    if len(given) > LONGEST_STACK:
        raise typer.BadParameter(
            f"{given!r} has {len(given)} characters, and a stack of this application at most "
            f"{LONGEST_STACK}: its state machine is called <stack>-rollout, which may have 80"
        )
    return given


StackName = Annotated[
    str,
    typer.Option(
        "--stack",
        envvar="CANARY_STACK",
        callback=stack_name,
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
NOT_RUNNING = (
    "Nothing answers at {url} (AWS_ENDPOINT_URL): start `canaryctl local`, or unset it to reach AWS"
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
    """Turn what may go wrong into one sentence and an exit code. Raises typer.Exit."""
    try:
        yield
    except StackError as error:
        raise failed(str(error), Exit.REFUSED, "stack", **error.parts) from error
    except Refused as error:
        raise refused(error) from error
    except RefusedThere as error:
        raise failed(str(error), Exit.REFUSED, "refused") from error
    except ValidationError as error:
        said = f"{why_unreadable(error)} of a stored {error.title} is not what this version knows"
        remedy = "use the canaryctl of the version that is deployed"
        raise failed(f"{said}: {remedy}", Exit.TROUBLE, "stored") from None
    except OSError as error:
        if error.filename is None:
            raise
        raise refused(_unwritable(error)) from error
    except CanaryError as error:
        raise failed(f"AWS: {_plainly(error)}", Exit.TROUBLE, "aws") from error


def _unwritable(error: OSError) -> Refused:
    """Return what a file or folder that cannot be used is told as."""
    return Refused(str(error.filename), error.strerror or repr(error), "Name another place")


def _plainly(error: CanaryError) -> str:
    """Return what AWS said; where nothing else can be meant, what that is and how to go on."""
    if nobody_asked(error):
        return f"{error}. {LOG_IN}"
    if nobody_reached(error):
        url = os.environ.get("AWS_ENDPOINT_URL", "")
        return f"{error}. {NOT_RUNNING.format(url=url) if is_here(url) else NO_NETWORK}"
    part = PARTS.get(code_of_cause(error))
    if part is None:
        return str(error)
    return (
        f"the {part} is gone or was never there: check --stack, --region and account, or the "
        "option that named it; `canaryctl doctor` says what a stack lacks and how it is put back"
    )
