"""The backtest: an endpoint's own past, judged."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from canary.domain.errors import Refused
from canary.domain.plan.spec import read_spec
from canaryctl.backtest import backtest
from canaryctl.backtest_show import sentences
from tests.metrics import MemoryMetrics, Points, points

START = datetime(2026, 1, 2, tzinfo=UTC)
END = START + timedelta(hours=4)
SPEC = read_spec(
    {"endpoint": "churn-prod", "canary": "Variant2", "guards": {"slow_requests": None}}
)
FIRST = int(START.timestamp() // 60)


def past(canary_rate: float | None) -> MemoryMetrics:
    """Return a day and four hours of the baseline at .5% errors, and a canary in the last four
    where it has a rate.
    """
    rng = np.random.default_rng(3)

    def series(minutes: range, requests: int, rate: float) -> Points:
        return {m: points(requests, float(rng.binomial(requests, rate))) for m in minutes}

    known = {"Variant1": series(range(FIRST - 1440, FIRST + 240), 5700, 0.005)}
    if canary_rate is not None:
        known["Variant2"] = series(range(FIRST, FIRST + 240), 300, canary_rate)
    return MemoryMetrics(known)


def test_bad_canary_of_the_past_would_have_been_taken_back() -> None:
    """A canary with ten times the errors: rolled back within minutes, and the baseline alone raises
    few alarms.
    """
    found = backtest(SPEC, past(0.05), ["Variant1"], START, END, bakes=40)
    assert found.outcome is not None
    assert (found.outcome.verdict, found.outcome.guard) == ("ROLL_BACK", "errors")
    assert found.outcome.windows <= 8
    assert found.false_alarms <= 4
    assert found.advanced >= 30


def test_history_before_the_period_is_learnt_from() -> None:
    """With a day before it, nothing is unknown about bursts."""
    found = backtest(SPEC, past(0.005), ["Variant1"], START, END, bakes=5)
    assert found.outcome is not None
    assert "nothing is known of bursts" not in found.outcome.reason


def test_past_without_a_canary_still_counts_false_alarms() -> None:
    """No canary traffic: no verdict about it, the make-believe bakes remain, and the words say
    so.
    """
    found = backtest(SPEC, past(None), ["Variant1"], START, END, bakes=5)
    assert found.outcome is None
    assert found.bakes == 5
    assert "served nothing" in " ".join(sentences(found))


def test_past_without_traffic_is_refused() -> None:
    """Nothing to judge is an error that names the remedy."""
    with pytest.raises(Refused, match="Choose a time with traffic"):
        backtest(SPEC, MemoryMetrics(), ["Variant1"], START, END)


def test_guards_of_ones_own_are_read_of_the_past_too() -> None:
    """Sales halve and memory is the same: the loss takes the canary of the past back."""
    own = {
        "namespace": "Shop",
        "dimensions": {"EndpointName": "${endpoint}", "VariantName": "${variant}"},
    }
    spec = read_spec(
        {
            "endpoint": "churn-prod",
            "canary": "Variant2",
            "guards": {
                "slow_requests": None,
                "counts": [{"name": "sales", "good": {**own, "metric": "Sales"}, "of": "requests"}],
                "values": [
                    {"name": "gpu", "value": {**own, "metric": "Gpu", "statistic": "Average"}}
                ],
            },
        }
    )
    metrics, rng = past(0.005), np.random.default_rng(4)
    for variant, rate in (("Variant1", 0.05), ("Variant2", 0.025)):
        metrics.known[variant] = {
            minute: {
                **values,
                "Sales Sum": float(rng.binomial(int(values["Invocations Sum"]), rate)),
                "Gpu Average": 50.0,
            }
            for minute, values in metrics.known[variant].items()
        }
    found = backtest(spec, metrics, ["Variant1"], START, END, bakes=10)
    assert found.outcome is not None
    assert (found.outcome.verdict, found.outcome.guard) == ("ROLL_BACK", "sales")
    assert found.false_alarms == 0
    assert found.advanced == 10
