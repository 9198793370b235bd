"""What one tick saw of a rollout, besides its windows."""

from canary.domain.endpoint import EndpointView
from canary.domain.model import Frozen


class Tick(Frozen):
    """The newest look at a rollout's surroundings.

    `complete`: CloudWatch answered Complete for every metric, points or none. `alarms`: state by name; an alarm that
    does not exist any more is absent. `endpoint`: the first read that is not foreign, of up to three.
    """

    rollout: str
    minute: int
    complete: bool
    alarms: dict[str, str]
    endpoint: EndpointView
