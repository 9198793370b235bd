"""Which endpoint and variants are asked, how fast, and how sure the answer has to be."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canaryctl.shell.endpoint import About

PANEL = "How it is asked"


@dataclass(frozen=True, kw_only=True)
class VariantOptions(About):
    """The endpoint and its two variants."""

    baseline: Annotated[str, typer.Option(help="Variant that serves now.")]
    canary: Annotated[str, typer.Option(help="Variant that might replace it.")]


@dataclass(frozen=True)
class CallOptions:
    """How the endpoint is asked."""

    concurrency: Annotated[
        int, typer.Option(help="Requests under way at once.", rich_help_panel=PANEL)
    ] = 4
    rate: Annotated[
        float,
        typer.Option(
            help="Requests per second at most, both variants together.", rich_help_panel=PANEL
        ),
    ] = 50.0
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for one answer.", rich_help_panel=PANEL)
    ] = 65.0
    region: Annotated[str | None, typer.Option(help="AWS region.", rich_help_panel=PANEL)] = None

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys."""
        return {
            "concurrency": self.concurrency,
            "max_requests_per_second": self.rate,
            "request_timeout_seconds": self.timeout,
        }
