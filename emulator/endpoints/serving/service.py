"""How one batch of requests is served by one variant: the same path for a single InvokeEndpoint and
for bulk traffic.

Serving measures the load, asks the model, draws latencies, lets an outage fail requests, and
records metrics and ledger. It decides nothing about routing.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.cloudwatch.distribution import Floats
from emulator.cloudwatch.endpoint_metrics import EndpointMetrics, Served
from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.errors import ModelFailure
from emulator.endpoints.serving.latency import Latency
from emulator.endpoints.serving.ledger import Ledger, Tally
from emulator.endpoints.serving.models import Answers, HasLatency, Load, Model, Models, Rows
from emulator.endpoints.variant import Variant

OK = 200
Statuses = NDArray[np.int64]  # one HTTP status a request
Ask = Callable[[Model, Load], Answers]
CONTAINER_SECONDS = 60.0  # a container that has not answered by then has failed the request


@dataclass(frozen=True)
class Outage:
    """A span of time in which requests to every variant fail with this probability, whatever the
    model would say.
    """

    start: datetime
    end: datetime
    error_rate: float

    @classmethod
    def lasting(cls, start: datetime, minutes: float, error_rate: float) -> "Outage":
        """Return the outage that starts at `start` and lasts `minutes`."""
        return cls(start, start + timedelta(minutes=minutes), error_rate)


@dataclass(frozen=True)
class Batch:
    """What came of a batch: answers, HTTP statuses (200 or the failure's) and model latencies in
    microseconds.
    """

    answers: Answers
    statuses: Statuses
    model_us: Floats

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Return which requests failed."""
        return np.not_equal(self.statuses, OK)


class Service:
    """Serves batches for every endpoint of the fleet."""

    def __init__(self, models: Models, metrics: EndpointMetrics, seed: int) -> None:
        self.models = models
        self.metrics = metrics
        self.ledgers: defaultdict[str, Ledger] = defaultdict(Ledger)
        self.outages: defaultdict[str, list[Outage]] = defaultdict(list)
        self.background_error_rate: dict[str, float] = {}
        self.slow_ms: dict[str, float] = {}
        self.default_latency = Latency()
        self._rates: dict[tuple[str, str], float] = {}
        self._seed = seed
        self._random: dict[str, np.random.Generator] = {}
        self._asked: Counter[bytes] = Counter()

    def random(self, endpoint: str) -> np.random.Generator:
        """Return the endpoint's own seeded generator, so that endpoints never disturb each other's
        draws.
        """
        if endpoint not in self._random:
            self._random[endpoint] = np.random.default_rng([self._seed, *endpoint.encode()])
        return self._random[endpoint]

    def random_of_call(
        self, endpoint: str, variant: str | None, body: bytes
    ) -> np.random.Generator:
        """Return the seeded generator of one call by what it asks and how often that was asked, so
        that calls side by side draw the same whichever comes first.
        """
        asked = hashlib.sha256(f"{endpoint}/{variant or ''}/".encode() + body).digest()
        self._asked[asked] += 1
        return np.random.default_rng([self._seed, self._asked[asked], *asked])

    def measure_rate(self, endpoint: str, variant: str, requests_per_second: float) -> None:
        """Take note of how busy live traffic keeps the variant."""
        self._rates[endpoint, variant] = requests_per_second

    def load(self, endpoint: Endpoint, variant: Variant) -> Load:
        """Return how busy the variant is now."""
        total = sum(other.current_weight or 0.0 for other in endpoint.variants)
        share = (variant.current_weight or 0.0) / total if total else 0.0
        rate = self._rates.get((endpoint.name, variant.name), 0.0)
        return Load(rate, share, variant.current_count or 1)

    def serve(
        self,
        endpoint: Endpoint,
        variant: Variant,
        requests: int,
        when: datetime,
        ask: Ask,
        random: np.random.Generator,
    ) -> Batch:
        """Return what comes of these requests, and record it in the variant's metrics.

        `ask` gets the model and its load and returns one answer a request; a ModelFailure it raises
        fails them all.
        """
        load = self.load(endpoint, variant)
        model = self._model(variant)
        answers, statuses = _asked(model, load, requests, ask)
        self._fail_some(endpoint.name, statuses, when, random)
        latency = model.latency if isinstance(model, HasLatency) else self.default_latency
        model_us = latency.draw_us(requests, load.requests_per_second, load.instances, random)
        if variant.started is not None:
            model_us *= latency.coldness((when - variant.started).total_seconds())
        statuses[model_us > CONTAINER_SECONDS * 1e6] = 504
        overhead_us = latency.draw_overhead_us(requests, random)
        server, client = (
            int((statuses >= 500).sum()),
            int(((statuses >= 400) & (statuses < 500)).sum()),
        )
        self.metrics.record(
            endpoint.name,
            variant.name,
            when,
            Served(requests, client, server, model_us, overhead_us, load.instances),
        )
        return Batch(answers, statuses, model_us)

    def note(
        self, endpoint: str, variant: str, when: datetime, batch: Batch, wrong: int | None
    ) -> None:
        """Write a batch into the ledger: as live traffic with `wrong` answers, as targeted when
        `wrong` is None.
        """
        requests, bad = len(batch.statuses), int(batch.failed.sum())
        if wrong is None:
            tally = Tally(targeted=requests, targeted_bad=bad)
        else:
            slow = int((batch.model_us > self.slow_ms.get(endpoint, np.inf) * 1000).sum())
            tally = Tally(live=requests, live_bad=bad, live_slow=slow, live_wrong=wrong)
        self.ledgers[endpoint].add(variant, when, tally)

    def _model(self, variant: Variant) -> Model | ModelFailure:
        try:
            return self.models.get(variant)
        except ModelFailure as failure:
            return failure

    def _fail_some(
        self,
        endpoint: str,
        statuses: Statuses,
        when: datetime,
        random: np.random.Generator,
    ) -> None:
        rates = [self.background_error_rate.get(endpoint, 0.0)]
        rates += [
            outage.error_rate
            for outage in self.outages[endpoint]
            if outage.start <= when < outage.end
        ]
        for rate in rates:
            if rate > 0:
                hit = random.random(len(statuses)) < rate
                statuses[hit & (statuses == OK)] = 503


def _asked(
    model: Model | ModelFailure, load: Load, requests: int, ask: Ask
) -> tuple[Answers, Statuses]:
    try:
        if isinstance(model, ModelFailure):
            raise model
        answers = ask(model, load)
    except ModelFailure as failure:
        answers = [failure] * requests
    return answers, statuses_of(answers)


def statuses_of(answers: Answers) -> Statuses:
    """Return the HTTP status of each answer: 200, or what the ModelFailure in its place says."""
    if isinstance(answers, np.ndarray) and answers.dtype != object:
        return np.full(len(answers), OK, dtype=np.int64)
    statuses = (answer.status if isinstance(answer, ModelFailure) else OK for answer in answers)
    return np.fromiter(statuses, np.int64, len(answers))


def wrong_answers(answers: Answers, labels: Rows | None, failed: NDArray[np.bool_]) -> int:
    """Return how many answered requests disagree with their label; 0 when labels are not known."""
    if labels is None:
        return 0
    given, right = np.asarray(answers), np.asarray(labels)
    if not (_is_plain(given) and _is_plain(right)):
        given, right = np.asarray(answers, dtype=object), np.asarray(labels, dtype=object)
    return int(((given != right) & ~failed).sum())


def _is_plain(values: NDArray[Any]) -> bool:
    """Return whether these are one number each, compared as such."""
    return values.ndim == 1 and values.dtype.kind in "biuf"
