"""The margins of a quality guard: how much worse a metric of the canary may be.

Rules: frozen values, no I/O. A drop is in the metric's own unit, a ratio in the median of the same
requests.
"""

import math
from typing import Self

from pydantic import Field, model_validator

from canary.domain.model import Frozen


class QualityMargin(Frozen):
    """How much worse one metric of the canary may be; in the metric's own unit (0.02 = two points
    of a share).
    """

    max_worse: float = Field(
        gt=0,
        allow_inf_nan=False,
        description="A drop of this much or more never passes; in the metric's unit, of a share "
        "0.02 is two points.",
        examples=[0.02],
    )
    tolerance: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="A drop up to this, in the metric's unit, is never stopped for; left out, half "
        "of `max_worse`.",
        examples=[0.005],
    )
    cap: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Loss beyond which nothing counts as worse still, in the metric's unit; left "
        "out, for errors of numbers the baseline's 99th percentile on its first records, for log "
        "loss 36.04 nats. Shares take none.",
        examples=[100],
    )

    @model_validator(mode="after")
    def _tolerance_is_below_the_margin(self) -> Self:
        if self.tolerance is not None and self.tolerance >= self.max_worse:
            raise ValueError(f"tolerance {self.tolerance} must be below max_worse {self.max_worse}")
        if self.cap is not None and self.cap <= self.max_worse:
            raise ValueError(f"cap {self.cap} must be above max_worse {self.max_worse}")
        return self

    @property
    def stop_beyond(self) -> float:
        """The drop up to which the canary counts as no worse."""
        return self.max_worse / 2 if self.tolerance is None else self.tolerance


class RatioMargin(Frozen):
    """How many times the baseline's figure the canary's may be, in the median of the same
    requests.
    """

    max_ratio: float = Field(
        gt=1,
        le=1_000,
        allow_inf_nan=False,
        description="A median ratio of this much or more never passes; a factor.",
        examples=[1.5],
    )
    tolerance: float | None = Field(
        default=None,
        ge=1,
        allow_inf_nan=False,
        description="A median ratio up to this factor is never stopped for; left out, the square "
        "root of `max_ratio`.",
        examples=[1.1],
    )

    @model_validator(mode="after")
    def _tolerance_is_below_the_margin(self) -> Self:
        if self.tolerance is not None and self.tolerance >= self.max_ratio:
            raise ValueError(f"tolerance {self.tolerance} must be below max_ratio {self.max_ratio}")
        return self

    @property
    def stop_beyond(self) -> float:
        """The ratio up to which the canary counts as no slower."""
        return math.sqrt(self.max_ratio) if self.tolerance is None else self.tolerance
