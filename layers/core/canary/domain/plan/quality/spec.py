"""The `guards.quality` block of a spec, put together from its rooms."""

from typing import Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from canary.domain.plan.quality.answer_keys import AnswerKeys
from canary.domain.plan.quality.metric_keys import MetricKeys
from canary.domain.plan.quality.request_keys import RequestKeys
from canary.domain.plan.quality.set_keys import SetKeys


class QualityGuardSpec(SetKeys, RequestKeys, AnswerKeys, MetricKeys):
    """One labelled set, one way to ask, one way to read answers, and what decides."""

    concurrency: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Requests, or records where they are asked alone, that are under way at once.",
        examples=[8],
    )
    max_requests_per_second: float = Field(
        default=50.0,
        gt=0,
        le=10_000,
        description="The most requests a second, both variants together.",
        examples=[10],
    )
    request_timeout_seconds: float = Field(
        default=65.0,
        ge=1,
        le=70,
        description="Seconds that one request may take before it counts as not answered.",
        examples=[20],
    )

    @model_serializer(mode="wrap")
    def _as_given(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return the keys that were given: what a default settles may be read off the set or the
        answers instead, so a plan has to tell the two apart.
        """
        return {key: value for key, value in write(self).items() if key in self.model_fields_set}

    @model_validator(mode="after")
    def _columns_and_costs_fit(self) -> Self:
        if self.slices and self.slice_column is None:
            raise ValueError("slices need slice_column: the column whose values they are")
        binary = self.task == "binary" and self.costs is not None
        if binary and (len(self.costs or ()) != 2 or self.positive_label not in (self.costs or ())):
            raise ValueError(
                "costs of a binary task need two classes, one of them positive_label "
                f"({self.positive_label!r})"
            )
        return self
