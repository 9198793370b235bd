"""Every case of the campaign, made from recordings of clean runs: nobody lists sites by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from canary.domain.rollout.phase import Phase
from tests.faults.answers import AnswerFault
from tests.faults.calls import INVOCATION_KINDS, KINDS, CallFault, InvocationFault, kinds_for
from tests.faults.cases import Case
from tests.faults.deliveries import KINDS as DELIVERY_KINDS
from tests.faults.deliveries import DeliveryFault
from tests.faults.executions import STATUSES, ExecutionFault
from tests.faults.mishap_cases import of_mishaps
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
        *_of_answers(recordings),
        *_of_deliveries(recordings),
        *_of_executions(recordings),
        *_of_kills(recordings),
        *of_mishaps(),
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


def _of_answers(recordings: Mapping[str, Recording]) -> Iterator[Case]:
    """Lose every early answer and double every answer of every scenario; and let each bake return
    so late that whoever answers it is too early.
    """
    for scenario in recordings:
        for doubled in (False, True):
            yield Case("answer", scenario, (AnswerFault(doubled=doubled),), exact=True)
    for scenario, site in _first_seen(
        {name: list(r.invocations) for name, r in recordings.items()}
    ):
        if site.who == "decider.bake":
            yield Case("answer", scenario, (AnswerFault(site),), exact=True)


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
            exact=False,
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
