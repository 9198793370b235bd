"""Defects that make the product fall into the traps of evidence, one row each in
DEFECTS_OF_EVIDENCE.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from canary.adapters.labelled.invoker import EndpointInvoker
from canary.domain.errors import AwsDenied
from canary.domain.finding import FindingLabel
from canary.domain.judge import verdict as judge_verdict
from canary.domain.judge import windows as judge_windows
from canary.domain.judge.judgement import Evidence
from canary.domain.judge.look import Look
from canary.domain.judge.metrics import MetricReading, Series
from canary.domain.judge.windows import Counts, Window, counted
from canary.domain.plan.guards import CountGuard
from canary.ports.quality import CallBusy, CallFailed, Reply
from canary.stats import roll_back
from canary.stats.counts import MinuteCounts
from canary.stats.roll_back import RollBackState
from canary.stats.setting import Setting
from tests.traps.defect import Defect

Planted = AbstractContextManager[Any]


def _silence_passes() -> Planted:
    label = Look.label

    def planted(look: Look, index: int, log_advance: float) -> FindingLabel:
        found = label(look, index, log_advance)
        return "PASS" if found == "NO_DATA" else found

    return patch.object(Look, "label", planted)


def _silence_passes_beside_a_guard_with_data() -> Planted:
    label = Look.label

    def planted(look: Look, index: int, log_advance: float) -> FindingLabel:
        found = label(look, index, log_advance)
        others = [other for other in range(len(look.plan.guards)) if other != index]
        return (
            "PASS"
            if found == "NO_DATA" and not all(look.silent(other) for other in others)
            else found
        )

    return patch.object(Look, "label", planted)


def _evidence_only_grows() -> Planted:
    step = roll_back.step

    def planted(
        state: RollBackState,
        counts: MinuteCounts,
        setting: Setting,
        rate_now: float,
        **of_the_day: Any,
    ) -> RollBackState:
        after = step(state, counts, setting, rate_now, **of_the_day)
        return replace(
            after,
            requests=_highest(state.requests, after.requests),
            pairs=_highest(state.pairs, after.pairs),
        )

    return patch.object(roll_back, "step", planted)


def _highest(before: Sequence[float], after: Sequence[float]) -> tuple[float, ...]:
    return tuple(max(pair) for pair in zip(before, after, strict=True))


def _every_read_believed() -> Planted:
    return patch.object(Window, "settled", lambda _window, _now_minute: True)


def _first_read_kept() -> Planted:
    return patch.object(Window, "read_again", lambda first, _later: first)


def _missing_is_zero() -> Planted:
    counts = MetricReading.counts

    def planted(reading: MetricReading, series: Series, variant: str) -> dict[int, Counts]:
        found = counts(reading, series, variant)
        minutes = {minute for one in series.values() for minute in one.minutes}
        zero = Counts(requests=0, guards={guard.name: (0, 0) for guard in reading.guards})
        return {minute: found.get(minute, zero) for minute in minutes}

    return patch.object(MetricReading, "counts", planted)


def _open_question_passes_at_the_longest_bake() -> Planted:
    blocked = judge_verdict._blocked

    def planted(look: Look, numbers: Evidence) -> str | None:
        over = look.elapsed >= look.plan.steps[look.step].bake_max_minutes
        return None if over else blocked(look, numbers)

    return patch.object(judge_verdict, "_blocked", planted)


def _zero_is_missing() -> Planted:
    def planted(guard: CountGuard, counts: Counts | None) -> tuple[int, int] | None:
        found = counted(guard, counts)
        return found if found and found[0] else None

    return patch.object(judge_windows, "counted", planted)


def _refusals_are_wrong_answers() -> Planted:
    invoke = EndpointInvoker.invoke

    def planted(invoker: EndpointInvoker, *request: Any) -> Reply | CallFailed | CallBusy:
        try:
            return invoke(invoker, *request)
        except AwsDenied as error:
            return CallFailed("model_error", str(error))

    return patch.object(EndpointInvoker, "invoke", planted)


HELD = 'verdict == "HOLD"'

DEFECTS_OF_EVIDENCE = (
    Defect(
        "no_measurement_at_all_counted_as_success",
        "a guard without data passes",
        _silence_passes,
        HELD,
    ),
    Defect(
        "failed_checks_that_only_ever_accumulate",
        "a good minute takes no evidence back",
        _evidence_only_grows,
        '"ROLL_BACK" not in verdicts',
    ),
    Defect(
        "a_group_without_data_scored_100",
        "a guard without data passes where another one has data",
        _silence_passes_beside_a_guard_with_data,
        HELD,
    ),
    Defect(
        "the_newest_half_filled_point_read_as_truth",
        "the judge does not wait until a point has settled",
        _every_read_believed,
        "stage.record.step == 1",
    ),
    Defect(
        "late_points_recorded_as_0_for_ever",
        "the collector keeps the first read of a minute",
        _first_read_kept,
        '["status"] == "SUCCEEDED"',
    ),
    Defect(
        "late_points_recorded_as_0_for_ever",
        "a point that is not there is stored as zero requests",
        _missing_is_zero,
        "w.canary is None",
    ),
    Defect(
        "an_inconclusive_loop_that_promotes_itself",
        "the longest bake ends in an advance",
        _open_question_passes_at_the_longest_bake,
        HELD,
    ),
    Defect(
        "a_baseline_with_exactly_zero_errors",
        "a count of zero is taken for no measurement",
        _zero_is_missing,
        'verdict == "ADVANCE"',
    ),
    Defect(
        "an_evaluation_against_a_deleted_endpoint_read_as_accuracy_0",
        "every refusal of a call counts as a wrong answer",
        _refusals_are_wrong_answers,
        "kept.counts.failed_on_both",
    ),
)
