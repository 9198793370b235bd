"""What was counted: the raw material of every verdict.

Rules: values only, one closed minute at a time, per variant. `None` is *missing* and never stands for zero;
a zero is a measurement. Nothing here judges.
"""

from pydantic import BaseModel, ConfigDict, Field


class Counts(BaseModel):
    """One variant's counts in one closed minute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int = Field(ge=0)
    """Invocations of the variant in the minute."""
    errors: int = Field(ge=0)
    """Bad answers among `requests`."""
    slow: int | None = Field(default=None, ge=0)
    """Requests slower than the threshold of the slow_requests guard; None when it was not measured."""
    timed: int | None = Field(default=None, ge=0)
    """Requests with a measured latency (the sample count `slow` is out of); None means all of `requests`."""


class Window(BaseModel):
    """One closed metric minute of a rollout, both sides of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minute: int
    """Minutes since the epoch at which the window opens; it covers [minute, minute + 1)."""
    baseline: Counts | None
    """All baseline variants together; None when any of them is missing."""
    canary: Counts | None
    """The canary; None when missing."""
    own_traffic: bool = False
    """True when the evaluator's own calls fall into the minute or next to it: no evidence for count guards."""
