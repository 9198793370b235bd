"""`python -m tests.faults.planted`: plants known bugs and shows that the campaign notices each of
them.

A campaign that never fails proves nothing. Prints one JSON object: `noticed`, bug -> names of the
invariants that noticed it, and `unlike`, what comes to something else when it is forked off its
scenario's clean run than when it is played from the start. Exit code 1 when a bug went unnoticed or
two were unlike.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

from canary.domain.plan.endpoint import Arrival, EndpointView
from canary.domain.rollout.outbox import tell
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Asked, Record
from canary.domain.rollout.transitions import bakes, claims
from canary.flow.recover import Recovery
from tests.faults.base import deployed
from tests.faults.campaign import played, record_all
from tests.faults.cases import Case, Result
from tests.faults.catalogue import catalogue
from tests.faults.forks import Died, in_forks
from tests.faults.play import play
from tests.faults.sites import Recording
from tests.integration.stage import Stage


@dataclass(frozen=True)
class Bug:
    """One defect: what it replaces, and words of the case that must notice it."""

    name: str
    plant: Callable[[], AbstractContextManager[Any]]
    case: str


def _claim_without_condition() -> AbstractContextManager[Any]:
    def claim(record: Record, _holder: str, _generation: int, now: datetime) -> Record:
        step = (
            record.decision.to_step if record.decision and record.decision.to_step else record.step
        )
        target = record.plan.steps[step].target
        asked = Asked(target=target, before=record.expected_target, at=now, direction="forward")
        changes = {
            "phase": Phase.SHIFTING,
            "step": step,
            "asked": asked,
            "decision": None,
            "token": None,
        }
        return record.but(**changes)

    return patch.multiple(claims, claim_forward=claim, check_holder=lambda *_: None)


def _told_before_acting() -> AbstractContextManager[Any]:
    original = claims.claim_forward

    def claim(record: Record, holder: str, generation: int, now: datetime) -> Record:
        claimed = original(record, holder, generation, now)
        return tell(claimed, bakes.reached(claimed), now)

    return patch.object(claims, "claim_forward", claim)


def _lease_freed_on_unproven() -> AbstractContextManager[Any]:
    return patch.object(Record, "holds_lease", property(lambda self: not self.ended))


def _dead_executions_left_alone() -> AbstractContextManager[Any]:
    return patch.object(Recovery, "take_over_if_dead", lambda _self, record, _now: record)


def _safe_because_in_service() -> AbstractContextManager[Any]:
    def look(_record: Record, view: EndpointView, _now: datetime) -> Arrival:
        return "REACHED" if view.in_service else "MOVING"

    return patch("canary.flow.shift.look_restored", look)


def _never_marked_as_told() -> AbstractContextManager[Any]:
    return patch("canary.flow.telling.tell.told", lambda record, _published, _released: record)


BUGS = (
    Bug(
        "claim without its condition",
        _claim_without_condition,
        "promoted: ABORTED while its function runs: rollout Move weights in BAKING 1",
    ),
    Bug("told before acting", _told_before_acting, "promoted: duplicate: decider tick in BAKING 1"),
    Bug(
        "lease freed on UNPROVEN",
        _lease_freed_on_unproven,
        "access denied for good at shifter.restore sagemaker:Update",
    ),
    Bug(
        "dead executions left alone",
        _dead_executions_left_alone,
        "promoted: ABORTED: rollout Wait for endpoint",
    ),
    Bug("InService taken for safe", _safe_because_in_service, "failing: the restore rolls back"),
    Bug(
        "messages never marked as told",
        _never_marked_as_told,
        "promoted: duplicate: decider tick in BAKING 1",
    ),
)
SCENARIOS = ("promoted", "failing")
"""Those of the cases above; no other is recorded."""
COMPARED = 5


def noticed(stage: Stage, cases: Sequence[Case], jobs: int) -> dict[str, list[str]]:
    """Return, by bug, the invariants that did not hold in its case with the bug planted."""
    chosen = [(bug, next(case for case in cases if bug.case in case.name)) for bug in BUGS]

    def run(planted: tuple[Bug, Case]) -> Result:
        with planted[0].plant():
            return play(stage, planted[1])

    answers = {bug.name: answer for (bug, _), answer in in_forks(chosen, run, jobs)}
    return {bug.name: _names(answers[bug.name]) for bug in BUGS}


def unlike(
    stage: Stage, cases: Sequence[Case], recordings: Mapping[str, Recording], jobs: int
) -> list[str]:
    """Return which of some cases end in another way off the clean run than from the start."""
    late = [case for case in cases if case.rests_before(recordings[case.scenario])]
    some = late[:: len(late) // COMPARED]
    whole = in_forks(some, lambda case: play(stage, case), jobs)
    of_whole = {case.name: _told(answer) for case, answer in whole}
    branched = {c.name: _told(answer) for c, answer in played(stage, some, recordings, jobs)}
    return [case.name for case in some if of_whole[case.name] != branched[case.name]]


def _told(answer: Result | Died) -> object:
    return str(answer) if isinstance(answer, Died) else {**vars(answer), "wall_seconds": 0.0}


def _names(answer: Result | Exception) -> list[str]:
    return (
        [str(answer)]
        if isinstance(answer, Exception)
        else sorted({v.invariant for v in answer.violations})
    )


def main(jobs: int = 2) -> int:
    """Return 0 when every planted bug was noticed, and nothing was unlike."""
    with deployed() as stage:
        recordings, _ = record_all(stage, jobs, SCENARIOS)
        cases = [case for case in catalogue(recordings, seed=1) if case.scenario in recordings]
        found = noticed(stage, cases, jobs)
        others = unlike(stage, cases, recordings, jobs)
    print(json.dumps({"noticed": found, "unlike": others}, indent=2))
    return int(not all(found.values()) or bool(others))


if __name__ == "__main__":
    sys.exit(main())
