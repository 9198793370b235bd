"""What the judge answers: a verdict, the finding of every guard, and the numbers behind them.

Rules: frozen values that serialise; together with plan, bakes and windows they are all a verdict
record needs.
"""

import math
from typing import Literal

from pydantic import JsonValue

from canary.domain.finding import Finding
from canary.domain.model import Frozen
from canary.domain.plan.custom.margins import Against
from canary.stats.roll_back import Bet

Verdict = Literal["ADVANCE", "HOLD", "ROLL_BACK"]

Nearness = Literal["calm", "rising", "close"]
"""How far evidence against the canary has come towards rolling it back."""

RISING_FROM, CLOSE_FROM = 0.4, 0.75
"""Parts of the way on a logarithmic scale. By Ville's inequality at most alpha^f of equal canaries
ever come as far as f: at alpha 5% 30% and 11%, at 2.5% 23% and 6%.
"""


def towards(log_value: float, log_threshold: float) -> float:
    """Return the part of the way to a threshold, both natural logarithms; 0 while the evidence
    says nothing, at most 1.
    """
    return min(max(log_value / log_threshold, 0.0), 1.0) if log_threshold > 0 else 0.0


def nearness(log_roll_back: float, log_threshold: float) -> Nearness:
    """Return how near the canary is to being taken back; whoever writes or colours it asks here."""
    part = towards(log_roll_back, log_threshold)
    return "close" if part >= CLOSE_FROM else "rising" if part >= RISING_FROM else "calm"


class GuardEvidence(Frozen):
    """One count guard's numbers at a look; evidence as natural logarithms, counts over the current
    step. `bad` counts the events it is judged by, good ones where a higher rate is better; of a
    value guard the minutes in which the canary was worse, among the minutes of the step.
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
    against: Against = "baseline"
    """Whose the numbers of the baseline's side are."""
    reference_rate: float | None = None
    """During the watch: the rate the baseline last had."""
    values: tuple[float, float] | None = None
    """Of a value guard: the means of canary and baseline over the step."""
    unit: str = ""
    carried_by: Bet | None = None
    """The bet that holds most of the roll-back evidence, where the rollout has them all."""
    rarest: tuple[int, int] | None = None
    """Of this step's minutes the one seen least in the history: (pairs of its minutes that differ
    more, pairs).
    """

    def minutes_to(self, log_threshold: float) -> int | None:
        """Return how many more minutes like those of this step let it pass, None where such minutes
        never would: also where the evidence is there, and something else keeps it from passing.
        """
        growth = self.log_advance / self.minutes if self.minutes else 0.0
        if growth <= 0 or self.log_advance >= log_threshold:
            return None
        return max(1, math.ceil((log_threshold - self.log_advance) / growth))


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
    first_read: bool = False
    """Whether a minute that was read but once settled a roll-back."""

    @property
    def towards_roll_back(self) -> float:
        """Return the part of the way to rolling back, 0-1."""
        return towards(self.log_roll_back, self.log_roll_back_threshold)

    @property
    def nearness(self) -> Nearness:
        """Return how near the canary is to being taken back."""
        return nearness(self.log_roll_back, self.log_roll_back_threshold)


class Held(Frozen):
    """How long a step was held, and how long it may be. Minutes in which limits stood still count
    for neither limit; for whom they did is said in `stood_still_for`.
    """

    minutes: int
    stood_still_minutes: int = 0
    longest_minutes: int
    """Of the longest bake: from then on a person is told."""
    limit_minutes: int
    """From then on the canary is taken back."""
    stood_still_for: str = ""

    @property
    def late(self) -> bool:
        """Return whether an answer is overdue."""
        return self.minutes >= self.longest_minutes

    @property
    def over(self) -> bool:
        """Return whether the step may be held no longer."""
        return self.minutes >= self.limit_minutes

    @property
    def words(self) -> str:
        """Return both times, such as: 90 minutes (46 h 0 min more stood still: paused ...)."""
        more = f" ({self.stood_still_for})" if self.stood_still_for else ""
        return f"{self.minutes} minutes{more}"


class Judgement(Frozen):
    """One look at a rollout."""

    version: Literal[1] = 1
    verdict: Verdict
    step: int
    minute: int
    """The look's own minute (open); everything before it could count."""
    reason: str
    warning: str = ""
    """What a HOLD's reason begins with while evidence against the canary rises."""
    findings: tuple[Finding, ...]
    evidence: Evidence
    waits_for: str = ""
    """What a HOLD waits for, and what a ROLL_BACK for time alone waited for."""
    decided_by: str | None = None
    """The guard that settled a ROLL_BACK, where one did."""
    notices: tuple[str, ...] = ()
    """What a person may want to know; what stands before the first colon says what it is about."""
    held: Held | None = None
    """Of a step that serves; an ADVANCE at the limit is taken back where anything holds it."""
    checkpoint: JsonValue = None
    """State at the last frozen minute: pass it to the next look to spare older windows."""
