"""Plays one case in an account of its own, and looks at what is left."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from canary.adapters.starting.places import DynamoPlaces
from canary.adapters.table import DynamoRollouts
from canary.domain.plan.target import same_weights
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.places import SEEN_WITHIN
from canary.flow.places.places import Places
from emulator.states.execution import RUNNING, SUCCEEDED
from tests.faults.base import AT_ONCE, SECOND
from tests.faults.cases import Case, Result
from tests.faults.course import MINUTE, finished, rests
from tests.faults.forks import Died, Runs
from tests.faults.invariants import Violation, violations
from tests.faults.run import Run
from tests.faults.scenarios import SCENARIOS
from tests.faults.sites import Recording, record_sites
from tests.faults.world import World
from tests.integration.stage import ENDPOINT, Stage

AT_MOST_MINUTES = 150
UNTIL_LIFTED_MINUTES = 45
LASTS_MINUTES = 30
"""What a fault lasts at least, however late in a run it strikes."""
# Then for as long as an execution still runs: a late heartbeat timeout of one nobody needs must
# come and go.
SETTLE_MINUTES = 3
STILL_RUNNING_MINUTES = 40
A_MOMENT = timedelta(minutes=1)


def record(stage: Stage, scenario: str) -> tuple[Recording, Result]:
    """Return every site of a clean run, and how it went."""
    world = World(stage)
    recording, case = record_sites(world), Case("clean", scenario)
    began = _begun(world, scenario)
    for rest in rests(world, began, world.is_over, AT_MOST_MINUTES):
        recording.rests.append(rest)
    return recording, _ended(world, case, began)


def play(stage: Stage, case: Case) -> Result:
    """Return what came of a case; the account is used up by it."""
    world = World(stage, case.seed)
    for fault in case.faults:
        fault.arm(world)
    return _ended(world, case, _begun(world, case.scenario))


def branches(
    stage: Stage, scenario: str, cases: Sequence[tuple[int, Case]], recording: Recording, jobs: int
) -> Iterator[tuple[int, Result | Died]]:
    """Yield the place of every case among these and what came of it, in the order they finish; each
    is forked off one clean run at the rest of its number, of which the smallest come first. Uses up
    the account. Raises RuntimeError where that run is not the one recorded.
    """
    world, runs, waiting = World(stage), Runs(jobs), deque(range(len(cases)))
    began = _begun(world, scenario)
    clean = rests(world, began, world.is_over, AT_MOST_MINUTES)
    for number, rest in enumerate(clean, start=1):
        if rest != recording.rests[number - 1]:
            raise RuntimeError(f"{scenario}: rest {number} is {rest} now")
        gc.freeze()
        while waiting and cases[waiting[0]][0] == number:
            yield from runs.start(
                waiting.popleft(),
                lambda place: _branched(world, cases[place][1], began),
                world.emulator.clock.fork,
            )
        if not waiting:
            break
    if waiting:
        raise RuntimeError(f"{scenario} ended before {cases[waiting[0]][1].name}")
    yield from runs.rest()


def _branched(world: World, case: Case, began: datetime) -> Result:
    world.reseed(case.seed)
    for fault in case.faults:
        fault.arm(world)
    world.emulator.clock.run_for(0)  # what is due now comes before it is asked whether it is over
    return _ended(world, case, began)


def _begun(world: World, scenario: str) -> datetime:
    began: datetime = world.emulator.clock.now()
    SCENARIOS[scenario].begin(world)
    return began


def _ended(world: World, case: Case, began: datetime) -> Result:
    """Play a case from where it stands to its end, and return what came of it."""
    scenario, wall = SCENARIOS[case.scenario], time.perf_counter()
    silent: list[Violation] = []
    if not case.permanent:
        finished(world, began, world.is_over, AT_MOST_MINUTES)
    else:
        silent = _until_lifted(world, began)
    ended = world.emulator.clock.now()
    _settle(world)
    registry = world.emulator.endpoints.registry
    run = Run(
        world,
        (frozenset({scenario.ends}) if case.exact else scenario.expects | case.ends)
        | scenario.besides
        | {Phase.REFUSED},
        scenario.never,
        case.permanent,
        dict(_leases(world)),
        {name: world.observer.weights(name) for name in (ENDPOINT, SECOND)},
        tuple(
            name for name, execution in world.executions().items() if execution.status == RUNNING
        ),
        tuple(name for name, execution in world.rolling().items() if execution.status == SUCCEEDED),
        world.promotes,
        {arn: one["ModelApprovalStatus"] for arn, one in registry.packages.items()},
        _next_waits(world),
    )
    found = [*silent, *violations(run)]
    return Result(
        case.name,
        case.category,
        tuple(world.fired),
        tuple(found),
        _end(world),
        (ended - began).total_seconds() / 60,
        time.perf_counter() - wall,
        tuple(world.observer.timeline) if found else (),
        _seconds_to_safe(world),
        case.seed,
    )


def _until_lifted(world: World, began: datetime) -> list[Violation]:
    """Let a fault last, demand that somebody was paged if it was not over by then, repair it, and
    bring it home.
    """
    finished(world, began, lambda: world.is_over() or bool(world.fired), UNTIL_LIFTED_MINUTES)
    struck = (world.emulator.clock.now() - began) // MINUTE
    lifted = max(UNTIL_LIFTED_MINUTES, struck + LASTS_MINUTES)
    over = finished(world, began, world.is_over, lifted)
    silent = []
    if not over and not world.paged():
        silent.append(
            Violation(
                "somebody_is_paged",
                f"{world.observer.phase} for half an hour and nobody was paged",
            )
        )
    world.observer.note("the cause is repaired")
    for lift in world.lift:
        lift()
    world.emulator.run_until(lambda: world.is_over() or bool(_unproven(world)), AT_MOST_MINUTES)
    for endpoint in _unproven(world):
        world.execute({"command": "retry", "endpoint": endpoint}, f"retry-{endpoint}-after-repair")
        world.emulator.run_until(lambda: not _unproven(world) and world.is_over(), AT_MOST_MINUTES)
    return silent


def _unproven(world: World) -> list[str]:
    """Return the endpoints whose newest rollout is UNPROVEN and was told so."""
    newest = (world.observer.newest(name) for name in (ENDPOINT, SECOND))
    return [
        record.endpoint
        for record in newest
        if record is not None and record.phase is Phase.UNPROVEN and not record.outbox
    ]


def _settle(world: World) -> None:
    world.emulator.run_minutes(SETTLE_MINUTES)
    world.emulator.run_until(
        lambda: all(execution.status != RUNNING for execution in world.executions().values()),
        STILL_RUNNING_MINUTES,
    )


def _leases(world: World) -> dict[str, str]:
    items = world.stage.client("dynamodb").scan(TableName=world.stage.outputs["TableName"])["Items"]
    leases = (item for item in items if item["sk"]["S"] == "LEASE")
    return {item["pk"]["S"].removeprefix("ENDPOINT#"): item["rollout"]["S"] for item in leases}


def _next_waits(world: World) -> str:
    """Return what the next rollout would wait for, asked once nothing of the last one is fresh."""
    last = world.observer.record
    if last is None:
        return ""
    client, table = world.stage.client("dynamodb"), world.stage.outputs["TableName"]
    places = Places(DynamoPlaces(client, table), DynamoRollouts(client, table), AT_ONCE)
    later = world.emulator.clock.now() + SEEN_WITHIN + A_MOMENT
    line = places.take(last.but(rollout="next", endpoint="next", standstills=()), later)
    return "" if line is None else line.words


def _end(world: World) -> str:
    record = world.observer.record
    return str(record.phase) if record else "REFUSED"


def _seconds_to_safe(world: World) -> float | None:
    """Return how long the canary had live weight after its roll-back was recorded; None where it
    never was.
    """
    decided: datetime | None = None
    for revision in world.observer.revisions:
        if decided is None and revision.record.rolling_back:
            decided = revision.at
        if (
            decided
            and revision.serving
            and same_weights(dict(revision.serving), revision.record.plan.safe_target.weights)
        ):
            return (revision.at - decided).total_seconds()
    return None
