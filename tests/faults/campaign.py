"""The campaign: record clean runs, break every site of them, count what survived."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from tests.faults.base import deployed
from tests.faults.cases import Case, Result
from tests.faults.catalogue import catalogue, sites_of, unbroken
from tests.faults.forks import Died, in_forks, set_aside, told_by_fork
from tests.faults.invariants import Violation
from tests.faults.play import branches, play, record
from tests.faults.scenarios import SCENARIOS
from tests.faults.sites import Recording
from tests.integration.stage import Stage

Choose = Callable[[list[Case]], list[Case]]
Progress = Callable[[int, int, Result], object]


@dataclass
class Campaign:
    """What a campaign found. `recorded`: the sites of the clean runs; `unbroken`: those that no
    case was made for.
    """

    seed: int
    results: list[Result] = field(default_factory=list)
    recorded: int = 0
    unbroken: list[str] = field(default_factory=list)
    wall_seconds: float = 0.0

    @property
    def failed(self) -> list[Result]:
        """Return the runs in which an invariant did not hold."""
        return [result for result in self.results if not result.survived]

    @property
    def survived(self) -> bool:
        """Return whether every invariant held in every run, and every recorded site has its
        runs.
        """
        return not self.failed and not self.unbroken

    @property
    def counts(self) -> Counter[str]:
        """Return how many runs each category has."""
        return Counter(result.category for result in self.results)


def run_campaign(
    seed: int, jobs: int, choose: Choose = lambda cases: cases, progress: Progress = lambda *_: None
) -> Campaign:
    """Return what came of every chosen case. Every run is a fork of one deployed application."""
    began, campaign = time.monotonic(), Campaign(seed)
    with deployed() as stage:
        recordings, clean = record_all(stage, jobs)
        campaign.results += clean
        cases = catalogue(recordings, seed)
        campaign.recorded = len(sites_of(recordings))
        campaign.unbroken = unbroken(recordings, cases)
        cases = choose(cases)
        for case, answer in played(stage, cases, recordings, jobs):
            campaign.results.append(_checked(case, answer))
            progress(len(campaign.results) - len(clean), len(cases), campaign.results[-1])
    campaign.wall_seconds = time.monotonic() - began
    return campaign


def played(
    stage: Stage, cases: Sequence[Case], recordings: Mapping[str, Recording], jobs: int
) -> Iterator[tuple[Case, Result | Died]]:
    """Yield every case and what came of it, in the order they finish. What runs as its scenario's
    clean run does until its first fault is forked off that run just before.
    """
    numbered = [(case.rests_before(recordings[case.scenario]), case) for case in cases]
    yield from in_forks([c for number, c in numbered if not number], lambda c: play(stage, c), jobs)
    with set_aside():
        for scenario, recording in recordings.items():
            late = [(n, case) for n, case in numbered if n and case.scenario == scenario]
            if not late:
                continue
            late.sort(key=itemgetter(0))
            told = told_by_fork(partial(branches, stage, scenario, late, recording, jobs))
            yield from ((late[place][1], answer) for place, answer in told)


def record_all(
    stage: Stage, jobs: int, names: Sequence[str] = tuple(SCENARIOS)
) -> tuple[dict[str, Recording], list[Result]]:
    """Return the recording of every scenario's clean run, and the results; a clean run that died
    raises.
    """
    recordings, results = {}, []
    for name, answer in in_forks(names, lambda name: record(stage, name), jobs):
        if isinstance(answer, Died):
            raise answer
        recordings[name], result = answer
        results.append(_ended_as_told(name, result))
    return {name: recordings[name] for name in names}, results


def _ended_as_told(name: str, result: Result) -> Result:
    wanted = SCENARIOS[name].ends
    if result.end == wanted:
        return result
    return _with(result, Violation("a_clean_run_ends_as_its_story", f"{result.end}, not {wanted}"))


def _checked(case: Case, answer: Result | Died) -> Result:
    if isinstance(answer, Died):
        died = Violation("it_answers", str(answer))
        return Result(case.name, case.category, (), (died,), "?", 0.0, 0.0, (), seed=case.seed)
    if not answer.fired:
        return _with(answer, Violation("every_site_is_exercised", "the fault never took effect"))
    return answer


def _with(result: Result, violation: Violation) -> Result:
    return Result(**{**vars(result), "violations": (*result.violations, violation)})


class Part(NamedTuple):
    """The `number`th of `of` equal parts, counted from 1."""

    number: int
    of: int


def read_part(text: str) -> Part:
    """Return the part of a text such as 2/4. Raises ValueError."""
    number, _, of = text.partition("/")
    part = Part(int(number), int(of))
    if not 1 <= part.number <= part.of:
        msg = f"--part: {text} is no part; the first of four is 1/4"
        raise ValueError(msg)
    return part


def chosen(
    patterns: Sequence[str],
    short: bool,  # noqa: FBT001
    part: Part,
    before: frozenset[str] = frozenset(),
) -> Choose:
    """Return what chooses the cases whose name has one of the patterns, all without any; `short`
    takes a spread of them, `part` every so manyth; those whose keys are in `before` are left out.
    """

    def choose(cases: list[Case]) -> list[Case]:
        found = [case for case in cases if _is_named(case, patterns)]
        picked = _spread(found) if short else found[part.number - 1 :: part.of]
        return [case for case in picked if case.key not in before]

    return choose


def _is_named(case: Case, patterns: Sequence[str]) -> bool:
    name = f"{case.category} {case.name}"
    return not patterns or any(pattern in name for pattern in patterns)


def _spread(cases: Sequence[Case]) -> list[Case]:
    """Return a few of every category, evenly apart."""
    picked: list[Case] = []
    for category in dict.fromkeys(case.category for case in cases):
        of = [case for case in cases if case.category == category]
        picked += of[:: max(1, len(of) // SHORT_A_CATEGORY)][:SHORT_A_CATEGORY]
    return picked


SHORT_A_CATEGORY = 5
