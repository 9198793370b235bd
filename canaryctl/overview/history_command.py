"""`canaryctl history`: what became of an endpoint's rollouts, and what happened in one."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from canary.domain.errors import Refused
from canary.domain.rollout.record import Record
from canary.domain.words import moment
from canaryctl.operate.lookup import told_of_unread
from canaryctl.operate.options import told_plainly
from canaryctl.operate.where import TableWhere
from canaryctl.overview.events import EndpointHistory, events, forgotten, past
from canaryctl.overview.show import show_lines
from canaryctl.shell.endpoint import About
from canaryctl.shell.groups import with_options

ROLLOUTS = ("rollout", "canary", "phase", "started (UTC)", "ended (UTC)")
EVENTS = ("at (UTC)", "kind", "what", "by")


@with_options(about=About, where=TableWhere)
def history_command(
    about: About,
    where: TableWhere,
    rollout: Annotated[
        str | None, typer.Option(help="The events of this rollout, by its id; else the newest's.")
    ] = None,
) -> None:
    """Tell an endpoint's rollouts and how they ended, and what happened in one: orders with who and
    why, verdicts, shares, messages.

    Names of people are what came with their orders, claimed and not proven (reads the whole table).
    """
    with told_plainly():
        stack = where.found()
        unread: dict[str, Exception] = {}
        records = stack.rollouts.every(about.endpoint, unread)
        meant = _meant(records, rollout, about.endpoint)
        found = EndpointHistory(
            endpoint=about.endpoint,
            rollouts=past(records),
            events_of=meant and meant.rollout,
            events=events(meant, stack.evidence.verdicts(meant.rollout)) if meant else (),
            forgotten=forgotten(meant) if meant else "",
        )
    if where.as_json:
        typer.echo(found.model_dump_json())
    else:
        _show(Console(), found)
    for told in told_of_unread(stack, unread):
        typer.echo(told, err=True)


def _meant(records: list[Record], rollout: str | None, endpoint: str) -> Record | None:
    if rollout is None:
        return records[-1] if records else None
    found = next((record for record in records if record.rollout == rollout), None)
    if found is None:
        known = ", ".join(record.rollout for record in records) or "none"
        raise Refused("--rollout", f"{endpoint} had no rollout {rollout!r}", f"It had {known}")
    return found


def _show(console: Console, found: EndpointHistory) -> None:
    if not found.rollouts:
        console.print(Text(f"{found.endpoint} never had a rollout in this stack."), soft_wrap=True)
        return
    rollouts = (
        (
            one.rollout,
            one.canary,
            one.phase,
            f"{one.started_at:%Y-%m-%d %H:%M}",
            f"{one.ended_at:%Y-%m-%d %H:%M}" if one.ended_at else "-",
            one.why or "-",
        )
        for one in found.rollouts
    )
    show_lines(console, ROLLOUTS, rollouts, last="why")
    console.print(Text(f"What happened in {found.events_of}:", style="bold"), soft_wrap=True)
    happened = (
        (moment(one.at).removesuffix(" UTC"), one.kind, one.what, one.by or "-", one.why or "-")
        for one in found.events
    )
    show_lines(console, EVENTS, happened, last="why")
    if found.forgotten:
        console.print(Text(found.forgotten), soft_wrap=True)
