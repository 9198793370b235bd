"""What one tick leaves behind for the next, besides windows and verdict."""

from pydantic import JsonValue

from canary.domain.model import Frozen
from canary.domain.plan.endpoint import EndpointView


class Blind(Frozen):
    """One read that failed: AWS's action and what it was of, AWS's own name for the failure, and
    the minute since which it fails.
    """

    query: str
    error: str
    since_minute: int


class Tick(Frozen):
    """The newest look at a rollout's surroundings.

    `complete`: everything was read, and CloudWatch answered Complete for every metric, points or
    none; otherwise `blind` says what was not. `alarms`: state by name; an alarm that does not exist
    any more is absent. `endpoint`: the first read that is not foreign, of up to three; None where
    it could not be read.
    """

    rollout: str
    minute: int
    complete: bool
    alarms: dict[str, str]
    endpoint: EndpointView | None
    blind: tuple[Blind, ...] = ()


class Checkpoint(Frozen):
    """The judge's state at the last frozen minute, so that a tick costs the last minutes and not
    the whole rollout.

    `state` is the judge's own and opaque here; a full replay of the windows gives the same one.
    """

    rollout: str
    through_minute: int
    state: JsonValue
