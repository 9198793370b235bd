"""What decides, as options."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from canary.domain.errors import Refused
from canary.domain.labelled.paired import GateLevels
from canaryctl.evaluate.options.labelled_set import column_of
from canaryctl.evaluate.options.once import once

PANEL = "What decides"


@dataclass(frozen=True)
class MetricOptions:
    """Task, metrics and error rates."""

    task: Annotated[
        str,
        typer.Option(
            help="binary, multiclass, regression, text, entities, multilabel, ranking, quantiles, "
            "custom.",
            rich_help_panel=PANEL,
        ),
    ] = "binary"
    right_within: Annotated[
        float | None,
        typer.Option(help="Error up to which a regression is right.", rich_help_panel=PANEL),
    ] = None
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="Deciding metric and margin, accuracy=0.02; a loss with its cap, "
            "absolute_error=2,cap=60.",
            rich_help_panel=PANEL,
        ),
    ] = None
    slice_metric: Annotated[
        list[str] | None,
        typer.Option(
            help="Slice that must pass too, its metric and margin, south:accuracy=0.05.",
            rich_help_panel=PANEL,
        ),
    ] = None
    scorer: Annotated[
        str | None,
        typer.Option(
            help="Your own metric: file.py:function, or the ARN of a Lambda function.",
            rich_help_panel=PANEL,
        ),
    ] = None
    scorer_batch: Annotated[
        int, typer.Option(help="Answers in one call of the scorer.", rich_help_panel=PANEL)
    ] = 20
    costs: Annotated[
        str | None,
        typer.Option(
            help='Cost by true class and decision, {"0": {"1": 1}, "1": {"0": 20}}.',
            rich_help_panel=PANEL,
        ),
    ] = None
    ndcg_at: Annotated[
        int | None, typer.Option(help="Places of a ranking that count.", rich_help_panel=PANEL)
    ] = None
    ranked_by: Annotated[
        str | None,
        typer.Option(
            help="What a ranking's numbers are: scores, ranks, order or distances.",
            rich_help_panel=PANEL,
        ),
    ] = None
    ranks_catalogue: Annotated[
        bool,
        typer.Option(
            "--ranks-catalogue",
            help="Answers rank a larger catalogue than the labels name.",
            rich_help_panel=PANEL,
        ),
    ] = False
    quantiles: Annotated[
        str | None,
        typer.Option(help="Quantiles that are compared, 0.1,0.5,0.9.", rich_help_panel=PANEL),
    ] = None
    label_separator: Annotated[
        str | None,
        typer.Option(help="What separates the labels of a record.", rich_help_panel=PANEL),
    ] = None
    weight_column: Annotated[
        str | None,
        typer.Option(
            help="Index or name of a column with how much a record counts.", rich_help_panel=PANEL
        ),
    ] = None
    weight_cap: Annotated[
        float | None, typer.Option(help="Weight beyond which none counts.", rich_help_panel=PANEL)
    ] = None
    max_latency_ratio: Annotated[
        float | None,
        typer.Option(help="Median latency ratio that never passes.", rich_help_panel=PANEL),
    ] = None
    max_size_ratio: Annotated[
        float | None,
        typer.Option(help="Median size ratio that never passes.", rich_help_panel=PANEL),
    ] = None
    max_tokens_ratio: Annotated[
        float | None,
        typer.Option(help="Median token ratio that never passes.", rich_help_panel=PANEL),
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
        metrics = once("--metric", map(_margin, self.metric or ()))
        ratios = {
            "latency": self.max_latency_ratio,
            "size": self.max_size_ratio,
            "tokens": self.max_tokens_ratio,
        }
        given = {
            "task": self.task,
            "right_within": self.right_within,
            "metrics": metrics or None,
            "slices": _slices(self.slice_metric or ()) or None,
            "scorer": self.scorer,
            "scorer_batch": self.scorer_batch,
            "costs": None if self.costs is None else _costs(self.costs),
            "ndcg_at": self.ndcg_at,
            "ranked_by": self.ranked_by,
            "ranks_catalogue": self.ranks_catalogue or None,
            "quantiles": None if self.quantiles is None else self.quantiles.split(","),
            "label_separator": self.label_separator,
            "weight_column": column_of(self.weight_column),
            "weight_cap": self.weight_cap,
            **{key: {"max_ratio": one} for key, one in ratios.items() if one is not None},
        }
        return {name: value for name, value in given.items() if value is not None}

    def levels(self) -> GateLevels:
        """Return how often the answer may be wrong."""
        given = {"--false-rollback": self.false_rollback, "--false-promotion": self.false_promotion}
        for option, level in given.items():
            if not 0 < level < 1:
                problem = f"{level:g} is no rate of errors"
                raise Refused(option, problem, "Give a number above 0 and below 1, as 0.05")
        return GateLevels(stop=self.false_rollback, promote=self.false_promotion)


def _margin(text: str) -> tuple[str, dict[str, float]]:
    """Return a metric and its margin from name=margin, further keys behind commas."""
    name, _, rest = text.partition("=")
    margin, *more = rest.split(",")
    try:
        pairs = [("max_worse", margin), *(_pair(one) for one in more)]
        return name, once("--metric", [(key, float(number)) for key, number in pairs])
    except ValueError as error:
        remedy = "Write it as accuracy=0.02, or absolute_error=2,cap=60"
        raise Refused("--metric", f"{text!r} has no margin", remedy) from error


def _pair(text: str) -> tuple[str, str]:
    key, number = text.split("=")
    return key, number


def _slices(texts: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the metrics by slice from slice:name=margin."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for text in texts:
        place, colon, margin = text.rpartition(":")
        if not colon:
            remedy = "Write it as south:accuracy=0.05"
            raise Refused("--slice-metric", f"{text!r} names no slice", remedy)
        name, keys = _margin(margin)
        margins = found.setdefault(place, {})
        found[place] = once("--slice-metric", [*margins.items(), (name, keys)])
    return found


def _costs(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        remedy = '{"0": {"1": 1}, "1": {"0": 20}}'
        raise Refused("--costs", f"not JSON ({error})", f"Write it as {remedy}") from error
