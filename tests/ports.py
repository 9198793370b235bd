"""Ports in memory, behaving as their adapters do; the stores pass the same contract tests."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from canary.domain.errors import Conflict, Refused
from canary.domain.judge.bets.day import Day
from canary.domain.judge.bets.sketches import KeptSketch, SketchKey
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.plan.endpoint import GONE, EndpointView
from canary.domain.plan.target import Target
from canary.domain.rollout.forms.mail import Mail
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Checkpoint, Tick
from canary.ports.aws import ExecutionStatus
from tests.hosting import PlainHosting
from tests.rollouts import a_view


class MemoryRollouts:
    """Records and leases."""

    def __init__(self, *records: Record) -> None:
        self.records: dict[str, Record] = {}
        self.leases: dict[str, str] = {}
        self.pasts: dict[tuple[str, str], str] = {}
        self.history: list[Record] = []
        for record in records:
            self._put(record)
            self.leases[record.endpoint] = record.rollout

    def create(self, record: Record) -> Record:
        """Store a new record with its lease."""
        held = self.leases.get(record.endpoint)
        if held == record.rollout:
            return self.records[held]
        if held is not None:
            raise Refused("endpoint", f"rollout {held} holds it", "Wait")
        self.leases[record.endpoint] = record.rollout
        return self._put(record.at_revision(1))

    def load(self, rollout: str) -> Record:
        """Return the newest record."""
        if rollout not in self.records:
            raise Refused("rollout", f"no rollout {rollout!r}", "Check its id")
        return self.records[rollout]

    def change(self, rollout: str, transition: Callable[[Record], Record]) -> Record:
        """Apply a transition."""
        old = self.load(rollout)
        new = transition(old)
        if new == old:
            return old
        if old.holds_lease and not new.holds_lease:
            del self.leases[new.endpoint]
            self.pasts[new.endpoint, "LAST"] = new.rollout
            if new.phase is Phase.PROMOTED:
                self.pasts[new.endpoint, "PROMOTED"] = new.rollout
        if new.holds_lease and not old.holds_lease:
            if new.endpoint in self.leases:
                raise Conflict(f"{rollout} lost the race for its lease")
            self.leases[new.endpoint] = new.rollout
        return self._put(new.at_revision(old.revision + 1))

    def holding(self, endpoint: str) -> str | None:
        """Return the rollout that holds an endpoint's lease."""
        return self.leases.get(endpoint)

    def past(self, endpoint: str, which: str) -> str | None:
        """Return the rollout that let go of an endpoint last, or was promoted on it last."""
        return self.pasts.get((endpoint, which))

    def listed(self) -> Sequence[str]:
        """Return the rollouts a tick must visit."""
        return [record.rollout for record in self.records.values() if record.listed]

    def _put(self, record: Record) -> Record:
        stored = Record.model_validate_json(record.model_dump_json())
        self.records[record.rollout] = stored
        self.history.append(stored)
        return stored


class MemoryEvidence:
    """Windows, ticks and verdict records."""

    def __init__(self) -> None:
        self._windows: dict[str, dict[int, Window]] = {}
        self._ticks: dict[str, Tick] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._verdicts: dict[tuple[str, int, int], VerdictRecord] = {}

    def save_windows(self, rollout: str, windows: Sequence[Window]) -> None:
        """Store windows over what was there."""
        self._windows.setdefault(rollout, {}).update({window.minute: window for window in windows})

    def windows(self, rollout: str, first_minute: int = 0) -> tuple[Window, ...]:
        """Return the windows from a minute on, in order of time."""
        stored = sorted(self._windows.get(rollout, {}).items())
        return tuple(window for minute, window in stored if minute >= first_minute)

    def save_tick(self, tick: Tick) -> None:
        """Keep the newest tick."""
        old = self._ticks.get(tick.rollout)
        if old is None or old.minute <= tick.minute:
            self._ticks[tick.rollout] = tick

    def tick(self, rollout: str) -> Tick | None:
        """Return the newest tick."""
        return self._ticks.get(rollout)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint."""
        self._checkpoints[checkpoint.rollout] = checkpoint

    def checkpoint(self, rollout: str) -> Checkpoint | None:
        """Return the newest checkpoint."""
        return self._checkpoints.get(rollout)

    def save_verdict(self, verdict: VerdictRecord) -> None:
        """Keep a verdict record."""
        self._verdicts[verdict.rollout, verdict.minute, verdict.revision] = verdict

    def verdicts(self, rollout: str) -> tuple[VerdictRecord, ...]:
        """Return all verdict records in order of time."""
        return tuple(
            verdict for key, verdict in sorted(self._verdicts.items()) if key[0] == rollout
        )


class MemoryDays:
    """Days and their sketches."""

    def __init__(self) -> None:
        self._days: dict[str, Day] = {}
        self._sketches: dict[str, dict[SketchKey, KeptSketch]] = {}

    def save(self, rollout: str, day: Day, minute: int) -> None:
        """Keep the day."""
        assert minute >= 0
        self._days[rollout] = day

    def load(self, rollout: str) -> Day | None:
        """Return the day that was kept."""
        return self._days.get(rollout)

    def save_sketches(self, rollout: str, sketches: Sequence[KeptSketch], minute: int) -> None:
        """Keep sketches."""
        assert minute >= 0
        self._sketches.setdefault(rollout, {}).update({kept.key: kept for kept in sketches})

    def sketches(self, rollout: str, step: int) -> tuple[KeptSketch, ...]:
        """Return the sketches kept of a step."""
        return tuple(
            kept for key, kept in self._sketches.get(rollout, {}).items() if key.step == step
        )


class ScriptedEndpoint(PlainHosting):
    """An endpoint whose reads can be scripted and whose answers can be made to fail."""

    def __init__(self, view: EndpointView | None = None) -> None:
        self.view = view or a_view()
        self.reads: list[EndpointView] = []
        self.moves: list[Target] = []
        self.failure: BaseException | None = None
        self.arrives = True

    def describe(self, endpoint: str) -> EndpointView:
        """Return the next scripted read, or the endpoint as it is."""
        return self.reads.pop(0) if self.reads else self.view

    def move(self, endpoint: str, target: Target) -> None:
        """Serve this target at once, unless told to fail or to stay."""
        self.moves.append(target)
        if self.failure:
            raise self.failure
        if self.arrives:
            self.view = a_view(target)

    def ask_instances(self, endpoint: str, variant: str, count: int) -> None:
        """Do nothing: `CountedEndpoint` has instances to ask for."""

    def vanish(self) -> None:
        """Be deleted."""
        self.view = GONE


class MemoryExecutions:
    """Executions by ARN, tokens by name."""

    def __init__(self) -> None:
        self.statuses: dict[str, ExecutionStatus] = {}
        self.started: list[tuple[str, Mapping[str, object]]] = []
        self.answers: list[tuple[str, Mapping[str, object]]] = []
        self.heartbeats: list[str] = []
        self.dead_tokens: set[str] = set()
        self.loses_answers = False
        self.start_failure: Exception | None = None

    def arn_of(self, name: str) -> str:
        """Return an ARN."""
        return f"arn:aws:states:eu-west-1:111111111111:execution:canary-rollout:{name}"

    def status(self, execution: str) -> ExecutionStatus:
        """Return the status, RUNNING unless told otherwise."""
        return self.statuses.get(execution, "RUNNING")

    def start(self, name: str, document: Mapping[str, object]) -> None:
        """Note the start."""
        if self.start_failure:
            raise self.start_failure
        self.started.append((name, document))
        self.statuses[self.arn_of(name)] = "RUNNING"

    def wake(self, token: str, answer: Mapping[str, object]) -> bool:
        """Note the answer; a token is good once. One may be accepted and lost."""
        if token in self.dead_tokens:
            return False
        if self.loses_answers:
            return True
        self.dead_tokens.add(token)
        self.answers.append((token, answer))
        return True

    def heartbeat(self, token: str) -> bool:
        """Note the heartbeat."""
        if token in self.dead_tokens:
            return False
        self.heartbeats.append(token)
        return True


class MemoryPublisher:
    """Messages published, and a fault to inject."""

    def __init__(self) -> None:
        self.published: list[Mail] = []
        self.attributes: list[Mapping[str, str]] = []
        self.failure: Exception | None = None

    def publish(self, mail: Mail, attributes: Mapping[str, str]) -> None:
        """Note the mail."""
        if self.failure:
            raise self.failure
        self.published.append(mail)
        self.attributes.append(attributes)

    @property
    def ids(self) -> list[str]:
        """Return the published messages' ids."""
        return [attributes["id"] for attributes in self.attributes]

    @property
    def subjects(self) -> list[str]:
        """Return what each message says is true, without its prefix, number and reason."""
        return [message.subject.split(": ")[1] for message in self.published]


class MemoryAlarms:
    """Alarm states by name."""

    def __init__(self, **states: str) -> None:
        self.known = states

    def states(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the states of the alarms that exist."""
        return {name: self.known[name] for name in names if name in self.known}


class MemoryAnnouncer:
    """Announcements made."""

    def __init__(self) -> None:
        self.announced: list[tuple[list[str], int]] = []
        self.handed_out: list[tuple[list[list[str]], int]] = []

    def evidence_collected(self, rollouts: Sequence[str], minute: int) -> None:
        """Note the announcement."""
        self.announced.append((list(rollouts), minute))

    def quality_evaluated(self, rollouts: Sequence[str], minute: int) -> None:
        """Note the announcement."""
        self.announced.append((list(rollouts), minute))

    def rollouts_due(self, slices: Sequence[Sequence[str]], minute: int) -> None:
        """Note the slices handed out."""
        self.handed_out.append(([list(one) for one in slices], minute))


def claims_of(prefix: str = "claim") -> Callable[[], str]:
    """Return a source of distinct claim names."""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"
