"""`canaryctl validate`: is this a spec, and what would have to be mended?"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused
from canary.domain.plan.spec import Spec
from canary.domain.words import percent
from canaryctl.shell.failures import refused
from canaryctl.spec.reading import Checked, Found, SpecRefused, check_file


def validate_command(
    spec: Annotated[
        Path,
        typer.Argument(
            help="The spec, JSON or YAML; - reads it from standard input.", allow_dash=True
        ),
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON to standard output, for scripts.")
    ] = False,
) -> None:
    """Say whether a file is a spec: every mistake at once, with line, column and remedy.

    Nothing is asked of AWS: whether the endpoint, its variants, alarms and metrics are there says
    start, before it changes anything. --json has the spec as JSON too, for what takes no YAML.
    """
    try:
        checked = check_file(spec)
    except Refused as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps(as_document(checked), indent=2, ensure_ascii=False))
    if checked.spec is None:
        raise refused(SpecRefused(checked))
    if not as_json:
        typer.echo(sentence(checked.name, checked.spec))


def sentence(name: str, spec: Spec) -> str:
    """Return what a spec asks for, in short."""
    shares = ", ".join(percent(step.share) for step in spec.steps)
    watched = ["errors", *spec.guards.custom, *(["quality"] if spec.guards.quality else [])]
    if not spec.guards.slow_requests_named or spec.guards.slow_requests is not None:
        watched.insert(1, "slow_requests")
    alarms = f" and {len(spec.guards.alarms)} alarms" if spec.guards.alarms else ""
    beside = f", beside the control {spec.control}" if spec.control else ""
    return (
        f"{name} is a spec: {spec.canary} on {spec.endpoint}, {shares}, watched by "
        f"{', '.join(watched)}{alarms}{beside}."
    )


def as_document(checked: Checked) -> dict[str, Any]:
    """Return what was found as JSON."""
    return {
        "file": checked.name,
        "valid": checked.spec is not None,
        "spec": checked.document if checked.spec is not None else None,
        "mistakes": [_mistake(found) for found in checked.found],
    }


def _mistake(found: Found) -> dict[str, Any]:
    mistake, spot = found.mistake, found.spot
    return {
        "field": mistake.field if mistake.path else None,
        "line": spot.line if spot else None,
        "column": spot.column if spot else None,
        "problem": mistake.problem,
        "wanted": mistake.wanted or None,
        "remedy": mistake.remedy,
        "see": mistake.page,
    }
