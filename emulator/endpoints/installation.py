"""The context manager that patches emulated endpoints, their runtime, metrics and alarms into moto.

It goes inside `mock_aws`. What stands on moto when the block begins stands there again when it
ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.capacity.limits import Limits
from emulator.capacity.moto_scaling import patch_scaling
from emulator.capacity.scaling import Scaling
from emulator.clock import Clock
from emulator.clock.minutes import MINUTE, next_minute
from emulator.cloudwatch.alarms.moto_alarms import patch_alarms
from emulator.cloudwatch.moto_metrics import patch_metrics
from emulator.cloudwatch.publication import Publication
from emulator.endpoints.configuration.moto_configuration import patch_configuration
from emulator.endpoints.configuration.moto_tags import patch_tags
from emulator.endpoints.controls import Endpoints
from emulator.endpoints.moto_endpoint import patch_endpoints
from emulator.endpoints.serving.moto_runtime import patch_runtime
from emulator.endpoints.timing import Timing
from emulator.patching import Patches
from emulator.place import Place
from emulator.registry.moto_registry import patch_registry

ANYWHERE = Place()


@contextmanager
def install(
    clock: Clock,
    place: Place = ANYWHERE,
    seed: int = 0,
    *,
    timing: Timing | None = None,
    publication: Publication | None = None,
    emit_zeros: bool = False,
    requests_take_time: bool = False,
) -> Iterator[Endpoints]:
    """Patch moto for as long as the block lasts, and yield the endpoints. Raises PatchError when
    moto has changed.

    publication: the lag of CloudWatch points, 30-120 s unless given. emit_zeros: idle variants send
    zeros. requests_take_time: an InvokeEndpoint call blocks its caller for the model's latency, in
    emulated time.
    """
    endpoints = Endpoints(
        clock,
        place,
        seed,
        timing or Timing(),
        publication or Publication(seed),
        emit_zeros=emit_zeros,
    )
    if requests_take_time:
        endpoints.invocations.sleep = clock.sleep
    _give_instances(endpoints)
    patches = Patches()
    minutes = clock.every(MINUTE.total_seconds(), endpoints.each_minute, next_minute(clock.now()))
    try:
        patch_endpoints(patches, endpoints.fleet)
        packaged = endpoints.registry.containers
        patch_configuration(patches, endpoints.fleet, endpoints.invocations, packaged)
        patch_registry(patches, endpoints.registry)
        patch_tags(patches, endpoints.fleet, endpoints.registry)
        patch_runtime(patches, endpoints.invocations)
        patch_metrics(
            patches, endpoints.metrics, clock.now, endpoints.metric_trouble, endpoints.fleet.is_at
        )
        patch_alarms(patches, endpoints.alarms)
        patch_scaling(patches, endpoints.scaling)
        yield endpoints
    finally:
        minutes.cancel()
        endpoints.detach_all_traffic()
        patches.remove()


def _give_instances(endpoints: Endpoints) -> None:
    """Let the endpoints know what limits them, and what scales them."""
    fleet = endpoints.fleet

    def reading(endpoint: str, variant: str, minute: int) -> float | None:
        now = endpoints.clock.now()
        found = endpoints.metrics.read(
            endpoint, variant, "InvocationsPerInstance", minute, minute + 1, now
        )
        return found.total if found is not None else None

    fleet.limits = endpoints.limits = Limits()
    endpoints.scaling = scaling = Scaling(fleet, reading)
    fleet.scalable = lambda endpoint, variant: (endpoint, variant) in scaling.targets
