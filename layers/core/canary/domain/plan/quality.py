"""The labelled set's part of a spec: what is sent to both variants, how answers are read, what
decides.

Rules: frozen values, no I/O. The evidence that an evaluation leaves behind is in
`canary.domain.labelled.evidence`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from canary.domain.model import Frozen

Task = Literal["binary", "multiclass", "regression"]
SetFormat = Literal["csv", "jsonl", "json", "parquet"]
Inconclusive = Literal["hold", "proceed", "roll_back"]

DECIDING_METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("accuracy", "recall", "log_loss", "roc_auc"),
    "multiclass": ("accuracy", "log_loss"),
    "regression": ("accuracy",),
}
"""The metrics a paired test may decide on, per task; every other metric is reported and never
decides.
"""

Column = int | Annotated[str, Field(min_length=1, max_length=256)]
"""A column by its index (negative counts from the end) or by its name."""


class QualityMargin(Frozen):
    """How much worse one metric of the canary may be; in the metric's own unit (0.02 = two points).

    `max_worse`: a drop of this much or more never passes. `tolerance`: a drop up to this is never
    stopped for; half of `max_worse` unless given.
    """

    max_worse: float = Field(gt=0, le=1, allow_inf_nan=False)
    tolerance: float | None = Field(default=None, ge=0, lt=1, allow_inf_nan=False)

    @model_validator(mode="after")
    def _tolerance_is_below_the_margin(self) -> Self:
        if self.tolerance is not None and self.tolerance >= self.max_worse:
            raise ValueError(f"tolerance {self.tolerance} must be below max_worse {self.max_worse}")
        return self

    @property
    def stop_beyond(self) -> float:
        """The drop up to which the canary counts as no worse."""
        return self.max_worse / 2 if self.tolerance is None else self.tolerance


def _default_metrics() -> dict[str, QualityMargin]:
    return {"accuracy": QualityMargin(max_worse=0.02)}


class QualityGuardSpec(Frozen):
    """The `guards.quality` block of a spec: one labelled set, one way to ask, one way to read
    answers.

    The set
        `labelled_set` is an s3:// address or a local path; `format` follows from its suffix unless
        given; `header` says whether the first line of a CSV names its columns (unless given: it
        does when a column is named). `drop_columns` are left out of the request besides label and
        id, and so is the slice column when `send_slice_column` is false.
    The request
        `request` is a JSON body with placeholders: "$features" (list of values), "$record" (object
        by column name) or "${column}"; with [] behind it ("$features[]") the list over the records
        that share the request. Unless given, text/csv sends the features as one line a record,
        application/json {"instances": "$features[]"} and application/jsonlines one {"features":
        "$features"} a record.
    The answer
        `answer` is a JMESPath expression to the score or label in the JSON answer (to the list of
        them where several records share a request); unless given the usual shapes are recognised.
        `positive_label` is the label value that means 1 in a binary task and `threshold` the score
        above which it is predicted; `classes` are the class names in the order of a row of
        probabilities.
    The call
        `records_per_request`, `concurrency`, `max_requests_per_second` (both variants together) and
        `request_timeout_seconds` bound what the endpoint is asked for.
    The decision
        `metrics` decide, each with its margin; `right_within` is the absolute error up to which a
        regression answer counts as right. `on_inconclusive` is what happens when the set is used up
        without an answer.
    """

    labelled_set: str = Field(min_length=1, max_length=1_100)
    format: SetFormat | None = None
    header: bool | None = None
    label_column: Column = 0
    id_column: Column | None = None
    slice_column: Column | None = None
    send_slice_column: bool = True
    drop_columns: tuple[Column, ...] = Field(default=(), max_length=1_000)
    content_type: Literal["text/csv", "application/json", "application/jsonlines"] = "text/csv"
    accept: str | None = Field(default=None, min_length=1, max_length=128)
    request: JsonValue | None = None
    records_per_request: int = Field(default=1, ge=1, le=1_000)
    answer: str | None = Field(default=None, min_length=1, max_length=1_024)
    task: Task = "binary"
    threshold: float = Field(default=0.5, ge=0, le=1)
    positive_label: str = Field(default="1", min_length=1, max_length=256)
    classes: tuple[str, ...] | None = Field(default=None, min_length=2, max_length=1_000)
    right_within: float | None = Field(default=None, ge=0)
    metrics: dict[str, QualityMargin] = Field(default_factory=_default_metrics, min_length=1)
    on_inconclusive: Inconclusive = "hold"
    concurrency: int = Field(default=4, ge=1, le=64)
    max_requests_per_second: float = Field(default=50.0, gt=0, le=10_000)
    request_timeout_seconds: float = Field(default=65.0, ge=1, le=70)

    @model_validator(mode="after")
    def _metrics_may_decide(self) -> Self:
        allowed = DECIDING_METRICS[self.task]
        for name in self.metrics:
            if name not in allowed:
                raise ValueError(
                    f"metric {name!r} cannot decide for task {self.task}; use one of "
                    f"{', '.join(allowed)}"
                )
        if self.task == "regression" and self.right_within is None:
            raise ValueError(
                "a regression needs right_within: the absolute error up to which an answer is right"
            )
        if self.request is not None and self.content_type == "text/csv":
            raise ValueError(
                "request is a JSON template; content_type must be application/json or jsonlines"
            )
        return self
