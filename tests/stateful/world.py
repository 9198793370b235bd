"""A rollout on ports in memory in which any call may be interrupted: by somebody else's work, or by a crash.

Work is nested, not threaded: at every seam (before and after each port call) the script says go on, crash here, or let
somebody else do a whole piece of work first. That orders two actors in every way in which one overtakes the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from canary.domain import course
from canary.domain.endpoint import EndpointView, Variant
from canary.domain.errors import AwsDenied, AwsUnavailable, CanaryError
from canary.domain.phase import Phase
from canary.domain.plan import Weights
from canary.domain.record import Decision, Message, Record, minute_of
from canary.domain.tick import Tick
from canary.domain.verdict import VerdictRecord
from canary.flow.commanding import Commander
from canary.flow.deciding import Decider, verdict_of
from canary.flow.recovery import Recovery
from canary.flow.shifting import Shifter
from canary.flow.telling import Teller
from tests.faults.invariants import Run, Violation, violations
from tests.faults.observer import Move, Revision, Told
from tests.ports import MemoryAlarms, MemoryEvidence, MemoryExecutions, MemoryPublisher, MemoryRollouts, claims_of
from tests.rollouts import HOLDER, NOON, a_plan, a_record

ROLLOUT = "churn-1"


class Crash(BaseException):
    """The process under way dies here."""


@dataclass
class Work:
    """A piece of work: who does it, for which execution, and the newest revision it has seen."""

    by: str
    number: int
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
    told: list[Told] = field(default_factory=list)
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
        teller = Teller(self.rollouts, Publisher(self), claims_of())
        recovery = Recovery(self.rollouts, self.executions)
        judging: Any = Judging(self)
        self.decider = Decider(
            self.rollouts, self.evidence, judging, recovery, teller, self.executions, self.alarms
        )  # fmt: skip
        self.commander = Commander(self.rollouts, self.decider, recovery, teller)
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

    def do(self, by: str, action: Callable[[], Any], execution: str = "") -> Any:
        """Return what a piece of work answers; the error it failed with, or the Crash it died of, as a value."""
        self._numbers += 1
        self.stack.append(Work(by, self._numbers, execution))
        try:
            return action()
        except (CanaryError, Crash) as error:
            return error
        finally:
            self.stack.pop()

    # -- what can happen ------------------------------------------------------------------------------------------

    def tick(self, *, complete: bool = True) -> None:
        """Let a minute's tick arrive."""
        view = self.endpoint.view
        alarms = dict(self.alarms.known)
        seen = Tick(rollout=ROLLOUT, minute=minute_of(self.now), complete=complete, alarms=alarms, endpoint=view)
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
            SimpleNamespace(observer=self, foreign_since=None),  # type: ignore[arg-type]
            ends=ends,
            never=frozenset(),
            permanent=not over,
            stored_leases=dict(self.rollouts.leases),
            weights=self.endpoint.current,
        )
        found = violations(run)
        only_at_the_end = {"it_ends_and_everything_is_told", "the_weights_are_exact", "unproven_pages"}
        return [v for v in found if over or v.invariant not in only_at_the_end]


class Rollouts(MemoryRollouts):
    """The store, with a seam around every access."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def load(self, rollout: str) -> Record:
        """Return the newest record."""
        self.world.seam()
        record = super().load(rollout)
        self.world.work.seen_revision = record.revision
        return record

    def change(self, rollout: str, transition: Callable[[Record], Record]) -> Record:
        """Apply a transition to what is stored when it is written: a lost race is repeated from a fresh read."""
        self.world.seam()
        old = self.records[rollout]
        new = transition(old)
        self.world.work.seen_revision = old.revision
        if new == old:
            return old
        if old.holds_lease and not new.holds_lease:
            del self.leases[new.endpoint]
        stored = self._put(new.model_copy(update={"revision": old.revision + 1}))
        self.world.seam()
        return stored

    def _put(self, record: Record) -> Record:
        stored = super()._put(record)
        work, lease = (
            self.world.work,
            self.leases.get(record.endpoint, record.rollout if not self.history[1:] else None),
        )
        work.seen_revision = stored.revision
        serving = self.world.endpoint.current if self.world.endpoint.target is None else None
        self.world.revisions.append(Revision(self.world.now, stored, work.by, work.execution, lease, serving))
        return stored


class Endpoint:
    """An endpoint that takes its time: a change serves once `settle` says so, or is taken back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.current: Weights = dict(a_plan().found_weights)
        self.target: Weights | None = None
        self.answers = "taken"

    @property
    def view(self) -> EndpointView:
        """Return what DescribeEndpoint shows."""
        desired = self.target or self.current
        variants = tuple(Variant(name=n, current_weight=w, desired_weight=desired[n]) for n, w in self.current.items())
        status = "InService" if self.target is None else "Updating"
        return EndpointView(status=status, config_name="config-1", variants=variants)

    def describe(self, endpoint: str) -> EndpointView:
        """Return one read."""
        self.world.seam()
        return self.view

    def move(self, endpoint: str, weights: Weights) -> None:
        """Begin a change; refused while another is under way, or answered as it is told to."""
        self.world.seam()
        if self.answers == "denied":
            raise AwsDenied("denied")
        if self.target is not None or self.answers == "throttled":
            raise AwsUnavailable("busy", refused=True)
        if self.answers == "lost before":
            raise AwsUnavailable("no answer")
        work = self.world.work
        self.target = {name: weights[name] for name in self.current}
        self.world.moves.append(Move(self.world.now, dict(weights), work.execution, ROLLOUT, work.seen_revision))
        self.world.seam()
        if self.answers == "lost after":
            raise AwsUnavailable("no answer")

    def settle(self, *, well: bool = True) -> None:
        """End the change under way."""
        if self.target is not None:
            self.current, self.target = (self.target if well else self.current), None


class Executions(MemoryExecutions):
    """Executions and tokens, with seams; who is started is walked by the model of the state machine."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.statuses[HOLDER] = "RUNNING"
        self.on_start: Callable[[str, Mapping[str, object]], object] = lambda _arn, _document: None
        self.on_answer: Callable[[str, Mapping[str, object]], object] = lambda _token, _answer: None

    def status(self, execution: str) -> Any:
        """Return the status; MISSING when it was never started."""
        self.world.seam()
        return self.statuses.get(execution, "MISSING")

    def start(self, name: str, document: Mapping[str, object]) -> None:
        """Start an execution, once."""
        self.world.seam()
        if self.arn_of(name) not in self.statuses:
            super().start(name, document)
            self.on_start(self.arn_of(name), document)
        self.world.seam()

    def wake(self, token: str, answer: Mapping[str, object]) -> bool:
        """Answer a token, once."""
        self.world.seam()
        good = super().wake(token, answer)
        if good:
            self.on_answer(token, answer)
        self.world.seam()
        return good


class Publisher(MemoryPublisher):
    """A topic, with seams on both sides of the deed."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def publish(self, message: Message, attributes: Mapping[str, str]) -> None:
        """Note the message."""
        self.world.seam()
        self.world.told.append(Told(self.world.now, message.id, message.subject, attributes, self.world.work.number))
        self.world.seam()


class Judging:
    """A judge that says what it is told to say, written down as the real one writes it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def look(self, record: Record, now: datetime) -> Record:
        """Return the record with the verdict's decision, if it still fits."""
        verdict = self.world.says if record.step or self.world.says == "ROLL_BACK" else "ADVANCE"
        if verdict == "HOLD":
            return record
        last = record.phase is Phase.WATCHING
        to_step = record.step + 1 if verdict == "ADVANCE" and not last else None
        decision = Decision.model_validate(
            {"verdict": verdict, "step": record.step, "to_step": to_step, "reason": "judged", "at": now}
        )
        kept: VerdictRecord = verdict_of(record, decision)
        self.world.evidence.save_verdict(kept)
        self.world.seam()
        return self.world.rollouts.change(ROLLOUT, lambda r: course.decide(r, decision))
