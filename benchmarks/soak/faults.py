"""What goes wrong all the while, drawn by one seed: events that are lost, doubled or late, calls
that AWS refuses or whose answers are lost, functions that die in the middle, and minutes in which
it throttles. Metrics are late by the account's own law of publication (`run.LATE_METRICS`).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from emulator.functions.invocation import ProcessKilled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator import Emulator
    from emulator.calls import Call, Proceed
    from emulator.events.bus import Passage

OWN_EVENTS = frozenset({"Rollouts Due", "Evidence Collected"})
LOST, DOUBLED, LATE = 0.02, 0.04, 0.06
"""Parts of the application's own events, each up to the next bound."""
LATE_SECONDS = (20.0, 100.0)
REFUSED, UNANSWERED, DIED = 0.004, 0.006, 0.0065
"""Of the collector's and the decider's calls, each up to the next bound: nothing was done, it was
done and nobody heard of it, or the function died after it.
"""
THROTTLED_EVERY_MINUTES, THROTTLED_MINUTES = 47, 2
MINUTE_SECONDS = 60


class Faults:
    """Breaks deliveries and calls of an account, and keeps how long each rollout was blind."""

    def __init__(self, emulator: Emulator, seed: int) -> None:
        """Take the account and the seed of everything that is drawn."""
        self._emulator, self._random = emulator, random.Random(seed)  # noqa: S311 -- no secret
        self.counted: Counter[str] = Counter()
        self.blind: Counter[str] = Counter()
        """Minutes in a row in which each rollout was not seen in full, now."""
        self.longest_blind: Counter[str] = Counter()

    def begin(self) -> None:
        """Break from now on."""
        self._emulator.bus.plan = self._plan
        self._emulator.calls.hooks.append(self._call)

    def end(self) -> None:
        """Leave everything alone again."""
        self._emulator.bus.plan = lambda _passage: (0.0,)
        self._emulator.calls.hooks.remove(self._call)

    def _plan(self, passage: Passage) -> Sequence[float]:
        if passage.event["detail-type"] not in OWN_EVENTS:
            return (0.0,)
        drawn = self._random.random()
        if drawn < LOST:
            self.counted["events lost"] += 1
            return ()
        if drawn < DOUBLED:
            self.counted["events doubled"] += 1
            return (0.0, self._random.uniform(0.0, 30.0))
        if drawn < LATE:
            self.counted["events late"] += 1
            return (self._random.uniform(*LATE_SECONDS),)
        return (0.0,)

    def _call(self, call: Call, proceed: Proceed) -> Any:
        if call.function is None or not (
            "Collector" in call.function or "Decider" in call.function
        ):
            return self._noted(call, proceed)
        if call.operation == "GetMetricData" and self._throttles():
            self.counted["reads throttled"] += 1
            raise call.error("Throttling", "Rate exceeded")
        drawn = self._random.random()
        if drawn < REFUSED:
            self.counted["calls refused"] += 1
            raise call.error("InternalServerError", "try again", 500)
        answer = self._noted(call, proceed)
        if drawn < UNANSWERED:
            self.counted["answers lost"] += 1
            raise call.error("InternalServerError", "done, but who knows", 500)
        if drawn < DIED:
            self.counted["functions died"] += 1
            raise ProcessKilled
        return answer

    def _throttles(self) -> bool:
        minute = int(self._emulator.clock.now().timestamp()) // MINUTE_SECONDS
        return minute % THROTTLED_EVERY_MINUTES < THROTTLED_MINUTES

    def _noted(self, call: Call, proceed: Proceed) -> Any:
        """Return the call's answer; keep what a tick that was written says of blindness."""
        answer = proceed()
        item = call.parameters["Item"] if call.operation == "PutItem" else None
        if item is None or item["sk"]["S"] != "TICK":
            return answer
        tick = json.loads(item["body"]["S"])
        rollout = str(tick["rollout"])
        since = [one["since_minute"] for one in tick["blind"]]
        self.blind[rollout] = tick["minute"] - min(since) + 1 if since else 0
        self.longest_blind[rollout] = max(self.longest_blind[rollout], self.blind[rollout])
        return answer
