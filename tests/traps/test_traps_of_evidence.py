"""Traps other tools fell into when they judged: each has a test named after it, calling the one
that holds it where.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from canary.adapters.evidence import DynamoEvidence
from canary.domain.judge.judge import judge
from canary.domain.judge.windows import Window
from canary.domain.plan.standard_guards import ERRORS
from emulator.calls import Call, Proceed
from emulator.cloudwatch.publication import Publication
from tests.integration import test_labelled_set as labels
from tests.integration.stage import ENDPOINT, Stage, SumModel
from tests.unit.judge import test_composition as composition
from tests.unit.judge import test_recompute as recompute
from tests.unit.judge.worlds import START, bake, plan, steady, window

WIDE = {"ratio": 3, "percentage_points": 5}
QUICK: Mapping[str, Any] = {
    "steps": [{"share": 0.5, "bake_minutes": {"min": 1, "max": 10}}, {"share": 1}],
    "guards": {"errors": {"early_steps": WIDE, "last_gate": WIDE}, "slow_requests": None},
    "watch_minutes": 3,
    "hold_at_most_minutes": 10,
}
# Every minute's point shows its first half to one tick, and all of it to the next.
HALF_FILLED_FIRST = Publication(
    lag_seconds=(40.0, 40.0), half_probability=1.0, completion_seconds=(50.0, 50.0)
)
GOOD_MINUTES = 2
LABELLED_RECORDS = 600


@dataclass(frozen=True)
class CanaryLate(Publication):
    """The canary's points appear two minutes after the baseline's."""

    lag_seconds: tuple[float, float] = (40.0, 150.0)
    half_probability: float = 0.0

    def ages(self, _endpoint: str, variant: str, _minute: int) -> tuple[float, float]:
        """Return the one age at which all of a variant's minute appears."""
        age = self.lag_seconds[1] if variant == "v2" else self.lag_seconds[0]
        return age, age


class FailsLateInTheMinute(SumModel):
    """A model that fails from `since` on, in the second half of every minute alone; `now` is the
    clock it reads.
    """

    now: Callable[[], datetime]
    since: datetime | None = None

    def predict_batch(self, rows: Any) -> Any:
        """Return the sums, with failures where the slice of traffic that ends now lies in a second
        half.
        """
        when = self.now() - timedelta(seconds=1)
        fails = self.since is not None and when >= self.since and when.second >= 30
        return super().predict_batch(rows) if fails else SumModel().predict_batch(rows)


def windows_of(stage: Stage) -> tuple[Window, ...]:
    """Return the stored windows of the newest rollout's minutes with live canary traffic."""
    store = DynamoEvidence(stage.client("dynamodb"), stage.outputs["TableName"])
    return store.windows(stage.record.rollout, stage.record.bakes[1].reached_minute + 1)


def test_no_measurement_at_all_counted_as_success() -> None:
    """Argo Rollouts: silence is NO_DATA, and NO_DATA never advances."""
    composition.test_silence_never_advances()
    composition.test_no_requests_is_no_data()


def test_failed_checks_that_only_ever_accumulate() -> None:
    """Flagger: bad minutes of an equal canary never add up to a roll-back, however long the
    bake.
    """
    draw = random.Random(5)

    def unlucky(minute: int) -> Window:
        canary, baseline = (sum(draw.random() < 0.02 for _ in range(300)) for _ in range(2))
        return window(minute, (300, canary), (300, baseline))

    windows = [unlucky(START + minute) for minute in range(180)]
    worse_minutes = sum(
        w.canary.guards[ERRORS][0] > w.baseline.guards[ERRORS][0]
        for w in windows
        if w.canary and w.baseline
    )
    assert worse_minutes > 60
    patient = plan(hold_at_most_minutes=1440)
    verdicts = {
        judge(patient, (bake(1),), windows[:read], START + read, None).verdict
        for read in range(10, 180, 10)
    }
    assert "ROLL_BACK" not in verdicts


def test_a_group_without_data_scored_100() -> None:
    """Kayenta: a guard whose metric is missing blocks, whatever the other guards say."""
    composition.test_missing_slow_counts_block_while_errors_pass()
    composition.test_guard_that_falls_silent_blocks_again()


def test_the_newest_half_filled_point_read_as_truth() -> None:
    """flagger, argo-rollouts#3665: a point is believed once a later read agrees, so a good first
    half moves nothing.

    Two good minutes do not advance this canary, three do; the third is good in its first half
    alone.
    """
    composition.test_open_minute_is_never_read()
    failing = FailsLateInTheMinute(failing=0.3)
    deployed = Stage(failing, endpoints={"publication": HALF_FILLED_FIRST})
    failing.now = deployed.emulator.clock.now
    with deployed as stage:
        execution = stage.start(QUICK)
        stage.reach("BAKING", 1)
        first_judged = stage.record.bakes[1].reached_minute + 1 + stage.record.plan.warm_up_minutes
        failing.since = datetime.fromtimestamp((first_judged + GOOD_MINUTES) * 60, UTC)
        ended = stage.finish(execution)
        assert stage.record.step == 1
        assert ended["error"] == "RolledBack"
        assert [
            bool(w.canary and w.canary.guards[ERRORS][0])
            for w in windows_of(stage)
            if w.minute >= first_judged
        ][:4] == [
            *[False] * GOOD_MINUTES,
            *[True] * 2,
        ]


def test_late_points_recorded_as_0_for_ever() -> None:
    """mitdbg/brad#230: a missing point is missing, and heals when it arrives."""
    recompute.test_late_data_converges_to_the_on_time_verdict()
    with Stage(endpoints={"publication": CanaryLate()}) as stage:
        execution = stage.start(QUICK)
        stage.reach("BAKING", 1)
        stage.emulator.run_minutes(3)
        seen = windows_of(stage)
        assert seen
        assert all(w.baseline and w.canary is None for w in seen)
        assert stage.finish(execution)["status"] == "SUCCEEDED"
        healed = [w.canary for w in windows_of(stage) if w.minute <= seen[-1].minute]
        assert all(counts and counts.requests for counts in healed)


def test_an_inconclusive_loop_that_promotes_itself() -> None:
    """argo-rollouts#3850: no answer holds or rolls back; it never promotes, and it ends."""
    composition.test_inconclusive_never_promotes_itself()
    composition.test_inconclusive_rolls_back_when_the_spec_says_so()
    composition.test_every_hold_ends()


def test_a_baseline_with_exactly_zero_errors() -> None:
    """kayenta#377, #799; spinnaker#5622: equal zeros pass, real errors fail, one error is no
    proof.
    """
    composition.test_zero_errors_everywhere_can_advance()
    failing = steady(START, 30, (300, 15), (300, 0))
    assert judge(plan(), (bake(1),), failing, START + 30, None).verdict == "ROLL_BACK"
    one = [*steady(START, 20, (300, 0), (300, 0)), window(START + 20, (300, 1), (300, 0))]
    assert judge(plan(), (bake(1),), one, START + 21, None).verdict != "ROLL_BACK"


def test_an_evaluation_against_a_deleted_endpoint_read_as_accuracy_0() -> None:
    """Post-mortem of a three-variant gateway: an endpoint that is gone is an error; what was
    evaluated is kept.
    """
    with Stage() as stage:
        labels.put_set(stage, labels.labelled(LABELLED_RECORDS))
        answered = delete_while_evaluated(stage, after_calls=61)
        # A margin this narrow wants more records than are answered before the endpoint goes.
        ended = stage.finish(stage.start(labels.spec(metrics={"accuracy": {"max_worse": 0.01}})))
        kept = labels.evidence(stage)
        assert (
            kept.counts.failed_on_both,
            kept.counts.errors_baseline,
            kept.counts.errors_canary,
        ) == (0, 0, 0)
        assert kept.counts.used == len(answered) // 2
        assert (kept.label, kept.concluded) == ("INCONCLUSIVE", False)
        assert (ended["error"], stage.record.phase) == ("HandedOver", "HANDED_OVER")
        assert "does not exist" in stage.messages[-1].message


def delete_while_evaluated(stage: Stage, after_calls: int) -> list[str]:
    """Let somebody delete the endpoint after so many answers to the evaluator; return the answering
    variants.
    """
    answered: list[str] = []

    def watch(call: Call, proceed: Proceed) -> Any:
        answer = proceed()
        if call.name == "sagemaker-runtime:InvokeEndpoint":
            answered.append(call.parameters["TargetVariant"])
            if len(answered) == after_calls:
                stage.client("sagemaker").delete_endpoint(EndpointName=ENDPOINT)
        return answer

    stage.emulator.calls.hooks.append(watch)
    return answered
