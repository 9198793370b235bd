"""A rollout on ports in memory in which any call may be interrupted: by somebody else's work, or by
a crash.

Work is nested, not threaded: at every seam (before and after each port call) the script says go on,
crash here, or let somebody else do a whole piece of work first. That orders two actors in every way
in which one overtakes the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from canary.domain.errors import CanaryError
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Tick
from canary.domain.time import minute_of
from canary.flow.answer import Answers
from canary.flow.command import Commander
from canary.flow.decide import Decider
from canary.flow.decisions import Decisions
from canary.flow.recover import Recovery
from canary.flow.shift import Shifter
from canary.flow.telling.channels import bus_channel, mail_channel
from canary.flow.telling.tell import Teller
from tests.faults.deeds import InstanceAsk, Move, Revision, Told
from tests.faults.invariants import Violation, violations
from tests.faults.run import Run
from tests.ports import MemoryAlarms, MemoryEvidence, claims_of
from tests.rollouts import NOON, a_plan, a_record
from tests.stateful.ports import ROLLOUT, Bus, Endpoint, Executions, Judging, Publisher, Rollouts

FUNCTION_LIVES = timedelta(
    seconds=60
)  # the longest Timeout of shifter and decider in template.yaml


class Crash(BaseException):
    """The process under way dies here."""


@dataclass
class Work:
    """A piece of work: who does it, for which execution, and the newest revision it has seen."""

    by: str
    number: int
    began: datetime = NOON
    execution: str = ""
    seen_revision: int = 0


@dataclass
class World:
    """The rollout, its surroundings, and everything that really happened."""

    now: datetime = NOON
    script: list[str] = field(default_factory=list)
    says: str = "HOLD"
    revisions: list[Revision] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    instances: list[InstanceAsk] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    emitted: list[str] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Start with a planned rollout that nothing has moved yet."""
        self.stack: list[Work] = []
        self.others: dict[str, Callable[[], object]] = {}
        self._numbers = 0
        self.endpoint = Endpoint(self)
        self.executions = Executions(self)
        self.rollouts = Rollouts(self)
        self.evidence = MemoryEvidence()
        self.alarms = MemoryAlarms(**{"churn-5xx": "OK"})
        teller = Teller(
            self.rollouts, (mail_channel(Publisher(self)), bus_channel(Bus(self))), claims_of()
        )
        recovery = Recovery(self.rollouts, self.executions)
        judging: Any = Judging(self)
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
        )
        self.commander = Commander(
            self.rollouts, decisions, answers, recovery, teller, self.endpoint
        )
        self.shifter = Shifter(self.rollouts, self.endpoint, lambda: self.now)
        self.rollouts.create(a_record(plan=a_plan(alarms=("churn-5xx",))))

    @property
    def record(self) -> Record:
        """Return the newest record."""
        return self.rollouts.records[ROLLOUT]

    @property
    def work(self) -> Work:
        """Return the piece of work under way."""
        return self.stack[-1] if self.stack else Work("nobody", 0)

    def seam(self) -> None:
        """Go on, crash, or let somebody else work first, as the script says."""
        what = self.script.pop(0) if self.script and self.stack else "go"
        if what == "crash":
            self.broken.add(self.work.number)
            raise Crash
        if what in self.others and len(self.stack) < 3:
            self.others[what]()
        if self.stack and self.now - self.work.began > FUNCTION_LIVES:
            self.broken.add(self.work.number)
            raise Crash

    def do(self, by: str, action: Callable[[], Any], execution: str = "") -> Any:
        """Return what a piece of work answers; the error it failed with, or the Crash it died of,
        as a value.
        """
        self._numbers += 1
        self.stack.append(Work(by, self._numbers, self.now, execution))
        try:
            return action()
        except (CanaryError, Crash) as error:
            return error
        finally:
            self.stack.pop()

    # -- what can happen ---------------------------------------------------------------------------

    def tick(self, *, complete: bool = True) -> None:
        """Let a minute's tick arrive."""
        view = self.endpoint.view
        alarms = dict(self.alarms.known)
        seen = Tick(
            rollout=ROLLOUT,
            minute=minute_of(self.now),
            complete=complete,
            alarms=alarms,
            endpoint=view,
        )
        self.evidence.save_tick(seen)
        self.do("decider.tick", lambda: self.decider.tick(ROLLOUT, self.now))

    def alarm(self) -> None:
        """Let the guard alarm ring."""
        self.alarms.known["churn-5xx"] = "ALARM"
        self.do("decider.alarm", lambda: self.decider.alarm("churn-5xx", self.now))

    def command(self, command: str, **fields: Any) -> Any:
        """Let a person send a command."""
        document = {"command": command, "endpoint": "churn", **fields}
        return self.do("decider.command", lambda: self.commander.obey(document, "", self.now))

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def check(self, ends: frozenset[Phase], *, over: bool) -> list[Violation]:
        """Return what does not hold; before the end only what must hold all along."""
        run = Run(
            SimpleNamespace(observer=self, foreign_since=None, begins_by=None),  # type: ignore[arg-type]
            ends=ends,
            never=frozenset(),
            permanent=not over,
            stored_leases=dict(self.rollouts.leases),
            weights={"churn": self.endpoint.current},
        )
        found = violations(run)
        only_at_the_end = {
            "it_ends_and_everything_is_told",
            "the_weights_are_exact",
            "unproven_pages",
        }
        return [v for v in found if over or v.invariant not in only_at_the_end]
