"""Ports in memory with seams: before and after each call the world may let somebody else work, or
crash the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.target import Target, Weights
from canary.domain.rollout.forms.event import StateChange
from canary.domain.rollout.forms.mail import Mail
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Decision, Record
from canary.domain.rollout.surroundings import Surroundings
from canary.domain.rollout.transitions import decisions
from canary.flow.decisions import verdict_of
from tests.faults.deeds import Move, Revision, Told
from tests.ports import MemoryExecutions, MemoryPublisher, MemoryRollouts
from tests.rollouts import HOLDER, a_plan

if TYPE_CHECKING:
    from tests.stateful.world import World

ROLLOUT = "churn-1"


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
        """Apply a transition to what is stored when it is written: a lost race is repeated from a
        fresh read.
        """
        self.world.seam()
        old = self.records[rollout]
        new = transition(old)
        self.world.work.seen_revision = old.revision
        if new == old:
            return old
        if old.holds_lease and not new.holds_lease:
            del self.leases[new.endpoint]
        stored = self._put(new.at_revision(old.revision + 1))
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
        self.world.revisions.append(
            Revision(self.world.now, stored, work.by, work.execution, lease, serving)
        )
        return stored


class Endpoint:
    """An endpoint that takes its time: a change serves once `settle` says so, or is taken back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.current: Weights = dict(a_plan().found_target.weights)
        self.target: Weights | None = None
        self.answers = "taken"

    @property
    def view(self) -> EndpointView:
        """Return what DescribeEndpoint shows."""
        desired = self.target or self.current
        variants = tuple(
            Variant(name=n, current_weight=w, desired_weight=desired[n])
            for n, w in self.current.items()
        )
        status = "InService" if self.target is None else "Updating"
        return EndpointView(status=status, config_name="config-1", variants=variants)

    def describe(self, endpoint: str) -> EndpointView:
        """Return one read."""
        self.world.seam()
        return self.view

    def move(self, endpoint: str, target: Target) -> None:
        """Begin a change; refused while another is under way, or answered as it is told to."""
        self.world.seam()
        if self.answers == "denied":
            raise AwsDenied("denied")
        if self.target is not None or self.answers == "throttled":
            raise AwsUnavailable("busy", refused=True)
        if self.answers == "lost before":
            raise AwsUnavailable("no answer")
        work = self.world.work
        self.target = {name: target.weights[name] for name in self.current}
        self.world.moves.append(
            Move(self.world.now, dict(target.weights), work.execution, ROLLOUT, work.seen_revision)
        )
        self.world.seam()
        if self.answers == "lost after":
            raise AwsUnavailable("no answer")

    def ask_instances(self, endpoint: str, variant: str, count: int) -> None:
        """No plan here asks for instances."""
        raise NotImplementedError(endpoint, variant, count)

    def settle(self, *, well: bool = True) -> None:
        """End the change under way."""
        if self.target is not None:
            self.current, self.target = (self.target if well else self.current), None


class Executions(MemoryExecutions):
    """Executions and tokens, with seams; who is started is walked by the model of the state
    machine.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.statuses[HOLDER] = "RUNNING"
        self.on_start: Callable[[str, Mapping[str, object]], object] = lambda _arn, _document: None
        self.on_answer: Callable[[str, Mapping[str, object]], object] = lambda _token, _answer: None
        self.loses_early = False
        self.is_early: Callable[[str], bool] = lambda _token: False

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
        """Answer a token, once; an early answer may be accepted and lost."""
        self.world.seam()
        if self.loses_early and self.is_early(token):
            return token not in self.dead_tokens
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

    def publish(self, mail: Mail, attributes: Mapping[str, str]) -> None:
        """Note the mail."""
        self.world.seam()
        work = self.world.work.number
        self.world.told.append(
            Told(self.world.now, attributes["id"], mail.subject, attributes, work)
        )
        self.world.seam()


class Bus:
    """A bus, with seams on both sides of the deed."""

    def __init__(self, world: World) -> None:
        self.world = world

    def emit(self, _detail_type: str, detail: str, _at: datetime) -> None:
        """Note the event."""
        self.world.seam()
        self.world.emitted.append(StateChange.model_validate_json(detail).id)
        self.world.seam()


class Judging:
    """A judge that says what it is told to say, written down as the real one writes it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def look(self, record: Record, seen: Surroundings) -> Record:
        """Return the record with the verdict's decision, if it still fits."""
        verdict = self.world.says if record.step or self.world.says == "ROLL_BACK" else "ADVANCE"
        if verdict == "HOLD":
            return record
        last = record.phase is Phase.WATCHING
        to_step = record.step + 1 if verdict == "ADVANCE" and not last else None
        decision = Decision.model_validate(
            {
                "verdict": verdict,
                "step": record.step,
                "to_step": to_step,
                "reason": "judged",
                "at": seen.now,
            }
        )
        kept: VerdictRecord = verdict_of(record, decision)
        self.world.evidence.save_verdict(kept)
        self.world.seam()
        return self.world.rollouts.change(ROLLOUT, lambda r: decisions.decide(r, decision))
