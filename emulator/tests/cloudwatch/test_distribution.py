"""Statistics from binned latencies against the same statistics of the values themselves."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.cloudwatch.distribution import Distribution, merged, of_values
from emulator.cloudwatch.endpoint_metrics import EndpointMetrics, Served
from emulator.cloudwatch.statistic import UnknownStatistic, statistic

MINUTE = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
AT = int(MINUTE.timestamp()) // 60
latencies = st.lists(st.floats(150, 5e7), min_size=1, max_size=200).map(np.array)
bounds = st.floats(100, 6e7)


def binned(values: Any) -> Distribution:
    """Return the distribution CloudWatch would keep of these latencies."""
    metrics = EndpointMetrics()
    metrics.record("e", "v", MINUTE, Served(len(values), 0, 0, values, np.zeros(0)))
    found = metrics.read("e", "v", "ModelLatency", AT, AT + 1, datetime(2030, 1, 8, tzinfo=UTC))
    assert found is not None
    return found


@given(latencies, st.integers(1, 99))
def test_percentiles_are_within_the_width_of_a_bin(values: Any, percent: int) -> None:
    """A percentile of binned values lies between the exact values around its rank, give or take
    the 10% of a bin.
    """
    found = statistic(f"p{percent}")(binned(values))
    low, high = (
        np.quantile(values, percent / 100, method=method) for method in ("inverted_cdf", "higher")
    )
    assert min(low, high) / 1.101 <= found <= max(low, high) * 1.101


@given(latencies, bounds)
def test_counts_below_a_threshold_are_right_up_to_values_within_a_bin_of_it(
    values: Any, bound: float
) -> None:
    """TC(:x) lies between the exact counts at x less 10% and x plus 10%, a bin's width."""
    found = statistic(f"TC(:{bound:.3f})")(binned(values))
    low, high = ((values <= bound * wide).sum() for wide in (1 / 1.101, 1.101))
    assert low - 1e-6 <= found <= high + 1e-6


@given(latencies, st.integers(30, 180))
def test_counts_at_the_end_of_a_bin_are_exact(values: Any, power: int) -> None:
    """A threshold at a power of 1.1 cuts no bin in two; rounded up to a microsecond, hardly one."""
    found = statistic(f"TC(:{1.1**power!r})")(binned(values))
    assert found == pytest.approx((values <= 1.1**power).sum(), abs=1e-6)


def test_a_variant_tight_below_a_threshold_inside_its_bin_reads_partly_slow() -> None:
    """What is spread evenly over a bin is what CloudWatch knows: at 95% of a threshold that ends no
    bin, a good part reads beyond it.
    """
    edge = 1.1**120
    threshold, values = edge * 1.07, np.full(1000, edge * 1.0165)
    within = statistic(f"TC(:{threshold:.3f})")(binned(values))
    assert 1000 - within == pytest.approx(300, abs=20)


@given(latencies, bounds, bounds)
def test_adjacent_counts_add_up(values: Any, one: float, other: float) -> None:
    """Below, between and above two thresholds are all the values, each once."""
    low, high = sorted((round(one, 3), round(other, 3)))
    found = binned(values)
    parts = [statistic(f"TC({span})")(found) for span in (f":{low}", f"{low}:{high}", f"{high}:")]
    assert sum(parts) == pytest.approx(len(values))
    assert statistic(f"PR(:{high})")(found) == pytest.approx(
        100 * (parts[0] + parts[1]) / len(values)
    )


@given(latencies, latencies)
def test_merged_minutes_have_the_statistics_of_all_their_values(first: Any, second: Any) -> None:
    """Two merged minutes have the sum, count, extremes and median of the values together."""
    together = np.concatenate([first, second])
    both, whole = merged([binned(first), binned(second)]), binned(together)
    for name in ("Sum", "SampleCount", "Minimum", "Maximum", "TC(:10000)"):
        assert statistic(name)(both) == pytest.approx(statistic(name)(whole))
    assert statistic("p50")(both) == pytest.approx(
        statistic("p50")(whole), rel=0.101
    )  # a bin's width


def test_a_winsorized_mean_pulls_outliers_to_its_bounds() -> None:
    """WM(:3) of 1, 2, 3 and 100 counts the 100 as 3."""
    assert statistic("WM(:3)")(of_values([1, 2, 3, 100])) == pytest.approx(9 / 4)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "sum",
        "p",
        "p101",
        "TC()",
        "TC(:)",
        "TC(1)",
        "PR(10%:)",
        "TM(1%:5)",
        "TX(1:2)",
        "TM(9%:2%)",
        "TM(:101%)",
    ],
)
def test_a_statistic_cloudwatch_lacks_is_refused(name: str) -> None:
    """Misspelt and mixed-unit statistics are no statistics."""
    with pytest.raises(UnknownStatistic):
        statistic(name)
