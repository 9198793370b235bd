"""What one tick leaves behind for the next, besides windows and verdict."""

from pydantic import JsonValue

from canary.domain.model import Frozen
from canary.domain.plan.endpoint import EndpointView


class Tick(Frozen):
    """The newest look at a rollout's surroundings.

    `complete`: CloudWatch answered Complete for every metric, points or none. `alarms`: state by
    name; an alarm that does not exist any more is absent. `endpoint`: the first read that is not
    foreign, of up to three.
    """

    rollout: str
    minute: int
    complete: bool
    alarms: dict[str, str]
    endpoint: EndpointView


class Checkpoint(Frozen):
    """The judge's state at the last frozen minute, so that a tick costs the last minutes and not
    the whole rollout.

    `state` is the judge's own and opaque here; a full replay of the windows gives the same one.
    """

    rollout: str
    through_minute: int
    state: JsonValue
