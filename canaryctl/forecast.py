"""`canaryctl forecast`: can each step of a spec conclude at this traffic, and when?"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from canary.domain.errors import Refused
from canary.domain.plan.brakes.schedule import StepTime, schedule
from canary.domain.plan.custom.reach import told_of_reach
from canary.domain.plan.forecast import StepForecast
from canary.domain.plan.forecast import forecast as forecast_plan
from canary.domain.plan.guards import CountGuard, GuardHistory
from canary.domain.plan.plan import Plan
from canary.domain.plan.spec import Spec
from canary.domain.plan.standard_guards import ERRORS, SLOW_REQUESTS
from canary.domain.words import moment, percent
from canaryctl.offline_plan import plan_offline
from canaryctl.shell.exits import Exit
from canaryctl.shell.failures import failed, refused
from canaryctl.spec.reading import SpecFile, read_spec_file

DAY = 1440
MOST_REQUESTS = 1e9
"""A second: more than any endpoint serves, so that no infinity is taken for traffic."""


def assume(
    spec: Spec, requests_per_second: float, rates: dict[str, float], burstiness: float = 0.0
) -> Plan:
    """Return the plan of a spec as if a day of this traffic had been seen, bad rates by guard as
    fractions; of a guard without a rate nothing is known.
    """
    plan = plan_offline(spec, marked_rates=rates)
    marks_good = {keys.name for keys in spec.guards.counts if keys.good}

    def assumed(guard: CountGuard) -> CountGuard:
        if guard.name not in rates:
            return guard
        rest = guard.name in marks_good and guard.better == "lower"
        history = GuardHistory(
            minutes=DAY,
            rate=1 - rates[guard.name] if rest else rates[guard.name],
            burstiness=burstiness,
            requests_per_minute=60 * requests_per_second,
        )
        return guard.but(history=history)

    return plan.but(guards=tuple(assumed(guard) for guard in plan.guards))


def own_rates(spec: Spec, given: Sequence[str]) -> dict[str, float]:
    """Return the rates of marked events that were given as NAME=FRACTION. Raises Refused."""
    names = [keys.name for keys in spec.guards.counts]
    rates = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            rates[name] = float(number)
        except ValueError as error:
            raise Refused("--rate", f"{text!r} is not NAME=FRACTION", "Write it so") from error
        if name not in names or not 0 <= rates[name] <= 1:
            raise Refused(
                "--rate",
                f"{text!r} is no fraction of a guard in guards.counts",
                f"The spec has {', '.join(names) or 'none'}; a fraction lies between 0 and 1",
            )
    return rates


def forecast_command(
    spec: SpecFile,
    requests_per_second: Annotated[
        float, typer.Option(min=0.001, max=MOST_REQUESTS, help="Traffic of the whole endpoint.")
    ],
    error_rate: Annotated[
        float, typer.Option(min=0, max=1, help="Bad answers among requests, a fraction.")
    ] = 0.001,
    slow_rate: Annotated[
        float, typer.Option(min=0, max=1, help="Slow requests among requests, a fraction.")
    ] = 0.05,
    burstiness: Annotated[
        float, typer.Option(min=0, help="Squared coefficient of variation from minute to minute.")
    ] = 0,
    rate: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=FRACTION, once for each guard of guards.counts: its `bad` or `good` events "
            "among its events, of which one a request is assumed."
        ),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"],
            help="When the rollout starts, such as 2026-12-18T16:00Z; now unless given.",
        ),
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a step and guard.")
    ] = False,
) -> None:
    """Tell for every step whether it can conclude, when, and the smallest regression it would
    see.
    """
    try:
        parsed, _ = read_spec_file(spec)
        own = own_rates(parsed, rate or [])
        rates = {ERRORS: error_rate, SLOW_REQUESTS: slow_rate, **own}
        plan = assume(parsed, requests_per_second, rates, burstiness)
        steps = forecast_plan(plan)
    except Refused as error:
        raise refused(error) from error
    except ValueError as error:
        raise failed(f"{spec.name}: {error}", Exit.REFUSED, "refused") from error
    for name in (keys.name for keys in parsed.guards.counts if keys.name not in own):
        typer.echo(f"Nothing is known of {name}: give --rate {name}=FRACTION.", err=True)
    for keys in parsed.guards.values:
        typer.echo(
            f"{keys.name} is forecast in the first message alone, from the baseline's own day.",
            err=True,
        )
    times = schedule(plan, steps, start or datetime.now(UTC))
    if as_json:
        for step in steps:
            after = times[step.step]
            line = {**step.model_dump(mode="json"), "conclusive": step.conclusive}
            line |= {"next_share_at": after.at.isoformat(), "next_share_waits": after.waits}
            typer.echo(json.dumps(line))
        return
    Console().print(_table(steps))
    warnings = [step.warning for step in steps if step.warning]
    reach = [told for guard in plan.guards for told in told_of_reach(guard)]
    for sentence in (*warnings, *reach, *_of_thresholds(plan), *_of_times(plan, times)):
        typer.echo(sentence)


def _of_times(plan: Plan, times: Sequence[StepTime]) -> list[str]:
    """Return when each share is reached where something besides evidence is waited for."""
    if not any(time.waits for time in times):
        return []
    steps = "; ".join(time.words for time in times)
    over = f"{moment(times[-1].at + timedelta(minutes=plan.watch_minutes))}"
    least = "not before " if times[-1].by_hand else ""
    unread = "Freezes for everybody, which the stack keeps, are not among these."
    return [f"9 of 10 good canaries by the calendar: {steps}; promoted {least}{over}. {unread}"]


def _of_thresholds(plan: Plan) -> list[str]:
    """Return what each threshold is, or how a rollout learns it."""
    learnt = (
        "a rollout learns its threshold at the start, the median of the baseline's p95 over the "
        "last day's hours, and tells it in the first message; threshold_ms in the spec sets it"
    )
    return [
        f"{guard.name}: {guard.words.detail or learnt}."
        for guard in plan.guards
        if guard.name == SLOW_REQUESTS
    ]


def _table(steps: tuple[StepForecast, ...]) -> Table:
    table = Table(
        "step",
        "share",
        "guard",
        "a good canary advances after",
        "9 of 10 by",
        "2x is taken back after",
        "smallest regression seen",
    )
    for step in steps:
        table.add_row(
            str(step.step),
            f"{step.share:.0%}",
            Text(step.guard),
            _minutes(step.median_minutes),
            _minutes(step.p90_minutes),
            _twice(step),
            _smallest(step),
        )
    return table


def _twice(step: StepForecast) -> str:
    """Return when twice as bad is taken back, or why there is no such canary."""
    if step.baseline_rate == 0:
        return "0% has no double"
    if step.twice_as_bad_minutes is None and (step.baseline_rate or 0) > 0.5:
        return "above 100%"
    return _minutes(step.twice_as_bad_minutes)


def _smallest(step: StepForecast) -> str:
    """Return the smallest regression seen: its multiple, and the canary's rate where known."""
    shown = [f"{step.smallest_ratio:.2g}x"] if step.smallest_ratio else []
    if step.smallest_rate is not None:
        shown.append(f"to {percent(step.smallest_rate)}")
    return ", ".join(shown) or "none"


def _minutes(value: float | None) -> str:
    if value is None:
        return "never"
    return f"{value:,.0f} min" if value < 180 else f"{value / 60:,.1f} h"
