"""Every case of the campaign, made from recordings of clean runs: nobody lists sites by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from canary.domain.rollout.phase import Phase
from emulator.endpoints.timing import UpdateEnd
from tests.faults import mishaps
from tests.faults.calls import INVOCATION_KINDS, KINDS, CallFault, InvocationFault, kinds_for
from tests.faults.cases import Case
from tests.faults.deliveries import KINDS as DELIVERY_KINDS
from tests.faults.deliveries import DeliveryFault
from tests.faults.executions import STATUSES, ExecutionFault
from tests.faults.mishaps import MINE, Mishap
from tests.faults.sites import Recording, Site

UNPROVEN = frozenset({Phase.UNPROVEN})
ANY_END = frozenset({Phase.PROMOTED, Phase.ROLLED_BACK, Phase.HANDED_OVER, Phase.UNPROVEN})
KILL = next(kind for kind in KINDS if kind.name == "killed after")
PAIRS = 320


def catalogue(recordings: Mapping[str, Recording], seed: int) -> list[Case]:
    """Return every case in a fixed order; a site met in an earlier scenario is broken there
    alone.
    """
    cases = [
        *_of_calls(recordings),
        *_of_invocations(recordings),
        *_of_deliveries(recordings),
        *_of_executions(recordings),
        *_of_kills(recordings),
        *_of_mishaps(),
    ]
    return [*cases, *_pairs(cases, seed)]


def _first_seen(found: Mapping[str, Sequence[Site]]) -> Iterator[tuple[str, Site]]:
    seen: set[Site] = set()
    for scenario, sites in found.items():
        for site in sites:
            if site not in seen:
                seen.add(site)
                yield scenario, site


def _of_calls(recordings: Mapping[str, Recording]) -> Iterator[Case]:
    """Break every site in every way once; what lasts hits all items of an operation, so one site of
    it is enough.
    """
    lasting: set[tuple[str, str, str, str]] = set()
    for scenario, site in _first_seen({name: list(r.calls) for name, r in recordings.items()}):
        for kind in kinds_for(site):
            whole = (site.who, site.what.split(" ")[0], site.phase, kind.name)
            if kind.lasting is None or whole not in lasting:
                lasting.add(whole)
                yield Case(
                    "call",
                    scenario,
                    (CallFault(kind, site),),
                    UNPROVEN if kind.permanent else frozenset(),
                )


def _of_invocations(recordings: Mapping[str, Recording]) -> Iterator[Case]:
    for scenario, site in _first_seen(
        {name: list(r.invocations) for name, r in recordings.items()}
    ):
        for kind in INVOCATION_KINDS:
            yield Case("invocation", scenario, (InvocationFault(kind, site),))
        yield Case("invocation", scenario, (InvocationFault("throttled", site, for_minutes=14),))


def _of_deliveries(recordings: Mapping[str, Recording]) -> Iterator[Case]:
    for scenario, site in _first_seen({name: list(r.deliveries) for name, r in recordings.items()}):
        for kind in DELIVERY_KINDS:
            yield Case("event", scenario, (DeliveryFault(kind, site),))
            yield Case("event", scenario, (DeliveryFault(kind, site, lasting=True),))


def _of_executions(recordings: Mapping[str, Recording]) -> Iterator[Case]:
    for scenario, site in _first_seen({name: list(r.states) for name, r in recordings.items()}):
        if site.who == "command":
            continue  # a command is one state; its invocation is broken under "invocation"
        for status in STATUSES:
            yield Case("execution", scenario, (ExecutionFault(status, site),))
        for seconds in (0.0, 30.0, 600.0):
            yield Case(
                "execution", scenario, (ExecutionFault(STATUSES[0], site, redriven_after=seconds),)
            )
        yield Case("execution", scenario, (ExecutionFault(STATUSES[0], site, under_way=True),))


def _of_kills(recordings: Mapping[str, Recording]) -> Iterator[Case]:
    """Kill after every write of every scenario; where two begin alike, their common beginning is
    killed once.
    """
    seen: set[tuple[Site, ...]] = set()
    for scenario, recording in recordings.items():
        for number in range(1, len(recording.writes) + 1):
            until = tuple(recording.writes[:number])
            if until not in seen:
                seen.add(until)
                yield Case("kill", scenario, (CallFault(KILL, nth_write=number),))


MOVING = ("PLANNED", "EVALUATING", "SHIFTING 1", "BAKING 1", "SHIFTING 2", "WATCHING")
DECIDED = ("ADVANCE to step 1", "ADVANCE to step 2", "ADVANCE to the end")
MISHAPS: tuple[Mishap, ...] = (
    Mishap("the update rolls back", "PLANNED", mishaps.next_update(UpdateEnd.ROLLS_BACK), 0),
    Mishap(
        "the next update rolls back", "EVALUATING", mishaps.next_update(UpdateEnd.ROLLS_BACK), 0
    ),
    Mishap("the next update rolls back", "BAKING 1", mishaps.next_update(UpdateEnd.ROLLS_BACK)),
    Mishap(
        "the next update takes 12 minutes",
        "EVALUATING",
        mishaps.next_update(UpdateEnd.SETTLES, 720),
        0,
    ),
    Mishap(
        "the next update takes 20 minutes",
        "EVALUATING",
        mishaps.next_update(UpdateEnd.SETTLES, 1200),
        0,
    ),
    Mishap(
        "the next update takes 20 minutes", "BAKING 1", mishaps.next_update(UpdateEnd.SETTLES, 1200)
    ),
    Mishap(
        "the update rolls back slowly", "BAKING 1", mishaps.next_update(UpdateEnd.ROLLS_BACK, 1000)
    ),
    *(
        Mishap(
            f"the next update {outcome.value}",
            phase,
            mishaps.next_update(outcome),
            0,
            ends=UNPROVEN,
            permanent=True,
            lifted=mishaps.release,
        )
        for outcome in (UpdateEnd.STICKS, UpdateEnd.ROLL_BACK_FAILS, UpdateEnd.FAILS)
        for phase in ("EVALUATING", "BAKING 1")
    ),
    *(
        Mishap(name, phase, act, seconds)
        for phase in ("START", *MOVING, *DECIDED)
        for name, act, seconds in (
            ("autoscaling", mishaps.scale, 5),
            ("maintenance of 4 minutes", mishaps.system_update(240), 5),
            ("maintenance of 25 minutes", mishaps.system_update(1500), 5),
            ("stale reads", mishaps.stale_reads, 0),
            ("a second start", mishaps.second_start, 1),
            ("a redeploy", mishaps.redeploy, 7),
            ("a redeploy of every function", mishaps.redeploy_with_new_sandboxes, 7),
            ("a poisoned record", mishaps.poison, 1),
        )
    ),
    *(
        Mishap(name, phase, act, ends=MINE, foreign=True)
        for phase in (*MOVING, *DECIDED)
        for name, act in (
            ("foreign weights", mishaps.foreign_weights),
            ("a foreign configuration", mishaps.foreign_config),
            ("a variant that vanishes", mishaps.lose_variant),
            ("an endpoint that vanishes", mishaps.vanish),
        )
    ),
    *(
        Mishap("the guard alarm rings", phase, mishaps.ring, seconds)
        for phase in ("START", *MOVING, "BAKING 0", *DECIDED)
        for seconds in (0, 1, 20, 59)
    ),
    *(
        Mishap(f"a person's {name}", phase, act, 2, ends=MINE if name == "release" else frozenset())
        for phase in (*MOVING, "BAKING 0", *DECIDED)
        for name, act in (
            ("release", mishaps.command("release")),
            ("rollback", mishaps.command("rollback")),
            ("promote", mishaps.command("promote")),
            ("full promote", mishaps.command("promote", full=True)),
            ("pause", mishaps.command("pause", minutes=5)),
        )
    ),
    *(
        Mishap(
            f"an endpoint that goes {status}",
            phase,
            mishaps.fail(status),
            5,
            UNPROVEN,
            True,
            False,
            mishaps.release,
        )
        for phase in ("BAKING 1", "WATCHING")
        for status in ("Failed", "OutOfService", "UpdateRollbackFailed")
    ),
    *(
        Mishap(name, "BAKING 1", act, 30)
        for name, act in (
            ("metrics blind for 5 minutes", mishaps.blind(5)),
            ("metrics blind for 30 minutes", mishaps.blind(30)),
            ("traffic that stops", mishaps.no_traffic),
        )
    ),
    *(
        Mishap(
            f"the {function}'s clock is {seconds:+g} s off",
            "PLANNED",
            mishaps.wrong_clock(function, seconds),
            0,
        )
        for function in ("shifter", "decider", "collector")
        for seconds in (-90, -20, 20, 90)
    ),
)


def _of_mishaps() -> Iterator[Case]:
    for mishap in MISHAPS:
        yield Case("mishap", "promoted", (mishap,), mishap.ends)
    for name in ("promote", "full promote"):
        act = mishaps.command("promote", full=name == "full promote")
        yield Case("mishap", "wrong", (Mishap(f"a person's {name}", "EVALUATING", act, 2),))
    for name in ("failing", "stopped"):
        for mishap in ROLLING_BACK:
            yield Case("mishap", name, (mishap,), mishap.ends)


ROLLING_BACK: tuple[Mishap, ...] = (
    Mishap("a person's release", "ROLLING_BACK", mishaps.command("release"), 2, ends=MINE),
    Mishap("the restore rolls back", "BAKING 1", mishaps.next_update(UpdateEnd.ROLLS_BACK)),
    Mishap("the restore takes 12 minutes", "BAKING 1", mishaps.next_update(UpdateEnd.SETTLES, 720)),
    Mishap(
        "the restore takes 55 minutes", "BAKING 1", mishaps.next_update(UpdateEnd.SETTLES, 3300)
    ),
    Mishap("maintenance of 25 minutes", "BAKING 1", mishaps.system_update(1500)),
    Mishap("maintenance of 25 minutes", "ROLLING_BACK", mishaps.system_update(1500)),
    Mishap("foreign weights", "BAKING 1", mishaps.foreign_weights, ends=MINE, foreign=True),
    Mishap("an endpoint that vanishes", "ROLLING_BACK", mishaps.vanish, ends=MINE, foreign=True),
    *(
        Mishap(
            f"the restore {outcome.value}",
            "BAKING 1",
            mishaps.next_update(outcome),
            ends=UNPROVEN,
            permanent=True,
            lifted=mishaps.release,
        )
        for outcome in (UpdateEnd.STICKS, UpdateEnd.ROLL_BACK_FAILS, UpdateEnd.FAILS)
    ),
)


def _pairs(cases: Sequence[Case], seed: int) -> Iterator[Case]:
    """Return seeded random pairs of faults of one scenario; at most one of the two lasts for
    good.
    """
    draw = random.Random(seed)
    by_scenario: dict[str, list[Case]] = {}
    for case in cases:
        by_scenario.setdefault(case.scenario, []).append(case)
    for number in range(PAIRS):
        scenario = draw.choice(sorted(by_scenario))
        first, second = draw.sample(by_scenario[scenario], 2)
        while first.permanent and second.permanent:
            first, second = draw.sample(by_scenario[scenario], 2)
        yield replace(
            first,
            category="pair",
            faults=(*first.faults, *second.faults),
            ends=first.ends | second.ends,
            seed=seed * 1000 + number,
        )


def sites_of(recordings: Mapping[str, Recording]) -> set[tuple[str, Site]]:
    """Return every recorded site with the category it is broken in; a command's only state counts
    as invocation.
    """
    return {
        (category, site)
        for recording in recordings.values()
        for category, sites in (
            ("call", recording.calls),
            ("invocation", recording.invocations),
            ("event", recording.deliveries),
            (
                "execution",
                {site: count for site, count in recording.states.items() if site.who != "command"},
            ),
        )
        for site in sites
    }


def unbroken(recordings: Mapping[str, Recording], cases: Sequence[Case]) -> list[str]:
    """Return the recorded sites that no case breaks."""
    broken = {
        (case.category, getattr(fault, "site", None)) for case in cases for fault in case.faults
    }
    return sorted(f"{category}: {site}" for category, site in sites_of(recordings) - broken)
