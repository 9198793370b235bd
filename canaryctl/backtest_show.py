"""`canaryctl replay --endpoint`: reads the past through boto3 and prints what the controller would
have done.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import typer

from canary.domain.errors import Refused
from canary.domain.plan.spec import Spec
from canaryctl.backtest import Backtest, backtest
from canaryctl.offline_plan import told_of_two_sides, without_control


def show_backtest(
    spec: Spec, start: datetime, end: datetime, region: str | None, *, as_json: bool
) -> None:
    """Print the backtest of an endpoint between two times (naive ones are UTC).

    Raises Refused, and StackError where no region is known.
    """
    # Half a second that a replay of files does not need.
    from canary.adapters.cloudwatch import CloudWatchMetrics  # noqa: PLC0415
    from canary.adapters.sagemaker import SageMakerEndpoints  # noqa: PLC0415
    from canaryctl.operate.stack import client  # noqa: PLC0415

    since, until = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
    if since >= until:
        raise Refused("--from", f"{since} is not before {until}", "Swap --from and --to")
    view = SageMakerEndpoints(client("sagemaker", region)).describe(spec.endpoint)
    baselines = [variant.name for variant in view.variants if variant.name != spec.canary]
    if not baselines:
        raise Refused(
            "--endpoint",
            f"{spec.endpoint} has no variant beside {spec.canary}",
            "Check name and region",
        )
    metrics = CloudWatchMetrics(client("cloudwatch", region))
    found = backtest(without_control(spec), metrics, baselines, since, until)
    if spec.control is not None:
        typer.echo(told_of_two_sides(spec).strip(), err=True)
    typer.echo(json.dumps(asdict(found)) if as_json else "\n".join(sentences(found)))


def sentences(found: Backtest) -> list[str]:
    """Return the backtest in words."""
    lines = [f"{found.minutes} minutes read."]
    if found.outcome is None:
        lines.append("The canary served nothing in this time.")
    else:
        outcome = found.outcome
        lines.append(
            f"With the canary's own minutes: {outcome.verdict} after {outcome.windows} "
            f"windows. {outcome.reason}"
        )
    advance = found.median_windows_to_advance
    when = f", half of them by window {advance:.0f}" if advance is not None else ""
    lines.append(
        f"With the baseline as its own canary, {found.bakes} bakes: {found.false_alarms} false "
        "alarms, "
        f"{found.advanced} would have advanced{when}."
    )
    return lines
