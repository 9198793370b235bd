"""`canaryctl start`: a spec becomes a rollout."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console

from canary.domain.errors import Refused
from canary.domain.plan.spec import Spec
from canary.domain.rollout.record import Record
from canary.flow.plan import rollout_id
from canaryctl.operate.executions import refusal, start_execution, wait_for
from canaryctl.operate.options import Time, time_of, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.watching import watch
from canaryctl.operate.where import WholeWhere
from canaryctl.shell.exits import Exit
from canaryctl.shell.groups import with_options
from canaryctl.spec.reading import SpecFile, read_spec_file

PLANNED_WITHIN_SECONDS = 150.0


@with_options(where=WholeWhere)
def start_command(
    context: typer.Context,
    where: WholeWhere,
    spec: SpecFile,
    name: Annotated[
        str | None, typer.Option(help="Name of the execution; the same name never starts twice.")
    ] = None,
    *,
    follow: Annotated[
        bool, typer.Option("--watch", help="Stay and watch until it has ended.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Ask for it, and look no further.")
    ] = False,
) -> None:
    """Start a rollout and say whether it was accepted.

    The smallest spec is {"endpoint": "churn-prod", "canary": "Variant2"}: 5, 25, 50, 100%, errors
    and slow requests watched. The canary must be a variant of the endpoint at weight 0. A spec that
    cannot work is refused with the field and the remedy, and nothing is changed.
    """
    with told_plainly():
        if follow and no_wait:
            raise Refused("--no-wait", "given beside --watch, which waits", "Leave one of them out")
        parsed, document = read_spec_file(spec)
        found, when = where.found(), time_of(context)
        arn = start_execution(found, document, name, parsed.endpoint)
        rollout = rollout_id(parsed.endpoint, arn)
        planned = None if no_wait else _accepted(found, arn, rollout, when)
        _say(Start(parsed, arn, rollout, planned, waited=not no_wait), as_json=where.as_json)
        if planned is None and not no_wait:
            raise typer.Exit(Exit.NOT_KNOWN)
        if follow and _watch(found, rollout, arn, when, as_json=where.as_json) != "SUCCEEDED":
            raise typer.Exit(Exit.NOT_GOOD)


@dataclass(frozen=True)
class Start:
    """What was asked for, and the record that was seen of it: None where none was."""

    spec: Spec
    execution: str
    rollout: str
    planned: Record | None
    waited: bool

    @property
    def document(self) -> dict[str, Any]:
        """Return it as JSON values; `accepted` and `phase` are null where that is not known."""
        return {
            "rollout": self.rollout,
            "endpoint": self.spec.endpoint,
            "execution": self.execution,
            "accepted": None if self.planned is None else True,
            "phase": self.planned and self.planned.phase,
            "notices": self.planned.plan.notices if self.planned else (),
        }

    @property
    def lines(self) -> Iterator[str]:
        """Yield it in words: what was seen, and nothing else."""
        look = f"canaryctl status {self.spec.endpoint}"
        if self.planned is not None:
            what = f"{self.spec.canary} on {self.spec.endpoint} starts at share 0"
            phase = self.planned.phase
            yield f"{self.rollout}: {what}, without a request; its record says {phase}."
            yield from (f"  {notice}" for notice in self.planned.plan.notices)
            yield f"Watch it: {look} --watch. Why it waits: canaryctl explain {self.spec.endpoint}"
            return
        yield f"Asked for: execution {self.execution}."
        after = f"no record of {self.rollout} within {PLANNED_WITHIN_SECONDS:.0f} s"
        why = after if self.waited else "nobody waited for its record"
        yield f"Whether it was accepted is not known: {why}. It will tell: {look}"


def _accepted(stack: Stack, arn: str, rollout: str, when: Time) -> Record | None:
    """Return the record of a rollout that was accepted, None where none was seen in time. Raises
    RefusedThere, AwsUnavailable.
    """
    execution = wait_for(
        stack,
        arn,
        when.sleep,
        PLANNED_WITHIN_SECONDS,
        lambda _: _planned(stack, rollout) is not None,
    )
    planned = _planned(stack, rollout)
    if planned is None and execution.over:
        raise refusal(execution)
    return planned


def _planned(stack: Stack, rollout: str) -> Record | None:
    try:
        return stack.rollouts.load(rollout)
    except Refused:
        return None


def _say(start: Start, *, as_json: bool) -> None:
    for line in [json.dumps(start.document)] if as_json else start.lines:
        typer.echo(line)


def _watch(stack: Stack, rollout: str, arn: str, when: Time, *, as_json: bool) -> str:
    """Return how the execution stands once the rollout has ended."""
    watch(stack, lambda: [stack.rollouts.load(rollout)], when, Console(stderr=as_json))
    return wait_for(stack, arn, when.sleep, PLANNED_WITHIN_SECONDS).status
