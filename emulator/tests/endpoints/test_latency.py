"""The latency law: service time, queueing under load, the bottleneck."""

import math

import numpy as np
import pytest

from emulator.endpoints import Latency


def erlang_c_wait(load: Latency, requests_per_second: float) -> float:
    """Return the exact mean wait in ms of an M/M/c queue with this law's workers and mean service
    time.
    """
    workers, service = load.workers, load.mean_service_ms
    offered = requests_per_second * service / 1000
    busy = offered / workers
    top = offered**workers / math.factorial(workers) / (1 - busy)
    waiting = top / (sum(offered**k / math.factorial(k) for k in range(workers)) + top)
    return waiting * service / (workers * (1 - busy))


@pytest.mark.parametrize("workers", [1, 4, 16])
@pytest.mark.parametrize("busy", [0.7, 0.9, 0.97])
def test_waiting_follows_the_queue_with_that_many_workers(workers: int, busy: float) -> None:
    """The mean wait is within 15% of the exact M/M/c result, or within 2% of the service time where
    it is short.
    """
    law = Latency(workers=workers)
    rate = busy * law.capacity()
    assert law.mean_wait_ms(rate, 1) == pytest.approx(
        erlang_c_wait(law, rate), rel=0.15, abs=0.02 * law.mean_service_ms
    )


def test_drawn_latencies_have_the_law_they_are_drawn_from() -> None:
    """An idle variant has the median it says, a busy one is slower by the mean wait."""
    law = Latency(median_ms=20, sigma=0.4, workers=4)
    random = np.random.default_rng(5)
    idle = law.draw_us(40_000, 0.0, 1, random)
    assert np.median(idle) == pytest.approx(20_000, rel=0.02)
    rate = 0.9 * law.capacity()
    busy = law.draw_us(40_000, rate, 1, random)
    assert busy.mean() - idle.mean() == pytest.approx(1000 * law.mean_wait_ms(rate, 1), rel=0.05)


def test_more_instances_take_the_load_off() -> None:
    """Twice the instances at the same rate wait far less."""
    law = Latency(bottleneck_per_second=50)
    assert law.mean_wait_ms(48, 2) < 0.01 * law.mean_wait_ms(48, 1)


def test_overload_is_slow_and_finite() -> None:
    """Ten times the capacity is as slow as 99.5% of it, not infinitely slow."""
    law = Latency(bottleneck_per_second=50)
    assert law.mean_wait_ms(500, 1) == law.mean_wait_ms(49.75, 1) > 5 * law.mean_service_ms
