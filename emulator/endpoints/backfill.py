"""Metrics of the past: what a variant's last hours would have looked like under the traffic it has
now.

Every row is put through the model once; a minute's failures are then binomial, exactly as if each
request had been one of the rows, and its latencies are drawn one by one. Nothing here touches the
ledger: it happened before the clock began.
"""

from datetime import datetime, timedelta

import numpy as np

from emulator.clock.minutes import minute_of
from emulator.cloudwatch.distribution import Floats
from emulator.cloudwatch.endpoint_metrics import Served
from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.serving.latency import Latency
from emulator.endpoints.serving.models import HasLatency, Load, predict
from emulator.endpoints.serving.routing import shares
from emulator.endpoints.serving.service import OK, Service, Statuses, statuses_of
from emulator.endpoints.traffic import Traffic
from emulator.endpoints.variant import Variant

HALF_SECONDS = 30


def backfill(
    service: Service, endpoint: Endpoint, traffic: Traffic, minutes: int, now: datetime
) -> None:
    """Record `minutes` of metrics that end at the last full minute before `now`, at the endpoint's
    current weights.
    """
    end = minute_of(now)
    halves = [end - timedelta(seconds=HALF_SECONDS * back) for back in range(2 * minutes, 0, -1)]
    for variant, share in zip(endpoint.variants, shares(endpoint.variants), strict=True):
        if share > 0:
            _fill(service, endpoint, variant, traffic, float(share), halves)


def _fill(
    service: Service,
    endpoint: Endpoint,
    variant: Variant,
    traffic: Traffic,
    share: float,
    halves: list[datetime],
) -> None:
    random = service.random(endpoint.name)
    usual = traffic.requests_per_minute / 60 * share
    load = Load(usual, share, variant.current_count or 1)
    model = service.models.get(variant)
    fractions = _failing_fractions(
        service, endpoint.name, statuses_of(predict(model, traffic.rows, load))
    )
    latency = model.latency if isinstance(model, HasLatency) else service.default_latency
    for start in halves:
        rate = usual * traffic.profile(start)
        requests = int(random.poisson(rate * HALF_SECONDS))
        client, server, _ = random.multinomial(requests, fractions)
        model_us, overhead_us = _latencies(latency, requests, rate, load.instances, random)
        served = Served(requests, int(client), int(server), model_us, overhead_us, load.instances)
        service.metrics.record(endpoint.name, variant.name, start, served)


def _failing_fractions(service: Service, endpoint: str, statuses: Statuses) -> list[float]:
    """Return the probabilities of a 4XX, a 5XX and a good answer."""
    client = float(np.mean((statuses >= 400) & (statuses < 500)))
    background = service.background_error_rate.get(endpoint, 0.0)
    good = float(np.mean(statuses == OK)) * (1 - background)
    return [client, max(0.0, 1 - client - good), good]


def _latencies(
    latency: Latency, requests: int, rate: float, instances: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    return latency.draw_us(requests, rate, instances, random), latency.draw_overhead_us(
        requests, random
    )
