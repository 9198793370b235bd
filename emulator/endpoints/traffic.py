"""Live traffic: real rows, drawn in bulk every few emulated seconds with the weights of that
moment.

Arrivals are Poisson around the profile, routing is multinomial, every request is one real row
through the model of the variant that got it: nothing is predicted from a smaller sample, so the
counts are as independent as real ones. A model that says it answers a row the same each time is
asked once a row, and answers every request for that row so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.serving.models import Answers, Load, Model, answers_alike, predict
from emulator.endpoints.serving.routing import split
from emulator.endpoints.serving.service import Service, wrong_answers

# A slice that ends with a minute belongs to that minute: nothing is added to a minute that is over.
JUST_BEFORE = timedelta(milliseconds=1)
Profile = Callable[
    [datetime], float
]  # the factor on requests_per_minute at a moment; 1.0 is the usual


def steady(_: datetime) -> float:
    """Return 1: the same traffic at any time."""
    return 1.0


@dataclass
class Traffic:
    """One endpoint's source of requests. `rows` is a 2-d array, `labels` (if known) its right
    answers.
    """

    endpoint: str
    rows: NDArray[Any]
    requests_per_minute: float
    labels: NDArray[Any] | None = None
    profile: Profile = steady
    slice_seconds: float = 12.0
    _known: dict[int, tuple[Model, NDArray[Any]]] = field(default_factory=dict)
    """What models that answer alike answer to every row, by the model's identity."""

    def first_slice(self, now: datetime) -> datetime:
        """Return when the first slice ends, so that every minute is made of whole slices."""
        passed = now.timestamp() % self.slice_seconds
        return now + timedelta(seconds=self.slice_seconds - passed)

    def send(self, fleet: Fleet, service: Service) -> None:
        """Send one slice: everything that arrived in the last `slice_seconds`."""
        fleet.lock.check()
        now = fleet.clock.now() - JUST_BEFORE
        random = service.random(self.endpoint)
        expected = self.requests_per_minute * self.profile(now) * self.slice_seconds / 60
        arrived = int(random.poisson(expected))
        endpoint = fleet.endpoints.get(self.endpoint)
        if endpoint is None or not endpoint.serving:
            service.ledgers[self.endpoint].refused += arrived
            return
        counts = split(arrived, endpoint.variants, random)
        service.ledgers[self.endpoint].refused += arrived - sum(counts)
        for variant, requests in zip(endpoint.variants, counts, strict=True):
            service.measure_rate(self.endpoint, variant.name, requests / self.slice_seconds)
            self._serve(service, endpoint, variant.name, requests, now)

    def _serve(
        self, service: Service, endpoint: Endpoint, name: str, requests: int, now: datetime
    ) -> None:
        variant = endpoint.variant(name)
        if variant is None or not requests:
            return
        random = service.random(self.endpoint)
        chosen = random.integers(len(self.rows), size=requests)
        batch = service.serve(
            endpoint,
            variant,
            requests,
            now,
            lambda model, load: self._ask(model, load, chosen),
            random,
        )
        labels = None if self.labels is None else self.labels[chosen]
        service.note(
            endpoint.name, name, now, batch, wrong_answers(batch.answers, labels, batch.failed)
        )

    def _ask(self, model: Model, load: Load, chosen: NDArray[np.int64]) -> Answers:
        if not answers_alike(model):
            return predict(model, self.rows[chosen], load)
        known = self._known.get(id(model))
        if known is None:
            known = self._known[id(model)] = model, _array(predict(model, self.rows, load))
        return known[1][chosen]


def _array(answers: Answers) -> NDArray[Any]:
    """Return answers that can be picked from; those that are no array as they are, one a place."""
    if isinstance(answers, np.ndarray):
        return answers
    picked = np.empty(len(answers), dtype=object)
    picked[:] = answers
    return picked
