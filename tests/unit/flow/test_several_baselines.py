"""Several baselines: what speaks is judged, what is silent is left out and told, and nobody waits
for a variant that its weight leaves idle.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from canary.domain.judge.metrics import RawSeries
from canary.domain.plan.guards import Metric
from canary.domain.plan.target import Target
from canary.domain.rollout.record import Record
from canary.domain.time import minute_of
from canary.flow.collect import Collector
from tests.metrics import MemoryMetrics, points
from tests.ports import MemoryAlarms, MemoryAnnouncer, ScriptedEndpoint
from tests.rollouts import NOON, a_view, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage

BASELINE = 600
Served = dict[int, tuple[int, int]]
"""(requests, errors) of a variant by minutes after noon; an idle minute has no point."""


class Published(MemoryMetrics):
    """What CloudWatch shows at a moment: the minutes over by then, some variants' late."""

    def __init__(self, served: Mapping[str, Served], late: Mapping[str, int] | None = None) -> None:
        first = minute_of(NOON)
        known = {
            name: {first + minute: points(*counts) for minute, counts in minutes.items()}
            for name, minutes in served.items()
        }
        super().__init__(known)
        self._late = late or {}

    def minutes(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, RawSeries]:
        """Return the points of the time that are there at its end."""
        read = super().minutes(metrics, start, end)
        return {metric: self._shown(metric, one, start, end) for metric, one in read.items()}

    def _shown(
        self, metric: Metric, series: RawSeries, start: datetime, end: datetime
    ) -> RawSeries:
        last = minute_of(end) - self._late.get(dict(metric.dimensions)["VariantName"], 0)
        first = minute_of(start)
        return series.but(minutes={m: v for m, v in series.minutes.items() if first <= m < last})


def steady(requests: int, errors: int = 0, minutes: int = 120) -> Served:
    """Return the same counts in every minute."""
    return dict.fromkeys(range(1, minutes), (requests, errors))


def rare(every: float, minutes: int = 120, seed: int = 3) -> Served:
    """Return one request in so many minutes, by lot."""
    lot = random.Random(seed)
    return {minute: (1, 0) for minute in range(1, minutes) if lot.random() < 1 / every}


def run(
    weights: Mapping[str, float],
    served: Mapping[str, Served],
    minutes: int,
    late: Mapping[str, int] | None = None,
) -> tuple[int, Record, Stage]:
    """Return the minute after noon of the first decision (or the last one looked at), the record
    and the stage: collector and decider in turn, every minute.
    """
    stage = Stage(found=Target(weights={**weights, "v2": 0.0}))
    view = a_view(stage.record.expected_target)
    collector = Collector(
        stage.rollouts,
        stage.evidence,
        Published(served, late),
        MemoryAlarms(),
        ScriptedEndpoint(view),
        MemoryAnnouncer(),
    )
    minute = 0
    for minute in range(2, minutes):
        now = after(60 * minute) + timedelta(seconds=20)
        collector.collect(now, lambda: 60.0)
        stage.decider.tick(ROLLOUT, now)
        if stage.record.decision:
            break
    return minute, stage.record, stage


def reason(stage: Stage) -> str:
    """Return the newest verdict's reason."""
    return stage.evidence.verdicts(ROLLOUT)[-1].reason


@pytest.mark.parametrize("third", [{}, rare(180), rare(17), rare(1.7)], ids=len)
def test_a_canary_that_fails_every_request_is_taken_back_beside_an_idle_variant(
    third: Served,
) -> None:
    """In the two minutes it takes without that variant, and the reason tells who was silent."""
    served = {"v1": steady(BASELINE), "v2": steady(32, 32), "v3": third}
    minute, record, _ = run({"v1": 0.999, "v3": 0.001}, served, 20)
    assert record.decision is not None
    assert (record.decision.verdict, minute) == ("ROLL_BACK", 3)
    told = "silent and left out of the baseline: v3 in" in record.decision.reason
    spoke = {1, 2} <= third.keys()
    assert told is not spoke


@pytest.mark.parametrize("third", [{}, rare(180), rare(1.7), steady(1)], ids=len)
def test_an_equal_canary_advances_beside_an_idle_variant(third: Served) -> None:
    """It is no sooner and no later than without that variant."""
    served = {"v1": steady(BASELINE), "v2": steady(32)}
    alone, record, _ = run({"v1": 1.0}, served, 110)
    assert record.decision is not None
    minute, record, stage = run({"v1": 0.999, "v3": 0.001}, {**served, "v3": third}, 110)
    assert record.decision is not None
    assert (record.decision.verdict, minute) == ("ADVANCE", alone)
    assert not [mail for mail in stage.publisher.published if "needs" in mail.subject]


def test_a_late_main_baseline_is_waited_for() -> None:
    """While a twentieth of the traffic speaks and the rest is four minutes late, nothing is judged
    by the twentieth: it fails like the canary, and the canary is taken back once the rest is read.
    """
    served = {"v1": steady(BASELINE), "v2": steady(100, 50), "v3": steady(30, 15)}
    minute, record, stage = run({"v1": 0.95, "v3": 0.05}, served, 30, late={"v1": 4})
    assert record.decision is not None
    assert record.decision.verdict == "ROLL_BACK"
    assert minute <= 9
    judged = [v for v in stage.evidence.verdicts(ROLLOUT) if v.minute < minute_of(NOON) + 6]
    assert judged
    assert {verdict.verdict for verdict in judged} == {"HOLD"}


@pytest.mark.parametrize("late", [6, 7, 9])
def test_a_small_baseline_does_not_stand_for_a_late_main_one(late: int) -> None:
    """The canary fails as often as the main baseline, far more often than a twentieth of it."""
    served = {"v1": steady(570, 57), "v2": steady(100, 10), "v3": steady(30)}
    _, record, stage = run({"v1": 0.95, "v3": 0.05}, served, 60, late={"v1": late})
    assert record.decision is None or record.decision.verdict == "ADVANCE"
    assert {v.verdict for v in stage.evidence.verdicts(ROLLOUT)} <= {"HOLD", "ADVANCE"}


def test_half_of_the_baseline_gone_silent_is_told_and_holds() -> None:
    """What is left of it speaks, but it is not the baseline that was asked for."""
    served = {"v1": steady(300), "v2": steady(32), "v3": steady(300, minutes=3)}
    minute, record, stage = run({"v1": 0.5, "v3": 0.5}, served, 100)
    assert (minute, record.decision) == (99, None)
    assert "nothing is heard of v3" in reason(stage)
    assert "either no traffic reaches it, or its metrics are missing" in reason(stage)
    told = [mail for mail in stage.publisher.published if "needs" in mail.subject]
    assert [("nothing is heard of v3" in mail.body) for mail in told][:1] == [True]


def test_what_speaks_takes_a_canary_back_while_half_of_the_baseline_is_silent() -> None:
    """An advance waits for it, a roll-back does not."""
    served = {"v1": steady(300), "v2": steady(32, 8), "v3": {}}
    minute, record, _ = run({"v1": 0.5, "v3": 0.5}, served, 30)
    assert record.decision is not None
    assert record.decision.verdict == "ROLL_BACK"
    assert minute < 15


def test_a_variant_that_is_heard_again_lets_the_canary_go_on() -> None:
    """Silence is a state of the moment: it does not outlast itself."""
    back = dict.fromkeys(range(30, 120), (300, 0))
    served = {"v1": steady(300), "v2": steady(32), "v3": back}
    minute, record, _ = run({"v1": 0.5, "v3": 0.5}, served, 110)
    assert record.decision is not None
    assert record.decision.verdict == "ADVANCE"
    assert minute >= 30


@pytest.mark.parametrize("every_baseline", [{}, {"v3": {}}])
def test_only_when_no_baseline_speaks_there_is_no_data(every_baseline: dict[str, Served]) -> None:
    """Nothing is judged, and the reason says so."""
    minute, record, stage = run({"v1": 0.5, "v3": 0.5}, {"v2": steady(32), **every_baseline}, 20)
    assert (minute, record.decision) == (19, None)
    assert "no judged minute with requests on both sides" in reason(stage)
