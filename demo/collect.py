"""What came of each run, gathered from AWS, from the emulated router and from the controller's
table.

Rules: weights come from DescribeEndpoint, request counts from the router's ledger, never from the
controller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from canary.adapters.table import DynamoRollouts
from canary.domain.errors import Refused
from canary.domain.rollout.phase import Phase
from canary.domain.time import minute_of
from canaryctl.history import LedgerMinute, Picture, RolloutHistory, ToldMessage, read_history
from demo.run import Run, execution_status, instances_of, told, weights_of
from demo.scenarios import CANARY, Scenario
from demo.worlds import DigitsWorld
from demo.worlds.classifier import WHITE
from emulator import Emulator
from emulator.endpoints.serving.ledger import Ledger

BEFORE_MINUTES, AFTER_MINUTES = 5, 5
PIXELS_A_SIDE = 8
STARTING = "STARTING"


@dataclass(frozen=True)
class Result:
    """One scenario's end. `history` is None when the rollout was refused; `lease` is who still
    holds the endpoint.
    """

    scenario: Scenario
    execution_status: str
    phase: str
    initial_weights: dict[str, float]
    final_weights: dict[str, float]
    canary_requests_live: int
    bad_responses_served: int
    history: RolloutHistory | None
    messages: tuple[ToldMessage, ...]
    lease: str | None
    outage_failures: dict[str, float]
    final_instances: dict[str, int]

    @property
    def over(self) -> bool:
        """Return whether it ended, or never began."""
        return self.history.record.ended if self.history else self.phase != STARTING

    @property
    def emulated_minutes(self) -> float:
        """Return how long the rollout took; 0 when it never started."""
        record = self.history.record if self.history else None
        if record is None or record.ended_at is None:
            return 0.0
        return round((record.ended_at - record.started_at).total_seconds() / 60, 1)

    @property
    def highest_share(self) -> float:
        """Return the highest share the canary was brought to."""
        if self.history is None:
            return 0.0
        record = self.history.record
        return max((record.plan.steps[bake.step].share for bake in record.bakes), default=0.0)

    def summary(self) -> dict[str, Any]:
        """Return the scenario's entry in summary.json; minutes count from the rollout's start."""
        return {
            "scenario": self.scenario.name,
            "endpoint": self.scenario.endpoint,
            "phase": self.phase,
            "initial_weights": self.initial_weights,
            "final_weights": self.final_weights,
            "final_instances": self.final_instances,
            "canary_requests_live": self.canary_requests_live,
            "bad_responses_served": self.bad_responses_served,
            "emulated_minutes": self.emulated_minutes,
            "verdicts": self._verdicts(),
            "messages": [
                {"subject": message.subject, "body": message.body} for message in self.messages
            ],
        }

    def _verdicts(self) -> list[dict[str, Any]]:
        if self.history is None:
            return []
        start = minute_of(self.history.record.started_at)
        return [
            {"minute": v.minute - start, "step": v.step, "verdict": v.verdict, "reason": v.reason}
            for v in self.history.verdicts
        ]


def collect(
    emulator: Emulator, runs: Sequence[Run], table: str, world: DigitsWorld
) -> list[Result]:
    """Return the result of every run, in order."""
    return [_collect(emulator, run, table, world) for run in runs]


def _collect(emulator: Emulator, run: Run, table: str, world: DigitsWorld) -> Result:
    endpoint, ledger = run.scenario.endpoint, emulator.endpoints.ledger(run.scenario.endpoint)
    client = emulator.client("dynamodb")
    history = _history(emulator, run, table)
    graves = {(m.subject, m.body): m.severity for m in history.messages} if history else {}
    messages = tuple(
        message.but(severity=graves.get((message.subject, message.body), ""))
        for message in told(emulator, run.started_at)
        if run.rollout in message.body
    )
    status = execution_status(emulator, run)
    if history is not None:
        shown = {
            "messages": messages,
            "ledger": _minutes(history, ledger),
            "pictures": _pictures(history, world),
        }
        history = history.but(**shown)
    return Result(
        scenario=run.scenario,
        execution_status=status,
        phase=str(history.record.phase) if history else _without_record(status),
        initial_weights=run.initial_weights,
        final_weights=weights_of(emulator, endpoint),
        canary_requests_live=ledger.live_requests(CANARY),
        bad_responses_served=ledger.bad_responses(CANARY),
        history=history,
        messages=messages,
        lease=DynamoRollouts(client, table).holding(endpoint),
        outage_failures=_outage_failures(run, ledger),
        final_instances=instances_of(emulator, endpoint),
    )


def _without_record(status: str) -> str:
    return STARTING if status == "RUNNING" else str(Phase.REFUSED)


def _history(emulator: Emulator, run: Run, table: str) -> RolloutHistory | None:
    try:
        return read_history(emulator.client("dynamodb"), table, run.rollout)
    except Refused:
        return None


def _minutes(history: RolloutHistory, ledger: Ledger) -> tuple[LedgerMinute, ...]:
    """Return the router's own minutes around the rollout."""
    record = history.record
    first = minute_of(record.started_at) - BEFORE_MINUTES
    last = minute_of(record.ended_at or record.progress_at) + AFTER_MINUTES
    return tuple(
        LedgerMinute(
            minute=minute_of(when),
            variant=variant,
            requests=t.live,
            bad=t.live_bad,
            slow=t.live_slow,
            wrong=t.live_wrong,
        )
        for variant, minutes in ledger.minutes.items()
        for when, t in sorted(minutes.items())
        if first <= minute_of(when) <= last
    )


def _outage_failures(run: Run, ledger: Ledger) -> dict[str, float]:
    """Return each variant's share of failed requests while the scenario's outage lasted; empty
    without one.
    """
    if run.outage_at is None or run.scenario.outage is None:
        return {}
    failures = {}
    for variant, minutes in ledger.minutes.items():
        hit = [
            t
            for when, t in minutes.items()
            if 0 <= (when - run.outage_at).total_seconds() < 60 * run.scenario.outage.minutes
        ]
        requests = sum(tally.live for tally in hit)
        failures[variant] = sum(tally.live_bad for tally in hit) / requests if requests else 0.0
    return failures


def _pictures(history: RolloutHistory, world: DigitsWorld) -> dict[str, Picture]:
    """Return the images of the records the variants disagree on; a record is named by its row,
    counted from 1.
    """
    if history.quality is None:
        return {}
    rows = {d.record: world.labelled_rows[int(d.record) - 1] for d in history.quality.disagreements}
    return {
        record: tuple(
            tuple(float(ink) / WHITE for ink in line)
            for line in row.reshape(PIXELS_A_SIDE, PIXELS_A_SIDE)
        )
        for record, row in rows.items()
    }
