"""The decision's keys of a quality guard: the task, and which metrics decide with which margin."""

import math
import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.quality.margins import QualityMargin, RatioMargin
from canary.domain.plan.quality.set_keys import Column

Task = Literal[
    "binary",
    "multiclass",
    "regression",
    "text",
    "entities",
    "multilabel",
    "ranking",
    "quantiles",
    "custom",
]
Inconclusive = Literal["hold", "proceed", "roll_back"]
RankedBy = Literal["scores", "ranks", "order", "distances"]
"""What the numbers of a ranking are: more is better, 1 is best, the items' indexes best first, or
less is better.
"""

SCORER = "scorer"
LAMBDA_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?")
DECIDING_METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("accuracy", "recall", "specificity", "log_loss", "brier", "cost", "roc_auc"),
    "multiclass": ("accuracy", "log_loss", "cost"),
    "regression": ("accuracy", "within", "absolute_error", "relative_error", "squared_error"),
    "text": ("exact", "token_f1", "rouge_l"),
    "entities": ("entity_f1",),
    "multilabel": ("multilabel_f1",),
    "ranking": ("ndcg",),
    "quantiles": ("pinball",),
    "custom": (),
}
"""The metrics a paired test may decide on, per task, `scorer` beside them where one is given; every
other metric is reported and never decides.
"""
LOSSES = ("log_loss", "cost", "absolute_error", "relative_error", "squared_error", "pinball")
"""Metrics in a unit of their own, whose margins may exceed 1 and which take a `cap`."""
STANDS_IN = {
    "precision": "specificity stands in for it (precision is no mean of records)",
    "f1": "recall and specificity together stand in for it (F1 is no mean of records)",
    "false_positive_rate": "specificity is 1 minus it",
    "mae": "absolute_error is its name here",
    "mape": "relative_error is its name here",
    "mse": "squared_error is its name here",
    "rmse": "squared_error stands in for it, with the margin squared",
    "r2": "squared_error stands in for it (R2 is no mean of records)",
}
RARE = 0.05
"""A class of fewer records than this share is lost in an accuracy."""


Margins = dict[str, QualityMargin]
Share = Annotated[float, Field(gt=0, lt=1)]


def default_metrics(task: Task, positives: float | None = None) -> Margins:
    """Return what decides where the spec names no metric; `positives`: the share of label 1.

    A binary set with a class below 5% is decided by recall and specificity: a model that never
    finds the rare class is 95% accurate.
    """
    if task == "binary" and positives is not None and min(positives, 1 - positives) < RARE:
        return {
            "recall": QualityMargin(max_worse=0.05),
            "specificity": QualityMargin(max_worse=0.02),
        }
    names = {"entities": "entity_f1", "multilabel": "multilabel_f1", "ranking": "ndcg"}
    return {names.get(task, "accuracy"): QualityMargin(max_worse=0.02)}


class MetricKeys(Frozen):
    """What decides, and what follows where nothing does."""

    task: Task = Field(
        default="binary",
        description="What the model does; it settles which metrics may decide.",
        examples=["multiclass"],
    )
    right_within: float | None = Field(
        default=None,
        ge=0,
        description="Absolute error up to which a regression's answer counts as right, in the "
        "label's unit.",
        examples=[0.5],
    )
    metrics: Margins | None = Field(
        default=None,
        min_length=1,
        description="The metrics that decide, by name, each with its margin. Left out: accuracy, "
        "of a binary set with a class below 5% recall and specificity, of other tasks "
        "docs/scorers.md.",
        examples=[{"accuracy": {"max_worse": 0.02}, "recall": {"max_worse": 0.05}}],
    )
    costs: dict[str, dict[str, float]] | None = Field(
        default=None,
        min_length=2,
        description="For the metric `cost`: by true class, what each decision costs, from 0, in "
        "any unit.",
        examples=[{"0": {"1": 5}, "1": {"0": 100}}],
    )
    ndcg_at: int | None = Field(
        default=None,
        ge=1,
        description="Places of a ranking that count; left out, all.",
        examples=[10],
    )
    ranked_by: RankedBy | None = Field(
        default=None,
        description="What the numbers of a ranking are. `scores`: more is better; `ranks`: 1 is "
        "best; `order`: the items' indexes, best first; `distances`: less is better.",
        examples=["scores"],
    )
    ranks_catalogue: bool = Field(
        default=False,
        description="Whether answers rank items of a larger catalogue than the labels name: items "
        "that no label names are irrelevant, relevant ones left out rank last. Left out, answers "
        "that lack relevant items and name others instead are refused.",
        examples=[True],
    )
    quantiles: tuple[Share, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Quantiles that are compared, and their order in an answer that does not name "
        "them.",
        examples=[[0.1, 0.5, 0.9]],
    )
    label_separator: str | None = Field(
        default=None,
        min_length=1,
        max_length=8,
        description="What separates the labels of a record, in the set and in answers, where they "
        "are not a list.",
        examples=["|"],
    )
    scorer: str | None = Field(
        default=None,
        max_length=1_024,
        description="Your own metric: the ARN of a Lambda function; on the command line also "
        "file.py:function.",
        examples=["arn:aws:lambda:eu-west-1:111122223333:function:score"],
    )
    scorer_batch: int = Field(
        default=20,
        ge=1,
        le=1_000,
        description="Answers the scorer is asked about at a time.",
        examples=[100],
    )
    scorer_timeout_seconds: float = Field(
        default=30.0, ge=1, le=300, description="Seconds it has for them.", examples=[60]
    )
    slices: dict[str, Margins] = Field(
        default_factory=dict,
        max_length=50,
        description="Slices that must pass too: by value of the slice column, metrics with their "
        "margins.",
        examples=[{"south": {"accuracy": {"max_worse": 0.05}}}],
    )
    weight_column: Column | None = Field(
        default=None,
        description="Column that says how much a record counts, from 0.",
        examples=["weight"],
    )
    weight_cap: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="A weight beyond this counts as this; left out, the set's largest.",
        examples=[10],
    )
    latency: RatioMargin | None = Field(
        default=None,
        description="Bounds the median ratio of the two variants' milliseconds.",
        examples=[{"max_ratio": 1.5}],
    )
    size: RatioMargin | None = Field(
        default=None,
        description="Bounds the median ratio of their answers' bytes.",
        examples=[{"max_ratio": 2}],
    )
    tokens: RatioMargin | None = Field(
        default=None,
        description="Bounds the median ratio of their answers' tokens.",
        examples=[{"max_ratio": 1.2}],
    )
    on_inconclusive: Inconclusive = Field(
        default="hold",
        description="What happens when the set is used up without an answer. `hold`: wait for "
        "labels or a person; `proceed`: go on; `roll_back`: take the canary back.",
        examples=["roll_back"],
    )

    @property
    def has_lambda_scorer(self) -> bool:
        """Return whether the scorer is a Lambda function, by its ARN."""
        return self.scorer is not None and LAMBDA_ARN.fullmatch(self.scorer) is not None

    @property
    def chosen_metrics(self) -> Margins:
        """Return the metrics that decide as far as the spec alone says."""
        if self.metrics is not None:
            return self.metrics
        if self.scorer is not None:
            return {SCORER: QualityMargin(max_worse=0.02)}
        return default_metrics(self.task)

    @property
    def deciding(self) -> frozenset[str]:
        """Return the names of the metrics that decide, those of slices among them."""
        return frozenset(self.chosen_metrics).union(*self.slices.values())

    @model_validator(mode="after")
    def _metrics_may_decide(self) -> Self:
        for place, margins in (("metrics", self.metrics or {}), *self.slices.items()):
            for name, margin in margins.items():
                self._check_metric(name, margin, in_slice=place != "metrics")
        if self.metrics is None and self.scorer is None:
            _check_default(self.task, self.right_within)
        return self

    def _check_metric(self, name: str, margin: QualityMargin, *, in_slice: bool) -> None:
        allowed = DECIDING_METRICS[self.task] + ((SCORER,) if self.scorer else ())
        if name not in allowed:
            why = f" ({STANDS_IN[name]})" if name in STANDS_IN else ""
            choice = ", ".join(allowed) or "a scorer"
            raise ValueError(
                f"metric {name!r} cannot decide for task {self.task}{why}; use one of {choice}"
            )
        if (
            name in {"accuracy", "within"}
            and self.task == "regression"
            and self.right_within is None
        ):
            raise ValueError(
                "a regression needs right_within: the absolute error up to which an answer is right"
            )
        if name == "cost" and self.costs is None:
            raise ValueError("metric cost needs costs: by true class what each decision costs")
        if name == "roc_auc" and (in_slice or self.weight_column is not None):
            raise ValueError("roc_auc decides over all records alike, without slices and weights")
        if name not in LOSSES and margin.max_worse > 1:
            raise ValueError(_no_share(name, margin.max_worse, in_slice=in_slice))
        if name not in LOSSES and margin.cap is not None:
            raise ValueError(f"{name} is a share and takes no cap")

    @model_validator(mode="after")
    def _costs_are_complete(self) -> Self:
        for label, row in (self.costs or {}).items():
            missing = sorted(set(self.costs or {}) - row.keys() - {label})
            if missing:
                raise ValueError(f"costs of class {label!r} lack decision {missing[0]!r}")
            if any(not 0 <= value < math.inf for value in row.values()):
                raise ValueError(f"costs of class {label!r} must be 0 or more")
        if self.costs is not None and not any(any(row.values()) for row in self.costs.values()):
            raise ValueError("costs are all 0, so that no decision is worse than another")
        return self


def _no_share(name: str, worse: float, *, in_slice: bool) -> str:
    where = "slices" if in_slice else "metrics"
    points = min(worse, 100.0)
    return (
        f"{where} with a max_worse of {worse:g} for {name}, which is a share of at most 1; "
        f"write {points / 100:g} for {points:g} percentage points"
    )


def _check_default(task: Task, right_within: float | None) -> None:
    """Return when a task without a metric has one; raise ValueError with the choice otherwise."""
    if task == "regression" and right_within is None:
        raise ValueError(
            "a regression needs a metric: absolute_error, relative_error or squared_error in "
            "metrics, or right_within, the absolute error up to which an answer is right"
        )
    if task == "custom":
        raise ValueError("task custom is decided by a scorer of your own; name it in scorer")
    if task in {"text", "quantiles"}:
        choice = ", ".join(DECIDING_METRICS[task])
        raise ValueError(f"task {task} needs metrics with a margin, one or more of {choice}")
