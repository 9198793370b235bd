"""The endpoint a command is about: `pause churn-prod`, or `pause --endpoint churn-prod`."""

from dataclasses import dataclass
from typing import Annotated

import typer

from canaryctl.shell.failures import misused

MEANT = "The endpoint that is meant."


def _one(context: typer.Context, value: str | None) -> str | None:
    """Return the endpoint that was named, in whichever way; fail where two are. What was typed is
    read before what was not.
    """
    named = context.params.get("endpoint_option")
    if value and named and value != named:
        told = f"Two endpoints are named, {value} and --endpoint {named}: give one."
        raise misused(context, "ENDPOINT", told)
    return value or named


def _needed(context: typer.Context, value: str | None) -> str | None:
    found = _one(context, value)
    if not found and not context.resilient_parsing:
        raise misused(context, "ENDPOINT", "Missing argument 'ENDPOINT'.")
    return found


def _as_option(context: typer.Context, value: str | None) -> str | None:
    placed = context.params.get("endpoint")
    if value and placed and value != placed:
        told = f"Two endpoints are named, {placed} and --endpoint {value}: give one."
        raise misused(context, "ENDPOINT", told)
    return value


EndpointOption = Annotated[
    str | None,
    typer.Option(
        "--endpoint", help="The same as ENDPOINT.", show_default=False, callback=_as_option
    ),
]


@dataclass(frozen=True, kw_only=True)
class About:
    """The endpoint that a command is about."""

    endpoint: Annotated[
        str, typer.Argument(metavar="ENDPOINT", help=MEANT, show_default=False, callback=_needed)
    ] = ""
    endpoint_option: EndpointOption = None


@dataclass(frozen=True, kw_only=True)
class MaybeAbout:
    """The endpoint that a command is about, where it is about one."""

    endpoint: Annotated[
        str | None, typer.Argument(metavar="ENDPOINT", help=MEANT, callback=_one)
    ] = None
    endpoint_option: EndpointOption = None
