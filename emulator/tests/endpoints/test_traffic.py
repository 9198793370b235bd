"""Live traffic in bulk: arrivals, routing, metrics and the ledger that a controller is checked
against.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from emulator.clock import Clock
from emulator.cloudwatch.publication import IMMEDIATE
from emulator.endpoints import Endpoints, Latency, Load, ModelFailure, Timing
from emulator.endpoints.variant import Variant
from emulator.place import Place

ROWS = np.arange(40, dtype=float).reshape(20, 2)


class FailsHalf:
    """A model that cannot answer every second row of its data."""

    def predict_batch(self, rows: Any) -> Any:
        """Return sums, a failure where the first feature is not a multiple of 4."""
        return [ModelFailure() if row[0] % 4 else row.sum() for row in rows]


def test_traffic_follows_the_weights_of_the_moment(world: Any) -> None:
    """A tenth of the weight gets a tenth of the requests; after a shift it gets half."""
    world.endpoint({"a": 9, "b": 1})
    world.endpoints.attach_traffic("shop", ROWS, 6000)
    world.clock.run_for(600)
    ledger = world.endpoints.ledger("shop")
    assert ledger.live_requests("a") + ledger.live_requests("b") == pytest.approx(60_000, rel=0.02)
    assert ledger.live_requests("b") == pytest.approx(6_000, rel=0.06)
    world.shift({"a": 1})
    world.clock.run_for(72)
    before = ledger.live_requests("a"), ledger.live_requests("b")
    world.clock.run_for(600)
    assert ledger.live_requests("a") - before[0] == pytest.approx(30_000, rel=0.03)
    assert ledger.live_requests("b") - before[1] == pytest.approx(30_000, rel=0.03)


def test_a_variant_at_weight_zero_gets_no_live_request(world: Any) -> None:
    """Weight 0 means not one routed request."""
    world.endpoint({"a": 1, "b": 0})
    world.endpoints.attach_traffic("shop", ROWS, 6000)
    world.clock.run_for(600)
    assert world.endpoints.ledger("shop").live_requests("b") == 0


def test_bad_responses_are_the_rows_the_model_fails(world: Any) -> None:
    """A model that fails every second row has bad responses for half its requests, the other
    variant none.
    """
    world.endpoint({"a": 1, "b": 1})
    world.endpoints.register_model("b", FailsHalf())
    world.endpoints.attach_traffic("shop", ROWS, 6000)
    world.clock.run_for(600)
    ledger = world.endpoints.ledger("shop")
    assert ledger.bad_responses("a") == 0
    assert ledger.bad_responses() == ledger.bad_responses("b")
    assert ledger.bad_responses("b") == pytest.approx(ledger.live_requests("b") / 2, rel=0.03)


class Alike(FailsHalf):
    """The same model; `answers_alike` is what it says of itself, `asked` how many rows it got."""

    def __init__(self, *, answers_alike: bool) -> None:
        self.answers_alike, self.asked = answers_alike, 0

    def predict_batch(self, rows: Any) -> Any:
        """Return what FailsHalf does."""
        self.asked += len(rows)
        return super().predict_batch(rows)


def test_a_model_that_answers_alike_is_asked_once_a_row(world: Any) -> None:
    """Its traffic is that of the same model asked for every request, to the last count."""
    models = {"a": Alike(answers_alike=True), "b": Alike(answers_alike=False)}
    world.endpoint({"a": 1, "b": 1})
    for name, model in models.items():
        world.endpoints.register_model(name, model)
    labels = ROWS.sum(axis=1)
    world.endpoints.attach_traffic("shop", ROWS, 6000, labels=labels)
    world.clock.run_for(600)
    ledger = world.endpoints.ledger("shop")
    assert models["a"].asked == len(ROWS)
    assert models["b"].asked == ledger.live_requests("b") > 20_000
    for variant in models:
        served, failed = ledger.live_requests(variant), ledger.bad_responses(variant)
        assert failed / served == pytest.approx(0.5, rel=0.05)
    assert {ledger.variants[variant].live_wrong for variant in models} == {0}


def test_counts_are_no_more_spread_than_independent_requests(world: Any) -> None:
    """Bad responses a minute vary as a binomial: no hidden sampling makes minutes burstier than
    requests are.
    """
    world.endpoint({"a": 1})
    world.endpoints.register_model("a", FailsHalf())
    world.endpoints.attach_traffic("shop", ROWS, 600)
    world.clock.run_for(200 * 60)
    tallies = list(world.endpoints.ledger("shop").minutes["a"].values())[1:-1]
    standardised = [(t.live_bad - t.live / 2) / np.sqrt(t.live / 4) for t in tallies]
    assert 0.7 < np.var(standardised) < 1.35


def test_an_outage_hits_every_variant_alike(world: Any) -> None:
    """For its minutes an outage fails its share of requests to both variants, and then it is
    over.
    """
    world.endpoint({"a": 1, "b": 1})
    world.endpoints.attach_traffic("shop", ROWS, 6000)
    world.endpoints.outage(
        "shop", world.clock.now() + timedelta(minutes=2), minutes=5, error_rate=0.2
    )
    world.clock.run_for(900)
    ledger = world.endpoints.ledger("shop")
    for variant in "ab":
        assert ledger.bad_responses(variant) == pytest.approx(0.2 * 5 * 3000, rel=0.1)
        minutes = [minute for minute, tally in ledger.minutes[variant].items() if tally.live_bad]
        assert len(minutes) in {5, 6}


def test_background_errors_come_at_their_rate(world: Any) -> None:
    """A background error rate fails that fraction of requests whatever the model says."""
    world.endpoint({"a": 1})
    world.endpoints.attach_traffic("shop", ROWS, 6000, background_error_rate=0.01)
    world.clock.run_for(1200)
    assert world.endpoints.ledger("shop").bad_responses("a") == pytest.approx(1200, rel=0.12)


def test_wrong_answers_are_counted_where_labels_are_known(world: Any) -> None:
    """With labels the ledger knows how often a live answer was wrong."""
    world.endpoint({"a": 1})
    labels = ROWS.sum(axis=1)
    labels[:5] += 1
    world.endpoints.attach_traffic("shop", ROWS, 6000, labels=labels)
    world.clock.run_for(600)
    tally = world.endpoints.ledger("shop").variants["a"]
    assert tally.live_wrong == pytest.approx(tally.live / 4, rel=0.05)


def test_a_profile_shapes_traffic_over_time(world: Any) -> None:
    """The profile's factor multiplies the arrivals of its moment."""
    world.endpoint({"a": 1})
    begin = world.clock.now()

    def quiet_after_ten_minutes(now: datetime) -> float:
        return 1.0 if now < begin + timedelta(minutes=10) else 0.1

    world.endpoints.attach_traffic("shop", ROWS, 6000, profile=quiet_after_ten_minutes)
    world.clock.run_for(600)
    ledger = world.endpoints.ledger("shop")
    busy = ledger.live_requests("a")
    world.clock.run_for(600)
    assert ledger.live_requests("a") - busy == pytest.approx(busy / 10, rel=0.1)


def test_requests_to_an_endpoint_that_is_gone_are_refused(world: Any) -> None:
    """After deletion traffic finds no endpoint: nothing is served, everything is counted as
    refused.
    """
    world.endpoint({"a": 1})
    world.endpoints.attach_traffic("shop", ROWS, 6000)
    world.clock.run_for(120)
    ledger = world.endpoints.ledger("shop")
    served = ledger.live_requests("a")
    world.sagemaker.delete_endpoint(EndpointName="shop")
    world.clock.run_for(120)
    assert ledger.live_requests("a") == served
    assert ledger.refused > 10_000


def test_a_bottleneck_makes_a_busy_variant_slow(world: Any) -> None:
    """A model that saturates at 60 requests a second is as fast as the other at a quarter of 100,
    slow at 58.
    """

    class Bottlenecked(FailsHalf):
        latency = Latency(bottleneck_per_second=60)

        def predict_batch(self, rows: Any) -> Any:
            return [0] * len(rows)

    world.endpoint({"a": 75, "b": 25})
    world.endpoints.register_model("b", Bottlenecked())
    world.endpoints.mishaps.scale("shop", "b", 1)
    world.endpoints.attach_traffic("shop", ROWS, 6000, slow_ms=50)

    def slow_rates() -> dict[str, float]:
        ledger = world.endpoints.ledger("shop")
        ledger.variants.clear()
        world.clock.run_for(600)
        return {variant: tally.live_slow / tally.live for variant, tally in ledger.variants.items()}

    rates = slow_rates()
    assert rates["b"] == pytest.approx(rates["a"], abs=0.01)
    world.endpoints.mishaps.foreign_weights("shop", {"a": 42, "b": 58})
    rates = slow_rates()
    assert rates["b"] > 5 * rates["a"]


def test_a_model_can_break_under_load(world: Any) -> None:
    """A model that feels its load answers while it has a share of the traffic and fails when it has
    all.
    """

    class Breaks(FailsHalf):
        def predict_under_load(self, rows: Any, load: Load) -> Any:
            return [ModelFailure() if load.share > 0.9 else 0 for _ in rows]

    world.endpoint({"a": 1, "b": 1})
    world.endpoints.register_model("b", Breaks())
    world.endpoints.attach_traffic("shop", ROWS, 600)
    world.clock.run_for(600)
    ledger = world.endpoints.ledger("shop")
    assert ledger.bad_responses("b") == 0
    world.endpoints.mishaps.foreign_weights("shop", {"a": 0, "b": 1})
    world.clock.run_for(600)
    assert ledger.bad_responses("b") > 5_000


def live_counts(seed: int) -> list[int]:
    """Return the live requests of two variants, minute by minute, of a fleet with this seed and no
    moto.
    """
    clock = Clock(datetime(2030, 1, 7, 9, 0, tzinfo=UTC))
    endpoints = Endpoints(clock, Place(), seed, Timing(), IMMEDIATE, emit_zeros=False)
    endpoints.fleet.create("shop", "config", [Variant(name, name, 1, 1, 1, 1) for name in "ab"])
    endpoints.attach_traffic("shop", ROWS, 600)
    clock.run_for(1200)
    minutes = endpoints.ledger("shop").minutes
    return [tally.live for name in "ab" for tally in minutes[name].values()]


def test_the_same_seed_gives_the_same_traffic() -> None:
    """Two fleets of one seed count the same requests every minute, another seed counts others."""
    assert live_counts(3) == live_counts(3)
    assert live_counts(3) != live_counts(4)


def test_backfilled_hours_look_like_the_traffic_there_is(world: Any) -> None:
    """Two hours of the past have a point every minute, at the model's failure rate, and no entry in
    the ledger.
    """
    world.endpoint({"a": 3, "b": 1})
    world.endpoints.register_model("b", FailsHalf())
    world.endpoints.attach_traffic("shop", ROWS, 6000, background_error_rate=0.01)
    world.endpoints.backfill("shop", minutes=120)
    end = world.clock.now().replace(second=0, microsecond=0)

    def total(metric: str, variant: str) -> tuple[float, int]:
        dimensions = [
            {"Name": "EndpointName", "Value": "shop"},
            {"Name": "VariantName", "Value": variant},
        ]
        points = world.cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=dimensions,
            Period=60,
            Statistics=["Sum"],
            StartTime=end - timedelta(minutes=300),
            EndTime=end,
        )["Datapoints"]
        return sum(point["Sum"] for point in points), len(points)

    assert total("Invocations", "a") == (pytest.approx(540_000, rel=0.01), 120)
    assert total("InvocationModelErrors", "a")[0] == pytest.approx(5_400, rel=0.06)
    assert total("InvocationModelErrors", "b")[0] == pytest.approx(180_000 * 0.505, rel=0.02)
    assert world.endpoints.ledger("shop").live_requests("a") == 0
