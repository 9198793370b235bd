"""The record: the one place that knows where a rollout is.

The store bumps `revision` at every write and refuses a write on an older one, so a pure function
from record to record is all a transition has to be. Times are aware UTC datetimes; minutes are
whole minutes since the epoch.
"""

from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import JsonValue, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.plan import BakeInterval, Plan
from canary.domain.plan.spec import LATEST_PAUSE_MINUTES
from canary.domain.plan.standstill import Standstill
from canary.domain.plan.target import Target, read_weights
from canary.domain.rollout.capacity.state import Capacity
from canary.domain.rollout.kinds.release import What
from canary.domain.rollout.kinds.values import Act, Numbers, Seen
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.rollout.phase import ENDS, Phase
from canary.domain.words import moment, percent


class Asked(Frozen):
    """The last target this rollout asked for, written before the call.

    `before` is the one believed to serve until then; `reached_at` is set when they were seen
    serving. `accepted` says that SageMaker took an ask for the safe weights; False also where the
    answer is not known. `act` is the order of a person that it carries out.
    """

    target: Target
    before: Target
    at: datetime
    direction: Literal["forward", "restore"]
    reached_at: datetime | None = None
    accepted: bool = False
    act: Act | None = None

    @model_validator(mode="before")
    @classmethod
    def _stored(cls, data: Any) -> Any:
        if isinstance(data, dict) and "weights" in data and "target" not in data:
            data = {**data, "before": {"weights": data.get("before")}}
        return read_weights(data, target="weights")


class Decision(Frozen):
    """A verdict waiting to be carried out. `to_step` is the step an ADVANCE leads to; None closes
    as promoted. `act` is the order of the person, `guard` the one whose evidence settled it and
    `numbers` its numbers; neither where a limit of time, a person or a fault did.
    """

    verdict: Literal["ADVANCE", "ROLL_BACK"]
    step: int
    to_step: int | None = None
    reason: str
    by: Literal["judge", "alarm", "person", "fault"] = "judge"
    at: datetime
    act: Act | None = None
    guard: str | None = None
    numbers: Numbers | None = None


class Restoring(Frozen):
    """How the way to the safe weights goes: when it began, how often they were asked, what stood in
    the way.

    `accepted` of the `asks` are known to have been taken by SageMaker. `patient_from` is the first
    claim of the generation that restores now. `forward_unseen`: the last forward ask was never
    seen, so it may still land.
    """

    began_at: datetime
    patient_from: datetime | None = None
    forward_unseen: bool = False
    asks: int = 0
    accepted: int = 0
    denied_since: datetime | None = None
    denial: str | None = None
    verified_at: datetime | None = None


class Approval(Frozen):
    """What a person was asked of one share of one rollout, and said: when it was asked for, since
    when a step waits for nothing else, and who answered as far as the command says, in which
    execution.
    """

    share: float
    asked_at: datetime | None = None
    awaited_from: datetime | None = None
    answer: Literal["approved", "rejected"] | None = None
    answered_at: datetime | None = None
    by: str = ""
    reason: str = ""
    execution: str = ""

    @property
    def words(self) -> str:
        """Return what was answered, such as: Approved before 50% by ana at ... (looks good)."""
        what = (self.answer or "not answered").capitalize()
        by = f" by {self.by}" if self.by else ""
        at = f" at {moment(self.answered_at)}" if self.answered_at else ""
        return f"{what} before {percent(self.share)}{by}{at}{_bracketed(self.reason)}"


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""


class Arrangement(Frozen):
    """The last configuration this rollout asked for, written before anything is made: what for, and
    under which name. `accepted` says that SageMaker took the ask; `failed` what could not be done,
    or was left behind.
    """

    what: What
    config: str
    before: tuple[str, ...]
    """Those that may have been in use before it."""
    at: datetime
    accepted: bool = False
    reached_at: datetime | None = None
    failed: str = ""


class Outcome(Frozen):
    """How the rollout will end once it is closed, and why; what the look that said so has seen."""

    end: Literal[Phase.ROLLED_BACK, Phase.HANDED_OVER, Phase.UNPROVEN, Phase.PROMOTED]
    reason: str
    seen: Seen | None = None
    act: Act | None = None


class Record(Frozen):
    """One rollout from its lease to its last message. `obeyed` is the execution of the last command
    carried out.
    """

    version: Literal[1] = 1
    rollout: str
    revision: int = 0
    generation: int = 1
    holder: str
    endpoint: str
    canary: str
    spec: dict[str, JsonValue]
    plan: Plan
    phase: Phase = Phase.PLANNED
    step: int = 0
    started_at: datetime
    progress_at: datetime
    ended_at: datetime | None = None
    asked: Asked | None = None
    bakes: tuple[BakeInterval, ...] = ()
    token: str | None = None
    decision: Decision | None = None
    paused_until: datetime | None = None
    standstills: tuple[Standstill, ...] = ()
    """When limits stood still, as each began; the newest of its kind is the one that may last."""
    approvals: tuple[Approval, ...] = ()
    """By share, of those that were asked for or answered."""
    restoring: Restoring | None = None
    capacity: Capacity | None = None
    """What it did to instances; None where it never did anything to them."""
    arranged: Arrangement | None = None
    outcome: Outcome | None = None
    recoveries: int = 0
    obeyed: str = ""
    outbox: tuple[Message | WrittenMessage, ...] = ()
    told: tuple[Message | WrittenMessage, ...] = ()
    noticed: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    """What people ordered, the newest 20."""

    @model_validator(mode="before")
    @classmethod
    def _stored(cls, data: Any) -> Any:
        """Give a pause that was stored without its beginning that of the rollout: it favours the
        person, and no limit was reached until then.
        """
        if not isinstance(data, dict) or data.get("standstills") or not data.get("paused_until"):
            return data
        pause = {"since": data.get("started_at"), "until": data["paused_until"]}
        return {**data, "standstills": (Standstill.model_validate(pause),)}

    def at_revision(self, revision: int) -> Self:
        """Return the record as the store writes it; stores alone have a use for this."""
        return self.but(revision=revision)

    @property
    def ended(self) -> bool:
        """Return whether the rollout is over (UNPROVEN counts: only a person moves it on)."""
        return self.phase in ENDS

    @property
    def listed(self) -> bool:
        """Return whether ticks must still visit it: not ended, something left to tell, or a person
        still to act.
        """
        return not self.ended or bool(self.outbox) or self.phase is Phase.UNPROVEN

    @property
    def holds_lease(self) -> bool:
        """Return whether the endpoint is still this rollout's."""
        return not self.ended or self.phase is Phase.UNPROVEN

    @property
    def rolling_back(self) -> bool:
        """Return whether a roll-back is recorded, so that only the safe weights may be asked
        for.
        """
        return self.phase is Phase.ROLLING_BACK or (
            self.decision is not None and self.decision.verdict == "ROLL_BACK"
        )

    @property
    def raising(self) -> bool:
        """Return whether an advance waits for the instances it needs."""
        asked = self.capacity is not None and self.capacity.asked is not None
        return asked and self.decision is not None and self.decision.verdict == "ADVANCE"

    @property
    def expected_target(self) -> Target:
        """Return what the endpoint should serve when nothing is in flight."""
        return self.asked.target if self.asked else self.plan.found_target

    @property
    def share(self) -> float:
        """Return the canary's planned share of traffic at the current position; 0 when rolled
        back.
        """
        if self.phase is Phase.ROLLED_BACK:
            return 0.0
        return self.plan.steps[self.step].share

    @property
    def next_share(self) -> float | None:
        """Return the share of the next step up, None at the last step."""
        last = self.step == self.plan.last_step
        return None if last else self.plan.steps[self.step + 1].share

    def approval(self, share: float) -> Approval:
        """Return what is known of the approval before a share."""
        return next((one for one in self.approvals if one.share == share), Approval(share=share))

    @property
    def awaited_approval(self) -> Approval | None:
        """Return the approval that the next step up still needs, None where it needs none."""
        share = self.next_share
        if share is None or share not in self.plan.brakes.approve_before:
            return None
        found = self.approval(share)
        return None if found.answer == "approved" else found

    @property
    def latest_standstill(self) -> datetime:
        """Return when limits run whoever is waited for, so that its own time still fits behind."""
        return self.started_at + timedelta(minutes=LATEST_PAUSE_MINUTES)

    def pause_at(self, now: datetime) -> Standstill | None:
        """Return the pause that lasts, None while it is not paused."""
        if self.paused_until is None or self.paused_until <= now:
            return None
        return next(one for one in reversed(self.standstills) if one.kind == "pause")

    def waits_at(self, now: datetime) -> Standstill | None:
        """Return for what a step up stands still besides a pause, None where nothing lasts."""
        lasting = (one for one in reversed(self.standstills) if one.kind != "pause")
        newest = next(lasting, None)
        over = newest is None or (newest.until is not None and newest.until <= now)
        return None if over or self.ended or self.rolling_back else newest
