"""`canaryctl status`: where rollouts stand, once or while they run."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from canary.domain.rollout.brakes import paused_words
from canary.domain.rollout.record import Record
from canary.domain.words import moment
from canaryctl.live.plain import line_of
from canaryctl.live.row import LiveRow
from canaryctl.live.table import WIDE_FROM, live_table
from canaryctl.operate.freezes import may_rise, told_of_freezes
from canaryctl.operate.lookup import Unread, newest_of, told_of_unread, under_way
from canaryctl.operate.options import Time, time_of, told_plainly
from canaryctl.operate.stack import Stack
from canaryctl.operate.subscribers import told_of_subscribers
from canaryctl.operate.watching import EVERY_SECONDS, rows_of, watch
from canaryctl.operate.where import TableWhere
from canaryctl.shell.endpoint import MaybeAbout
from canaryctl.shell.groups import with_options


@with_options(about=MaybeAbout, where=TableWhere)
def status_command(
    context: typer.Context,
    about: MaybeAbout,
    where: TableWhere,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Ended rollouts too (reads the whole table).")
    ] = False,
    follow: Annotated[bool, typer.Option("--watch", help="Redraw until all have ended.")] = False,
    every: Annotated[
        float, typer.Option(min=0.5, help="Seconds between two looks while watching.")
    ] = EVERY_SECONDS,
) -> None:
    """Show where rollouts stand: phase, step, share, evidence against its threshold, last verdict.

    "worse" is the evidence for taking it back, which happens at its threshold; "good enough" is
    that of the guard furthest from passing, and the step ends when every guard has passed. Where
    nobody is subscribed to the messages it says so.
    """
    with told_plainly():
        found, when = where.found(), time_of(context)
        unread: dict[str, Exception] = {}
        read = _reader(found, about.endpoint, unread, everything=everything)
        if follow:
            watch(found, read, when, Console(stderr=where.as_json), every)
        records = read() if where.as_json or not follow else []
        rows = rows_of(found, records, when)
        count, unheard = told_of_subscribers(found)
        frozen = told_of_freezes(found, when.now()) if any(map(may_rise, records)) else ""
        if where.as_json:
            shown = [plain(*each) for each in zip(rows, records, strict=True)]
            whole = {"subscribers": count, "frozen_for_everybody": frozen or None}
            typer.echo(json.dumps([{**row, **whole} for row in shown]))
        elif not follow:
            _show(rows, records, unread, when)
            for notice in records[0].plan.notices if about.endpoint else ():
                typer.echo(f"  {notice}")
            for act in records[0].acts if about.endpoint else ():
                typer.echo(f"  {moment(act.at)}: {act.words}")
        for told in (*told_of_unread(found, unread), frozen, unheard):
            if told:
                Console(stderr=where.as_json).print(Text(told, style="bold yellow"), soft_wrap=True)


def _reader(
    stack: Stack, endpoint: str | None, unread: Unread, *, everything: bool
) -> Callable[[], Sequence[Record]]:
    if endpoint:
        return lambda: [newest_of(stack, endpoint)]
    return lambda: stack.rollouts.every(unread=unread) if everything else under_way(stack, unread)


def _show(rows: Sequence[LiveRow], records: Sequence[Record], unread: Unread, when: Time) -> None:
    console = Console()
    if not rows:
        if not unread:
            console.print("No rollout is under way; --all shows ended ones.")
    elif console.is_terminal:
        console.print(live_table(rows, width=min(console.width, WIDE_FROM - 1)))
        for row in rows:
            console.print(Text.assemble((row.name, "bold"), f"  {row.word} {row.reason}"))
    else:
        for row in rows:
            typer.echo(line_of(row))
    for record in records:
        paused = paused_words(record, when.now())
        if paused:
            console.print(Text(f"{record.endpoint}  {paused}."), soft_wrap=not console.is_terminal)


def plain(row: LiveRow, record: Record) -> dict[str, Any]:
    """Return a line as JSON; evidence as natural logarithms beside its threshold, and what was told
    at the start.
    """
    gauges = {
        name: None
        if gauge is None
        else {"log_evidence": gauge.log_value, "log_threshold": gauge.log_threshold}
        for name, gauge in (("worse", row.worse), ("good_enough", row.better))
    }
    return {
        "endpoint": row.name,
        "phase": row.phase,
        "step": row.step,
        "steps": row.steps,
        "share": row.share,
        "compared_with": _compared_with(record),
        "minute": row.minute,
        "verdict": row.verdict or None,
        "reason": row.reason,
        "paused": row.paused,
        "waits": row.waits and row.waits.model_dump(mode="json"),
        "approvals": [one.model_dump(mode="json") for one in record.approvals],
        "nearness": row.nearness,
        "ended": row.ended,
        "notices": record.plan.notices,
        "acts": [act.model_dump(mode="json") for act in record.acts],
        **gauges,
    }


def _compared_with(record: Record) -> tuple[str, ...]:
    alone = record.ended or record.share >= 1
    return () if alone else record.plan.compared_with(record.step)
