"""How long answers take: a log-normal service time, and a queue in front of the workers that grows
with utilisation.

An instance has `workers` that answer one request at a time. Waiting follows Sakasegawa's
approximation of the M/M/c queue (Sakasegawa 1977): hardly any wait up to 80% utilisation with
several workers, then a sharp rise. Overload is capped at 99.5% utilisation: a real queue would grow
without bound, a real client would have gone away.
"""

import math
from dataclasses import dataclass

import numpy as np

from emulator.cloudwatch.distribution import Floats

MOST_UTILISATION = 0.995


@dataclass(frozen=True)
class Latency:
    """The law of one model's latency.

    median_ms, sigma: of the log-normal service time. workers: requests one instance answers side by
    side. bottleneck_per_second: the rate one instance stands where something else gives out before
    its workers do (memory bandwidth, a feature store); the more workers, the sharper the rise in
    front of it. overhead_ms: the mean of what SageMaker adds around the container
    (OverheadLatency). cold_factor, warm_up_seconds: a fleet that has just come into service is so
    many times slower, less so with every second until it is warm.
    """

    median_ms: float = 25.0
    sigma: float = 0.35
    workers: int = 16
    bottleneck_per_second: float = math.inf
    overhead_ms: float = 3.0
    cold_factor: float = 3.0
    warm_up_seconds: float = 60.0

    @property
    def mean_service_ms(self) -> float:
        """Return the mean of the service time."""
        return self.median_ms * math.exp(self.sigma**2 / 2)

    def capacity(self, instances: int = 1) -> float:
        """Return the requests per second that saturate the variant."""
        return instances * min(
            self.workers * 1000 / self.mean_service_ms, self.bottleneck_per_second
        )

    def utilisation(self, requests_per_second: float, instances: int) -> float:
        """Return the fraction of the capacity that is taken, capped below 1."""
        return min(requests_per_second / self.capacity(instances), MOST_UTILISATION)

    def mean_wait_ms(self, requests_per_second: float, instances: int) -> float:
        """Return the mean time a request waits for a worker."""
        workers = self.workers * instances
        busy = self.utilisation(requests_per_second, instances)
        exponent = math.sqrt(2 * (workers + 1)) - 1
        return self.mean_service_ms * math.pow(busy, exponent) / (workers * (1 - busy))

    def draw_us(
        self, requests: int, requests_per_second: float, instances: int, random: np.random.Generator
    ) -> Floats:
        """Return model latencies in microseconds, one a request."""
        service_ms = self.median_ms * np.exp(self.sigma * random.standard_normal(requests))
        busy = self.utilisation(requests_per_second, instances)
        wait_ms = self.mean_wait_ms(requests_per_second, instances)
        if busy <= 0 or wait_ms < self.mean_service_ms * 1e-4:
            return service_ms * 1000
        waits = random.random(requests) < busy
        return (service_ms + waits * random.exponential(wait_ms / busy, requests)) * 1000

    def coldness(self, seconds: float) -> float:
        """Return how many times slower a fleet is, so long after it came into service."""
        left = max(0.0, 1 - seconds / self.warm_up_seconds) if self.warm_up_seconds else 0.0
        return 1 + (self.cold_factor - 1) * left

    def draw_overhead_us(self, requests: int, random: np.random.Generator) -> Floats:
        """Return overhead latencies in microseconds, one a request."""
        return random.gamma(4.0, self.overhead_ms * 250, requests)
