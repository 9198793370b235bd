"""The campaign: record clean runs, break every site of them, count what survived."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.base import deployed
from tests.faults.cases import Case, Result
from tests.faults.catalogue import catalogue
from tests.faults.forks import Died, in_forks
from tests.faults.invariants import Violation
from tests.faults.play import play, record
from tests.faults.scenarios import SCENARIOS
from tests.faults.sites import Recording
from tests.integration.stage import Stage

TIMELINES = Path("out/faults")
Choose = Callable[[list[Case]], list[Case]]
Progress = Callable[[int, int, Result], object]


@dataclass
class Campaign:
    """What a campaign found. `unexercised`: cases whose first fault never took effect."""

    seed: int
    results: list[Result] = field(default_factory=list)
    wall_seconds: float = 0.0

    @property
    def failed(self) -> list[Result]:
        """Return the runs in which an invariant did not hold."""
        return [result for result in self.results if not result.survived]

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
        cases = choose(catalogue(recordings, seed))
        for case, answer in in_forks(cases, lambda case: play(stage, case), jobs):
            campaign.results.append(_checked(case, answer))
            progress(len(campaign.results) - len(clean), len(cases), campaign.results[-1])
    campaign.wall_seconds = time.monotonic() - began
    return campaign


def record_all(stage: Stage, jobs: int) -> tuple[dict[str, Recording], list[Result]]:
    """Return the recording of every scenario's clean run, and the results; a clean run that died raises."""
    recordings, results = {}, []
    for name, answer in in_forks(list(SCENARIOS), lambda name: record(stage, name), jobs):
        if isinstance(answer, Died):
            raise answer
        recordings[name], result = answer
        results.append(_ended_as_told(name, result))
    return {name: recordings[name] for name in SCENARIOS}, results


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


def report(campaign: Campaign, show: int = 3) -> str:
    """Return what the campaign found: a line a category, the first failures with their timelines, the verdict."""
    lines = []
    for category, count in sorted(campaign.counts.items()):
        failed = sum(result.category == category for result in campaign.failed)
        lines.append(f"{category:<12} {count:>5} runs {count - failed:>5} survived")
    safe = sorted(r.seconds_to_safe for r in campaign.results if r.seconds_to_safe is not None)
    if safe:
        at = [safe[int(q * (len(safe) - 1))] for q in (0.5, 0.9, 1.0)]
        lines.append(f"seconds from a recorded roll-back to verified safe weights: median {at[0]:.0f}, "
                     f"90% {at[1]:.0f}, longest {at[2]:.0f}")  # fmt: skip
    lines.append(f"ends: {dict(Counter(result.end for result in campaign.results))}")
    for result in campaign.failed[:show]:
        lines += _failure(result)
    for result in campaign.failed[show:]:
        lines.append(f"FAILED {result.case}: {result.violations[0].invariant}: {result.violations[0].what[:160]}")
    survived = len(campaign.results) - len(campaign.failed)
    lines.append(f"seed {campaign.seed}, {campaign.wall_seconds:.0f} s")
    lines.append(f"{survived}/{len(campaign.results)} survived")
    return "\n".join(lines)


def _failure(result: Result) -> list[str]:
    broken = [f"  {violation.invariant}: {violation.what}" for violation in result.violations]
    return [f"FAILED {result.case} (seed {result.seed})", *broken, *(f"    {line}" for line in result.timeline)]


def show_progress(done: int, of: int, result: Result) -> None:
    """Write one line a failure, its timeline into a file, and one line every fifty runs."""
    if not result.survived:
        TIMELINES.mkdir(parents=True, exist_ok=True)
        (TIMELINES / f"{done:04d}.txt").write_text("\n".join(_failure(result)), encoding="utf-8")
        first = result.violations[0]
        print(f"[{done}/{of}] FAILED {result.case}: {first.invariant}: {first.what[:200]}", flush=True)
    elif done % 50 == 0:
        print(f"[{done}/{of}]", file=sys.stderr, flush=True)


def chosen(pattern: str, short: bool) -> Choose:  # noqa: FBT001
    """Return what chooses the cases whose name has the pattern; `short` takes a spread of them."""

    def choose(cases: list[Case]) -> list[Case]:
        found = [case for case in cases if pattern in f"{case.category} {case.name}"]
        return _spread(found) if short else found

    return choose


def _spread(cases: Sequence[Case]) -> list[Case]:
    """Return a few of every category, evenly apart."""
    picked: list[Case] = []
    for category in dict.fromkeys(case.category for case in cases):
        of = [case for case in cases if case.category == category]
        picked += of[:: max(1, len(of) // SHORT_A_CATEGORY)][:SHORT_A_CATEGORY]
    return picked


SHORT_A_CATEGORY = 3
