"""What a call is answered instead of the truth: refused, lost on the way back, taken and not done,
or the caller killed beside the deed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ReadTimeoutError

from emulator.calls import Call, Proceed
from emulator.functions.invocation import ProcessKilled
from tests.faults.world import World
from tests.patience import longest_call_seconds, once

Refusal = Callable[[World, Call, Proceed], Any]


def error(code: str, status: int = 400) -> Refusal:
    """Return a refusal that AWS answers with this error."""

    def refuse(_world: World, call: Call, _proceed: Proceed) -> Any:
        raise call.error(code, f"injected {code}", status)

    return refuse


def cancelled(reason: str) -> Refusal:
    """Return a refusal of a transaction for this reason."""

    def refuse(_world: World, call: Call, _proceed: Proceed) -> Any:
        error = call.error(
            "TransactionCanceledException", f"Transaction cancelled for [{reason}, None]"
        )
        error.response["CancellationReasons"] = [{"Code": reason}, {"Code": "None"}]
        raise error

    return refuse


def hang(world: World, call: Call, _proceed: Proceed) -> Any:
    """Answer none of the SDK's attempts: the call costs all the time that its client's settings
    give it.
    """
    world.emulator.clock.sleep(longest_call_seconds(call.config))
    raise ReadTimeoutError(endpoint_url=f"https://{call.service}")


def lost(world: World, call: Call, proceed: Proceed) -> Any:
    """Do it, and answer nothing."""
    proceed()
    return hang(world, call, proceed)


def repeated(world: World, call: Call, proceed: Proceed) -> Any:
    """Lose the answer to the SDK's first attempt alone: the second one meets what the first has
    done.
    """
    proceed()
    world.emulator.clock.sleep(longest_call_seconds(once(call.config)))
    return proceed()


def accepted_and_lost(_world: World, _call: Call, _proceed: Proceed) -> Any:
    """Accept an answer that nobody will ever hear."""
    return {}


def entry_not_taken(code: str) -> Refusal:
    """Return a refusal of a bus that took the call and none of its entries."""

    def refuse(_world: World, call: Call, _proceed: Proceed) -> Any:
        failed = {"ErrorCode": code, "ErrorMessage": f"injected {code}"}
        entries = [failed for _ in call.parameters["Entries"]]
        return {"FailedEntryCount": len(entries), "Entries": entries}

    return refuse


def twice(_world: World, _call: Call, proceed: Proceed) -> Any:
    """Do it twice."""
    proceed()
    return proceed()


def killed_before(_world: World, _call: Call, _proceed: Proceed) -> Any:
    """Kill the caller before the deed."""
    raise ProcessKilled


def killed_after(_world: World, _call: Call, proceed: Proceed) -> Any:
    """Kill the caller after the deed."""
    proceed()
    raise ProcessKilled
