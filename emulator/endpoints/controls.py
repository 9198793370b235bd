"""The emulated endpoints in one object: what AWS has no call for. AWS calls go through ordinary
boto3 clients.

Models, traffic, outages and faults go in; EventBridge events and the router's own ledger come out.
Each control acts under the account's lock, from whatever thread it is used.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from numpy.typing import NDArray

from emulator.capacity.limits import Limits
from emulator.capacity.scaling import Scaling
from emulator.clock import Clock
from emulator.cloudwatch.alarms.evaluation import Alarms
from emulator.cloudwatch.endpoint_metrics import EndpointMetrics
from emulator.cloudwatch.publication import Publication
from emulator.cloudwatch.query import Trouble
from emulator.endpoints.backfill import backfill
from emulator.endpoints.endpoint import Endpoint
from emulator.endpoints.fleet import Fleet
from emulator.endpoints.mishaps import Mishaps
from emulator.endpoints.serving.invocation import Invocations
from emulator.endpoints.serving.ledger import Ledger
from emulator.endpoints.serving.models import Model, Models
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal
from emulator.endpoints.serving.service import Outage, Service
from emulator.endpoints.state_events import Event, state_change
from emulator.endpoints.timing import Timing
from emulator.endpoints.traffic import Profile, Traffic, steady
from emulator.place import Place
from emulator.registry.package_events import package_change
from emulator.registry.packages import Registry

OnEvent = Callable[[Event], object]


class Endpoints:
    """The emulated endpoints of one account and region."""

    def __init__(
        self,
        clock: Clock,
        place: Place,
        seed: int,
        timing: Timing,
        publication: Publication,
        *,
        emit_zeros: bool,
    ) -> None:
        self.clock = clock
        self.fleet = Fleet(clock, place, seed, timing)
        self.mishaps = Mishaps(self.fleet)
        self.models = Models()
        self.metrics = EndpointMetrics(publication, emit_zeros=emit_zeros)
        self.metric_trouble = Trouble()
        self.service = Service(self.models, self.metrics, seed)
        self.invocations = Invocations(self.fleet, self.service)
        self.alarms = Alarms(self.metrics, clock.now, self.emit)
        self.registry = Registry(place, clock.now, lambda one: self.emit(package_change(one)))
        self.limits: Limits
        self.scaling: Scaling
        self._events: list[OnEvent] = []
        self.traffic: dict[str, Traffic] = {}
        self._streams: dict[str, Any] = {}
        self.fleet.on_change(self._changed)
        self.fleet.ailing = self.models.ailing

    def on_event(self, deliver: OnEvent) -> None:
        """Give every EventBridge event from now on to `deliver`, as one PutEvents entry with an
        aws. source.
        """
        self._events.append(deliver)

    def emit(self, event: Event) -> None:
        """Give one event to everybody who listens."""
        for deliver in self._events:
            deliver(event)

    def register_model(self, name: str, model: Model) -> None:
        """Let every variant of this name be answered by `model`: the name of its SageMaker model,
        or the package, model data or image of a container, for models that are made later.
        """
        with self.clock.lock:
            self.models.register(name, model)

    def attach_traffic(
        self,
        endpoint: str,
        rows: NDArray[Any],
        requests_per_minute: float,
        *,
        labels: NDArray[Any] | None = None,
        profile: Profile = steady,
        background_error_rate: float = 0.0,
        slow_ms: float | None = None,
        slice_seconds: float = 12.0,
    ) -> None:
        """Send real rows to the endpoint from now on, replacing what was attached before.

        background_error_rate: fraction of requests to any variant that fail whatever the model
        says. slow_ms: what the ledger calls slow; it changes nothing that AWS shows.
        """
        with self.clock.lock:
            self.detach_traffic(endpoint)
            self.traffic[endpoint] = traffic = Traffic(
                endpoint, rows, requests_per_minute, labels, profile, slice_seconds
            )
            self.service.background_error_rate[endpoint] = background_error_rate
            if slow_ms is not None:
                self.service.slow_ms[endpoint] = slow_ms
            self._streams[endpoint] = self.clock.every(
                slice_seconds,
                lambda: traffic.send(self.fleet, self.service),
                traffic.first_slice(self.clock.now()),
            )

    def detach_traffic(self, endpoint: str) -> None:
        """Stop the endpoint's traffic; harmless when there is none."""
        with self.clock.lock:
            stream = self._streams.pop(endpoint, None)
            if stream is not None:
                stream.cancel()

    def detach_all_traffic(self) -> None:
        """Stop the traffic of every endpoint."""
        for endpoint in list(self._streams):
            self.detach_traffic(endpoint)

    def backfill(self, endpoint: str, minutes: int) -> None:
        """Give the endpoint the metrics of its last `minutes`, as its traffic and weights would
        have made them.
        """
        with self.clock.lock:
            backfill(
                self.service,
                self.fleet.get(endpoint),
                self.traffic[endpoint],
                minutes,
                self.clock.now(),
            )

    def outage(self, endpoint: str, start: datetime, minutes: float, error_rate: float) -> None:
        """Let requests to every variant fail with this probability from `start` on, for
        `minutes`.
        """
        with self.clock.lock:
            self.service.outages[endpoint].append(Outage.lasting(start, minutes, error_rate))

    def refuse_next(self, endpoint: str, refusal: RuntimeRefusal) -> None:
        """Let the endpoint's next InvokeEndpoint call meet this refusal; several queue up."""
        with self.clock.lock:
            self.invocations.coming[endpoint].append(refusal)

    def ledger(self, endpoint: str) -> Ledger:
        """Return what the router itself counted for the endpoint."""
        return self.service.ledgers[endpoint]

    def each_minute(self) -> None:
        """Do what CloudWatch and Application Auto Scaling do each minute."""
        self.evaluate_alarms()
        self.scaling.each_minute()

    def evaluate_alarms(self) -> None:
        """Look at every alarm once, as CloudWatch does each minute."""
        self.alarms.evaluate_all(
            cloudwatch_backends[self.fleet.place.account][self.fleet.place.region]
        )

    def _changed(self, endpoint: Endpoint) -> None:
        for variant in endpoint.variants:
            self.metrics.know(endpoint.name, variant.name, self.clock.now())
        self.emit(state_change(endpoint))
