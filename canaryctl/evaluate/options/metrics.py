"""What decides, as options."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused
from canary.domain.labelled.paired import GateLevels

PANEL = "What decides"


@dataclass(frozen=True)
class MetricOptions:
    """Task, metrics and error rates."""

    task: Annotated[
        str, typer.Option(help="binary, multiclass or regression.", rich_help_panel=PANEL)
    ] = "binary"
    right_within: Annotated[
        float | None,
        typer.Option(help="Error up to which a regression is right.", rich_help_panel=PANEL),
    ] = None
    metric: Annotated[
        list[str] | None,
        typer.Option(help="Deciding metric and margin, accuracy=0.02.", rich_help_panel=PANEL),
    ] = None
    false_rollback: Annotated[
        float,
        typer.Option(help="How often an equal canary may be called worse.", rich_help_panel=PANEL),
    ] = 0.025
    false_promotion: Annotated[
        float, typer.Option(help="How often a worse one may pass.", rich_help_panel=PANEL)
    ] = 0.05

    def keys(self) -> dict[str, Any]:
        """Return the spec's keys, those given alone; raise Refused for a metric without margin."""
        metrics = dict(_margin(text) for text in self.metric or ())
        given = {
            "task": self.task,
            "right_within": self.right_within,
            "metrics": metrics or None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def levels(self) -> GateLevels:
        """Return how often the answer may be wrong."""
        return GateLevels(stop=self.false_rollback, promote=self.false_promotion)


def _margin(text: str) -> tuple[str, dict[str, float]]:
    name, _, margin = text.partition("=")
    try:
        return name, {"max_worse": float(margin)}
    except ValueError as error:
        raise Refused("--metric", f"{text!r} has no margin", "Write it as accuracy=0.02") from error
