"""`canaryctl start`: a spec becomes a rollout."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from canary.domain.errors import Refused
from canary.domain.plan.spec import Spec, read_spec
from canary.domain.rollout.record import Record
from canary.flow.plan import rollout_id
from canary.ports.aws import ExecutionView
from canaryctl.operate.executions import refusal, start_execution, wait_for
from canaryctl.operate.options import Time, time_of, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.watching import watch
from canaryctl.operate.where import WholeWhere
from canaryctl.shell.exits import Exit
from canaryctl.shell.groups import with_options

PLANNED_WITHIN_SECONDS = 150.0


@with_options(where=WholeWhere)
def start_command(
    context: typer.Context,
    where: WholeWhere,
    spec: Annotated[
        Path, typer.Option(help="The spec (JSON); - reads it from standard input.", allow_dash=True)
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the execution; the same name never starts twice.")
    ] = None,
    *,
    follow: Annotated[
        bool, typer.Option("--watch", help="Stay and watch until it has ended.")
    ] = False,
) -> None:
    """Start a rollout and say whether it was accepted.

    The smallest spec is {"endpoint": "churn-prod", "canary": "Variant2"}: 5, 25, 50, 100%, errors
    and slow requests watched. The canary must be a variant of the endpoint at weight 0. A spec that
    cannot work is refused with the field and the remedy, and nothing is changed.
    """
    with told_plainly():
        document = _read(spec)
        found = where.found()
        parsed, when = read_spec(document), time_of(context)
        arn = start_execution(found, document, name, parsed.endpoint)
        rollout = rollout_id(parsed.endpoint, arn)
        execution = wait_for(
            found,
            arn,
            when.sleep,
            PLANNED_WITHIN_SECONDS,
            lambda _: _planned(found, rollout) is not None,
        )
        planned = _planned(found, rollout)
        if execution.status == "FAILED" and planned is None:
            raise refusal(execution)
        _say(parsed, arn, rollout, planned.plan.notices if planned else (), as_json=where.as_json)
        if (
            follow
            and _watch(found, rollout, arn, when, as_json=where.as_json).status != "SUCCEEDED"
        ):
            raise typer.Exit(Exit.NOT_GOOD)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(
            sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as error:
        raise Refused(
            "--spec", f"{path}: {error}", "Give a file that holds one JSON object"
        ) from error
    if not isinstance(document, dict):
        raise Refused(
            "--spec",
            f"{path} holds no JSON object",
            'Give one like {"endpoint": ..., "canary": ...}',
        )
    return document


def _planned(stack: Stack, rollout: str) -> Record | None:
    try:
        return stack.rollouts.load(rollout)
    except Refused:
        return None


def _say(spec: Spec, arn: str, rollout: str, notices: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        names = {"rollout": rollout, "endpoint": spec.endpoint, "execution": arn}
        typer.echo(json.dumps({**names, "notices": notices}))
        return
    typer.echo(f"{rollout}: {spec.canary} on {spec.endpoint} starts at share 0.")
    for notice in notices:
        typer.echo(f"  {notice}")
    typer.echo(f"Watch it: canaryctl status --watch --endpoint {spec.endpoint}")


def _watch(stack: Stack, rollout: str, arn: str, when: Time, *, as_json: bool) -> ExecutionView:
    watch(stack, lambda: [stack.rollouts.load(rollout)], when, Console(stderr=as_json))
    return wait_for(stack, arn, when.sleep, PLANNED_WITHIN_SECONDS)
