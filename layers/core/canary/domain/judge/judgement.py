"""What the judge answers: a verdict, the finding of every guard, and the numbers behind them.

Rules: frozen values that serialise; together with plan, bakes and windows they are all a verdict
record needs.
"""

from typing import Literal

from pydantic import JsonValue

from canary.domain.finding import Finding
from canary.domain.model import Frozen

Verdict = Literal["ADVANCE", "HOLD", "ROLL_BACK"]


class GuardEvidence(Frozen):
    """One count guard's numbers at a look; evidence as natural logarithms, counts over the current
    step.
    """

    guard: str
    log_roll_back: float
    """ln E of this guard that the canary is worse than the margin allows."""
    share_of_roll_back: float
    """This guard's part of the combined roll-back evidence, 0-1."""
    log_advance: float
    """ln E of this guard that the canary is within the margin, this step alone."""
    minutes: int
    """Minutes of this step with data on both sides."""
    canary_bad: int
    canary_requests: int
    baseline_bad: int
    baseline_requests: int
    reference_rate: float | None = None
    """During the watch: the rate the baseline last had."""


class Evidence(Frozen):
    """The numbers a verdict rests on."""

    log_roll_back: float
    """ln of the combined roll-back evidence Ebar."""
    log_roll_back_threshold: float
    """ROLL_BACK at or beyond this: ln(1 / alpha), the live part of the budget."""
    log_advance_threshold: float
    """Each guard passes at or beyond this: ln(1 / beta)."""
    log_split: float
    """ln of the Bayes factor that traffic is not split as the weights say."""
    guards: tuple[GuardEvidence, ...]
    judged_minutes: int
    """Judged minutes of the whole rollout."""
    step_minutes: int
    """Judged minutes of the current step."""
    rising_since_minute: int | None = None
    """Last minute in which the roll-back evidence was unremarkable; minutes since the epoch."""


class Judgement(Frozen):
    """One look at a rollout."""

    version: Literal[1] = 1
    verdict: Verdict
    step: int
    minute: int
    """The look's own minute (open); everything before it could count."""
    reason: str
    findings: tuple[Finding, ...]
    evidence: Evidence
    decided_by: str | None = None
    """The guard that settled a ROLL_BACK, where one did."""
    notices: tuple[str, ...] = ()
    checkpoint: JsonValue = None
    """State at the last frozen minute: pass it to the next look to spare older windows."""
