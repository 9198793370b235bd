"""The decision's keys of a quality guard: the task, and which metrics decide with which margin."""

from typing import Literal, Self

from pydantic import Field, model_validator

from canary.domain.model import Frozen

Task = Literal["binary", "multiclass", "regression"]
Inconclusive = Literal["hold", "proceed", "roll_back"]

DECIDING_METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("accuracy", "recall", "log_loss", "roc_auc"),
    "multiclass": ("accuracy", "log_loss"),
    "regression": ("accuracy",),
}
"""The metrics a paired test may decide on, per task; every other metric is reported and never
decides.
"""


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


class MetricKeys(Frozen):
    """What decides.

    `metrics` decide, each with its margin; `right_within` is the absolute error up to which a
    regression answer counts as right. `on_inconclusive` is what happens when the set is used up
    without an answer.
    """

    task: Task = "binary"
    right_within: float | None = Field(default=None, ge=0)
    metrics: dict[str, QualityMargin] = Field(default_factory=_default_metrics, min_length=1)
    on_inconclusive: Inconclusive = "hold"

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
        return self
