"""A decider on ports in memory, its rollout baking at step 1."""

from collections.abc import Mapping
from typing import Any

from canary.domain.judge.windows import Window
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.tick import Tick
from canary.domain.rollout.transitions import bakes, claims
from canary.domain.time import minute_of
from canary.flow.answer import Answers
from canary.flow.command import Commander
from canary.flow.decide import Decider
from canary.flow.decisions import Decisions
from canary.flow.judge import Judging
from canary.flow.places.places import Places
from canary.flow.recover import Recovery
from canary.flow.telling.channels import mail_channel
from canary.flow.telling.tell import Teller
from tests.places import MemoryPlaces
from tests.ports import (
    MemoryAlarms,
    MemoryDays,
    MemoryEvidence,
    MemoryExecutions,
    MemoryPublisher,
    MemoryRollouts,
    ScriptedEndpoint,
    claims_of,
)
from tests.rollouts import HOLDER, NOON, a_plan, a_record, a_view, after, side_counts

ROLLOUT = "churn-1"


class NoQuality:
    """No labelled-set evidence."""

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return None."""
        return None

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Refuse: nothing is expected to be saved."""
        raise AssertionError(evidence)


class MemoryMeter:
    """Measures noted: dimensions and values, oldest first."""

    def __init__(self) -> None:
        self.noted: list[tuple[dict[str, str], dict[str, float]]] = []

    def note(self, dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
        """Note the numbers."""
        self.noted.append((dict(dimensions), dict(values)))


class Stage:
    """A decider on ports in memory, its rollout baking at step 1 since noon."""

    def __init__(self, limit: Any = 0, **plan: Any) -> None:
        self.rollouts = MemoryRollouts(baking(a_record(plan=a_plan(**plan))))
        self.store = MemoryPlaces()
        self.evidence, self.days = MemoryEvidence(), MemoryDays()
        self.executions = MemoryExecutions()
        self.publisher = MemoryPublisher()
        self.alarms = MemoryAlarms()
        teller = Teller(self.rollouts, (mail_channel(self.publisher),), claims_of())
        self.meter = MemoryMeter()
        places = Places(self.store, self.rollouts, limit) if limit else None
        judging = Judging(
            self.rollouts, self.evidence, NoQuality(), self.days, self.meter, places=places
        )
        recovery = Recovery(self.rollouts, self.executions)
        answers = Answers(self.executions)
        decisions = Decisions(self.rollouts, self.evidence, answers)
        self.decider = Decider(
            self.rollouts,
            self.evidence,
            judging,
            decisions,
            answers,
            recovery,
            teller,
            self.alarms,
            self.meter,
        )
        self.endpoint = ScriptedEndpoint()
        self.commander = Commander(
            self.rollouts, decisions, answers, recovery, teller, self.endpoint
        )

    @property
    def record(self) -> Record:
        """Return the newest record."""
        return self.rollouts.load(ROLLOUT)

    def serve(self, minutes: int, *, canary_errors: int = 0, requests: int = 300) -> None:
        """Let so many minutes from noon on be seen and believed."""
        first = minute_of(NOON) + 1
        canary = side_counts(requests, canary_errors)
        baseline = side_counts(19 * requests, 0)
        windows = [
            Window(minute=first + i, baseline=baseline, canary=canary) for i in range(minutes)
        ]
        self.evidence.save_windows(ROLLOUT, windows)

    def tick(self, minutes: float, *, complete: bool = True, **alarms: str) -> Record:
        """Tick so many minutes after noon, having seen everything unless told otherwise."""
        now = after(60 * minutes)
        view = a_view(self.record.expected_target)
        seen = Tick(
            rollout=ROLLOUT, minute=minute_of(now), complete=complete, alarms=alarms, endpoint=view
        )
        self.evidence.save_tick(seen)
        return self.decider.tick(ROLLOUT, now)


def baking(record: Record) -> Record:
    """Return a rollout baking at step 1 since noon."""
    record = claims.claim_forward(record, HOLDER, 1, NOON)
    record = bakes.bake(bakes.arrive(record, HOLDER, 1, NOON), HOLDER, 1, "gate", NOON)
    advance = Decision(verdict="ADVANCE", step=0, to_step=1, reason="gate open", at=NOON)
    record = claims.claim_forward(record.but(decision=advance), HOLDER, 1, NOON)
    return bakes.bake(bakes.arrive(record, HOLDER, 1, NOON), HOLDER, 1, "token", NOON)
