"""Starts the rollouts through Step Functions, lets time pass, and looks on: it never tells the
controller anything.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from canary.adapters.evidence import DynamoEvidence
from canary.adapters.table import DynamoRollouts
from canary.domain.errors import Refused
from canary.domain.hands_off import PREFIX
from canary.domain.rollout.record import Record
from canary.flow.plan import rollout_id
from canaryctl.history import ToldMessage
from canaryctl.live.row import LiveRow, row_of
from demo.clerks import Clerks
from demo.scenarios import CANARY, Scenario, SharedOutage
from emulator import Emulator

MOST_MINUTES = 180
OVER = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})
Show = Callable[[Sequence[LiveRow], Sequence[ToldMessage], datetime], object]


@dataclass
class Run:
    """One scenario under way. Weights are what DescribeEndpoint answered before anything was
    started.
    """

    scenario: Scenario
    execution: str
    started_at: datetime
    initial_weights: dict[str, float]
    outage_at: datetime | None = None

    @property
    def rollout(self) -> str:
        """Return the rollout's id."""
        return rollout_id(self.scenario.endpoint, self.execution)


def start(emulator: Emulator, scenarios: Sequence[Scenario], state_machine: str) -> list[Run]:
    """Start one execution a scenario and return the runs; refusals show when they are looked at.
    Hands-off ones come first: somebody approves a package, and the start is found a minute later.
    """
    runs = [_approve(emulator, one, state_machine) for one in scenarios if one.hands_off]
    for scenario in scenarios:
        if scenario.hands_off:
            continue
        before = weights_of(emulator, scenario.endpoint)
        answer = emulator.client("stepfunctions").start_execution(
            stateMachineArn=state_machine,
            name=f"demo-{scenario.name}",
            input=json.dumps(scenario.spec),
        )
        runs.append(Run(scenario, answer["executionArn"], emulator.clock.now(), before))
    return runs


def _approve(emulator: Emulator, scenario: Scenario, state_machine: str) -> Run:
    """Approve the scenario's package and return the rollout that this began."""
    sagemaker = emulator.client("sagemaker")
    before, at = weights_of(emulator, scenario.endpoint), emulator.clock.now()
    group = scenario.spec["canary"]["model_package_group"]
    (package,) = sagemaker.list_model_packages(ModelPackageGroupName=group)[
        "ModelPackageSummaryList"
    ]
    sagemaker.update_model_package(
        ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved"
    )
    emulator.run_minutes(1)
    listed = emulator.client("stepfunctions").list_executions(stateMachineArn=state_machine)
    (execution,) = (
        one["executionArn"] for one in listed["executions"] if one["name"].startswith(PREFIX)
    )
    return Run(scenario, execution, at, before)


def drive(
    emulator: Emulator,
    runs: Sequence[Run],
    table: str,
    show: Show,
    clerks: Clerks,
    most_minutes: int = MOST_MINUTES,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Return whether everything was over and told within `most_minutes`, and before somebody
    `stopped` it; `show` is called each minute, and `clerks` publish what they corrected in it.
    """
    watched, began = Watched(emulator, table), min(run.started_at for run in runs)
    for _ in range(most_minutes):
        if stopped():
            return False
        emulator.run_minutes(1)
        clerks.publish()
        for run in runs:
            _break_both(emulator, run)
        records = [watched.record(run) for run in runs]
        show(
            [watched.row(run, record) for run, record in zip(runs, records, strict=True)],
            told(emulator, began),
            emulator.clock.now(),
        )
        if all(
            _is_over(emulator, run) and (record is None or not record.listed)
            for run, record in zip(runs, records, strict=True)
        ):
            return True
    return False


class Watched:
    """Reads what the table says of the runs, as `canaryctl status` does."""

    def __init__(self, emulator: Emulator, table: str) -> None:
        """Take the account and the stack's table."""
        self._emulator = emulator
        self._rollouts = DynamoRollouts(emulator.client("dynamodb"), table)
        self._evidence = DynamoEvidence(emulator.client("dynamodb"), table)

    def record(self, run: Run) -> Record | None:
        """Return the run's record; None before it is planned, or when it was refused."""
        try:
            return self._rollouts.load(run.rollout)
        except Refused:
            return None

    def row(self, run: Run, record: Record | None) -> LiveRow:
        """Return the run's line in the live view."""
        now = self._emulator.clock.now()
        if record is None:
            status = execution_status(self._emulator, run)
            phase = "REFUSED" if status == "FAILED" else "STARTING"
            return LiveRow(
                run.scenario.name, phase, 0, 0, 0.0, 0, None, None, "", "", ended=status in OVER
            )
        verdict = self._evidence.newest_verdict(record.rollout)
        return row_of(run.scenario.name, record, verdict, now)


def told(emulator: Emulator, since: datetime) -> list[ToldMessage]:
    """Return every message published since then, oldest first."""
    return [
        ToldMessage(at=m.at, subject=m.subject or "", body=m.message)
        for m in emulator.messages
        if m.at >= since
    ]


def weights_of(emulator: Emulator, endpoint: str) -> dict[str, float]:
    """Return the weights an endpoint serves with, as DescribeEndpoint gives them."""
    answer = emulator.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    return {
        variant["VariantName"]: variant["CurrentWeight"] for variant in answer["ProductionVariants"]
    }


def instances_of(emulator: Emulator, endpoint: str) -> dict[str, int]:
    """Return the instances of each variant, as DescribeEndpoint gives them."""
    answer = emulator.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    return {v["VariantName"]: v["CurrentInstanceCount"] for v in answer["ProductionVariants"]}


def execution_status(emulator: Emulator, run: Run) -> str:
    """Return the status of the run's execution."""
    answer = emulator.client("stepfunctions").describe_execution(executionArn=run.execution)
    return str(answer["status"])


def _is_over(emulator: Emulator, run: Run) -> bool:
    return execution_status(emulator, run) in OVER


def _break_both(emulator: Emulator, run: Run) -> None:
    """Begin the scenario's outage when the canary has the share at which it is due."""
    outage = run.scenario.outage
    if outage is None or run.outage_at is not None or not _has_share(emulator, run, outage):
        return
    run.outage_at = emulator.clock.now() + timedelta(minutes=outage.after_minutes)
    emulator.endpoints.outage(
        run.scenario.endpoint, run.outage_at, outage.minutes, outage.error_rate
    )


def _has_share(emulator: Emulator, run: Run, outage: SharedOutage) -> bool:
    weights = weights_of(emulator, run.scenario.endpoint)
    return weights[CANARY] >= outage.at_share * sum(weights.values()) > 0
