"""Stand-ins for the world of an evaluation: variants that answer by rule, a clock that moves when
slept on.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from canary.adapters.labelled.files import LocalLabelledFiles
from canary.domain.errors import Conflict
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.paired import GateLevels
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.ports.quality import CallBusy, CallFailed, CallOptions, Reply

START = datetime(2030, 1, 1, tzinfo=UTC)
LEVELS = GateLevels(stop=0.025, promote=0.05)
Answerer = Callable[[str, str], str | Reply | CallFailed | CallBusy]


class SleptClock:
    """Time that passes only by sleeping and by what each call takes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def utc_now(self) -> datetime:
        """Return the wall time."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return seconds since the start."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.seconds += seconds


class RuleInvoker:
    """Answers text/csv by a rule of (variant, body text); `calls` keeps who was asked what, and
    when.
    """

    def __init__(self, rule: Answerer, clock: SleptClock, seconds_a_call: float = 0.0) -> None:
        self.rule, self.clock, self.seconds_a_call = rule, clock, seconds_a_call
        self.calls: list[tuple[str, str, float]] = []

    def invoke(
        self, endpoint: str, variant: str, body: bytes, content_type: str, options: CallOptions
    ) -> Reply | CallFailed | CallBusy:
        """Return what the rule says."""
        self.calls.append((variant, body.decode(), self.clock.seconds))
        self.clock.seconds += self.seconds_a_call
        answer = self.rule(variant, body.decode())
        return (
            Reply(answer.encode(), options.accept or "text/csv", variant)
            if isinstance(answer, str)
            else answer
        )


class MemoryStore:
    """Quality evidence in memory, under the same condition as the real store."""

    def __init__(self) -> None:
        self.kept: QualityEvidence | None = None
        self.saves = 0

    def load(self, rollout: str) -> QualityEvidence | None:
        """Return what was kept."""
        return self.kept

    def save(self, evidence: QualityEvidence, expected_revision: int | None) -> None:
        """Keep evidence, or raise Conflict."""
        if (None if self.kept is None else self.kept.revision) != expected_revision:
            raise Conflict("raced")
        self.saves += 1
        self.kept = QualityEvidence.model_validate_json(evidence.model_dump_json())


@dataclass
class World:
    """One evaluation's surroundings, ready to run."""

    spec: QualityGuardSpec
    invoker: RuleInvoker
    clock: SleptClock
    store: MemoryStore = field(default_factory=MemoryStore)
    limit_seconds: float = 900.0
    scorer: Any = None
    levels: GateLevels = LEVELS

    def request(self, **changes: Any) -> EvaluationRequest:
        """Return what to evaluate."""
        fields: dict[str, Any] = {
            "rollout": "churn-1",
            "endpoint": "churn",
            "baseline": "old",
            "canary": "new",
            "spec": self.spec,
            "levels": self.levels,
        }
        return EvaluationRequest(**(fields | changes))

    def ports(self) -> EvaluationPorts:
        """Return the ports, with the time limit starting now."""
        deadline = self.clock.seconds + self.limit_seconds
        return EvaluationPorts(
            source=LocalLabelledFiles(),
            invoker=self.invoker,
            store=self.store,
            scorer=self.scorer,
            utc_now=self.clock.utc_now,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            remaining_seconds=lambda: deadline - self.clock.seconds,
        )


def written_set(folder: Path, rows: list[tuple[Any, ...]]) -> str:
    """Return the path of a CSV of (label, record number, ...) rows."""
    path = folder / "set.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return str(path)


def numbered_rows(count: int) -> list[tuple[int, int]]:
    """Return rows whose label is the parity of the record number."""
    return [(number % 2, number) for number in range(count)]


def world(
    folder: Path,
    wrong: Mapping[str, set[int]],
    count: int = 400,
    rule: Answerer | None = None,
    **spec: Any,
) -> World:
    """Return a world of `count` records in which each variant is right but for the record numbers
    in `wrong`.
    """

    def answer(variant: str, body: str) -> str:
        number = int(body)
        label = number % 2
        return str(1 - label if number in wrong.get(variant, set()) else label)

    fields = {"concurrency": 1, "max_requests_per_second": 1_000.0} | spec
    clock = SleptClock()
    guard = QualityGuardSpec(labelled_set=written_set(folder, numbered_rows(count)), **fields)
    return World(guard, RuleInvoker(rule or answer, clock), clock)
