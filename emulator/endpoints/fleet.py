"""All endpoints of one account and region: what SageMaker's API does to them, over emulated time.

No moto here. Every change draws its duration from the fleet's own seeded generator, and its end is
an appointment on the clock. A deleted or replaced endpoint takes its appointments with it.

Threads. Endpoints are changed under the account's lock, which is `lock` here.
"""

import random
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from emulator.clock import Clock
from emulator.endpoints.configuration.retention import retained
from emulator.endpoints.endpoint import MOST_VARIANTS, TRANSITIONAL, Endpoint, Setup
from emulator.endpoints.errors import EndpointRefusal
from emulator.endpoints.timing import Timing, UpdateEnd
from emulator.endpoints.variant import Variant
from emulator.place import Place

if TYPE_CHECKING:  # limits are made of endpoints
    from emulator.capacity.limits import Limits

Listener = Callable[[Endpoint], object]


class Fleet:
    """The endpoints by name. `on_change` listeners hear every status an endpoint takes, in
    order.

    `ailing` says why a variant's containers never get healthy (None where they do), `scalable`
    whether a variant is a target of autoscaling, `config_of` what a configuration of a name holds.
    """

    def __init__(self, clock: Clock, place: Place, seed: int, timing: Timing | None = None) -> None:
        self.clock = clock
        self.place = place
        self.timing = timing or Timing()
        self.lock = clock.lock
        self.limits: Limits | None = None
        self.ailing: Callable[[Variant], str | None] = lambda _variant: None
        self.config_of: Callable[[str], Mapping[str, Any]] = lambda _name: {}
        self.scalable: Callable[[str, str], bool] = lambda _endpoint, _variant: False
        self.endpoints: dict[str, Endpoint] = {}
        self._random = random.Random(f"fleet {seed}")  # noqa: S311 - a simulation, nothing secret
        self._outcomes: dict[str, deque[tuple[UpdateEnd, float | None]]] = {}
        self._stale: dict[str, tuple[datetime, int, dict[str, Any]]] = {}
        self._listeners: list[Listener] = []

    def is_at(self, region: str, account: str) -> bool:
        """Return whether a call to this region and account is a call to this fleet."""
        return Place(region, account) == self.place

    def on_change(self, listener: Listener) -> None:
        """Tell `listener` about every status change from now on."""
        self._listeners.append(listener)

    def arn(self, name: str) -> str:
        """Return the ARN of an endpoint of that name, existing or not; SageMaker writes it in lower
        case.
        """
        return self.place.arn("sagemaker", f"endpoint/{name.lower()}")

    def get(self, name: str) -> Endpoint:
        """Return the endpoint, upper and lower case being the same. Raises EndpointRefusal when
        there is none.
        """
        found = self._known(name)
        if found is None:
            raise EndpointRefusal(f'Could not find endpoint "{self.arn(name)}".')
        return found

    def deploys_by(self, name: str, deployment: Mapping[str, Any] | None) -> None:
        """Note how a deployment that was just begun is to be made; alarms never roll it back."""
        with self.lock:
            self.get(name).deployment = deployment

    def create(
        self,
        name: str,
        config_name: str,
        variants: Sequence[Variant],
        config: Mapping[str, Any] | None = None,
    ) -> Endpoint:
        """Return a new endpoint, Creating; it is InService once its time has passed."""
        with self.lock:
            if self._known(name) is not None:
                raise EndpointRefusal(
                    f'Cannot create already existing endpoint "{self.arn(name)}".'
                )
            if len(variants) > MOST_VARIANTS:
                raise EndpointRefusal(
                    f"An endpoint has at most {MOST_VARIANTS} production variants."
                )
            now = self.clock.now()
            endpoint = Endpoint(name, self.arn(name), config_name, tuple(variants), now, now)
            endpoint.config = config or {}
            if self.limits is not None:
                self.limits.check_fleet(endpoint.variants, self.endpoints.values())
            self.endpoints[name] = endpoint
            self._tell(endpoint)
            self._end_update(endpoint, self.timing.create_seconds)
            return endpoint

    def update_weights(self, name: str, changes: Sequence[Mapping[str, Any]]) -> Endpoint:
        """Return the endpoint, Updating towards these weights and counts. Raises
        EndpointRefusal.
        """
        with self.lock:
            endpoint = self.get(name)
            if self.limits is not None and endpoint.status == "InService":
                self.limits.check(endpoint, changes, self.endpoints.values())
            return self._update(endpoint, lambda: endpoint.begin_weights(changes, self.clock.now()))

    def update_config(
        self, name: str, wanted: Setup, *, retain: bool, excluded: Collection[str] = ()
    ) -> Endpoint:
        """Return the endpoint, Updating to another configuration: a new fleet is built for every
        variant, and the old ones serve until it is there. `retain` keeps weights, counts and data
        capture, but for what is `excluded`. Raises EndpointRefusal, LimitExceeded.
        """
        with self.lock:
            endpoint = self.get(name)
            asked = retained(wanted, endpoint, excluded) if retain else wanted
            endpoint.refuse_config(asked.config_name)
            self._refuse_deployment(endpoint, asked)
            return self._update(endpoint, lambda: endpoint.begin_config(asked, self.clock.now()))

    def _refuse_deployment(self, endpoint: Endpoint, asked: Setup) -> None:
        for variant in asked.variants:
            live = endpoint.variant(variant.name)
            if variant.unlike(live) and self.scalable(endpoint.name, variant.name):
                raise EndpointRefusal(
                    f"The instance type of variant {variant.name} cannot change while it is a "
                    "scalable target of Application Auto Scaling; deregister it first."
                )
        if self.limits is not None:
            self.limits.check_fleet(asked.variants, self.endpoints.values())

    def delete(self, name: str) -> None:
        """Start deleting: requests are refused at once, the endpoint is gone a little later. Raises
        EndpointRefusal.
        """
        with self.lock:
            endpoint = self.get(name)
            if endpoint.status in TRANSITIONAL:
                endpoint.refuse_unless_idle()
            endpoint.become("Deleting", self.clock.now())
            self._tell(endpoint)
            self._later(
                endpoint, self._draw(self.timing.delete_seconds), lambda: self.vanish(endpoint.name)
            )

    def describe(self, name: str) -> dict[str, Any]:
        """Return DescribeEndpoint's answer, which just after an update may still be the old one."""
        with self.lock:
            endpoint = self.get(name)
            until, reads, answer = self._stale.get(endpoint.name, (self.clock.now(), 0, {}))
            if reads > 0 and self.clock.now() <= until:
                self._stale[endpoint.name] = (until, reads - 1, answer)
                return answer
            self._stale.pop(endpoint.name, None)
            return endpoint.describe()

    def next_update(self, name: str, outcome: UpdateEnd, seconds: float | None = None) -> None:
        """Let the endpoint's next update end so, after `seconds` if given; several calls queue
        up.
        """
        with self.lock:
            self._outcomes.setdefault(name, deque()).append((outcome, seconds))

    def vanish(self, name: str) -> None:
        """Remove the endpoint at once, as if somebody had deleted it a while ago."""
        with self.lock:
            self.endpoints.pop(name, None)
            self._stale.pop(name, None)

    def release(self, name: str, outcome: UpdateEnd = UpdateEnd.SETTLES) -> None:
        """Let an update that sticks end now."""
        with self.lock:
            self._finish(self.get(name), outcome)

    def later(self, endpoint: Endpoint, seconds: float, action: Callable[[], object]) -> None:
        """Run `action` in `seconds`, unless this very endpoint is gone by then."""
        self._later(endpoint, seconds, action)

    def tell(self, endpoint: Endpoint) -> None:
        """Tell the listeners what status the endpoint has taken."""
        self._tell(endpoint)

    def _known(self, name: str) -> Endpoint | None:
        if name in self.endpoints:
            return self.endpoints[name]
        return next(
            (
                endpoint
                for known, endpoint in self.endpoints.items()
                if known.lower() == name.lower()
            ),
            None,
        )

    def _update(self, endpoint: Endpoint, begin: Callable[[], None]) -> Endpoint:
        shown = endpoint.describe()
        begin()
        until = self.clock.now() + timedelta(seconds=self.timing.stale_seconds)
        self._stale[endpoint.name] = (until, self.timing.stale_reads, shown)
        self._tell(endpoint)
        self._end_update(endpoint, self._usual_seconds(endpoint))
        return endpoint

    def _usual_seconds(self, endpoint: Endpoint) -> tuple[float, float]:
        if endpoint.building:
            return self.timing.deploy_seconds
        scales = any(v.desired_count != v.current_count for v in endpoint.variants)
        return self.timing.scale_seconds if scales else self.timing.update_seconds

    def _end_update(self, endpoint: Endpoint, usual_seconds: tuple[float, float]) -> None:
        queue = self._outcomes.get(endpoint.name)
        short = self.limits.runs_out(endpoint) if self.limits is not None else None
        ill, patience = (None, None) if short else self._ailment(endpoint)
        endpoint.trouble = short or ill
        failure = UpdateEnd.FAILS if endpoint.status == "Creating" else UpdateEnd.ROLLS_BACK
        usual = failure if endpoint.trouble else UpdateEnd.SETTLES
        outcome, seconds = queue.popleft() if queue else (usual, patience)
        drawn = self._draw(usual_seconds)
        if outcome is not UpdateEnd.STICKS:
            self._later(
                endpoint,
                drawn if seconds is None else seconds,
                lambda: self._finish(endpoint, outcome),
            )

    def _ailment(self, endpoint: Endpoint) -> tuple[str | None, float | None]:
        """Return why a fleet being built never gets healthy and how long it is waited for."""
        fleets = endpoint.variants if endpoint.status == "Creating" else endpoint.building
        for variant in fleets:
            if (why := self.ailing(variant)) is not None:
                return why, variant.health_seconds or self._draw(self.timing.health_seconds)
        return None, None

    def _finish(self, endpoint: Endpoint, outcome: UpdateEnd) -> None:
        now = self.clock.now()
        if self.limits is not None and endpoint.building:
            gone = endpoint.variants if outcome is UpdateEnd.SETTLES else endpoint.building
            self.limits.give_back(gone, endpoint.trouble)
        if outcome is UpdateEnd.SETTLES:
            endpoint.settle(now)
        elif outcome is UpdateEnd.FAILS:
            reason = endpoint.trouble or "Unable to provision requested ML compute capacity."
            endpoint.fail("Failed", reason, now)
        else:
            endpoint.roll_back(now)
            seconds = self._draw(self.timing.roll_back_seconds)
            self._later(endpoint, seconds, lambda: self._finish_roll_back(endpoint, outcome))
        self._tell(endpoint)

    def _finish_roll_back(self, endpoint: Endpoint, outcome: UpdateEnd) -> None:
        if outcome is UpdateEnd.ROLL_BACK_FAILS:
            endpoint.fail(
                "UpdateRollbackFailed", "The rollback of a failed update failed.", self.clock.now()
            )
        else:
            endpoint.finish_roll_back(self.clock.now())
        self._tell(endpoint)

    def _later(self, endpoint: Endpoint, seconds: float, action: Callable[[], object]) -> None:
        def guarded() -> None:
            if self.endpoints.get(endpoint.name) is endpoint:
                action()

        self.clock.call_at(self.clock.now() + timedelta(seconds=seconds), guarded)

    def _draw(self, seconds: tuple[float, float]) -> float:
        return self._random.uniform(*seconds)

    def _tell(self, endpoint: Endpoint) -> None:
        self.lock.check()
        for listener in self._listeners:
            listener(endpoint)
