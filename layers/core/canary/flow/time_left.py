"""What a function has left of its time: a loop over rollouts stops while there is still enough for
what must follow.

Reads no clock: the function's own countdown is passed in. Who is left out is told, and another one
the next time.
"""

from collections.abc import Callable, Sequence

from canary.domain.errors import AwsUnavailable

_GOLDEN = (5**0.5 - 1) / 2


class TimeLeft:
    """A countdown, what of it is kept for later, and the rollouts that went without."""

    def __init__(self, remaining_seconds: Callable[[], float], kept_seconds: float) -> None:
        """Take the function's countdown and how much of it must be left at the end."""
        self._remaining_seconds = remaining_seconds
        self._kept_seconds = kept_seconds
        self.left_out: list[str] = []

    def ask(self, *rollouts: str) -> None:
        """Return if there is time for one more slow call; otherwise note for whom and raise
        AwsUnavailable.
        """
        if self._remaining_seconds() >= self._kept_seconds:
            return
        self.left_out += [rollout for rollout in rollouts if rollout not in self.left_out]
        raise AwsUnavailable(
            f"AWS is slow: no time was left for {', '.join(rollouts)}; the next tick begins "
            "elsewhere"
        )


def in_turn(rollouts: Sequence[str], minute: int) -> Sequence[str]:
    """Return all rollouts, begun at a place that differs every minute.

    Steps of the golden ratio spread the beginnings: whichever part of the list a tick gets through,
    those left out come early within the next ticks, where steps of one would leave some out for
    many ticks in a row.
    """
    start = int(minute * _GOLDEN % 1 * len(rollouts))
    return [*rollouts[start:], *rollouts[:start]]
